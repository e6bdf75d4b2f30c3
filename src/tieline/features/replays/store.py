"""Replaying: a planned replay is recorded, admitted bite by bite, and can be stopped."""

from collections.abc import Sequence
from dataclasses import asdict

import orjson

from tieline.adapters.sql.runs.admission import ClaimedAdmission, admit, store_runs
from tieline.adapters.sql.runs.deciding import audit, dead_run, make_ready
from tieline.adapters.sql.runs.execution import advance_lanes
from tieline.adapters.sql.statement import Steps, ask, do, put
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.base.ids import Micros, ReceiptId, ReplayId, RunId
from tieline.model.commands import By, CancelReplay, Counted, MoveReplay, StartReplay
from tieline.model.hub.flow import REPLAY_PRIORITY
from tieline.model.runs.run import RunState
from tieline.rules.plans.end import added, alike
from tieline.rules.plans.stored import written
from tieline.rules.runs.transitions import move

CAME_AGAIN = "it came again meanwhile, and was read then"


def start_replay(command: StartReplay) -> Steps[Counted]:
    """Record what is to be replayed, and who asked."""
    yield from do(
        "replays.insert",
        id=command.id,
        filter=orjson.dumps(asdict(command.filter)).decode(),
        per_second=command.per_second,
        as_new_action=int(command.as_new_action),
        planned=command.planned,
        at_us=command.by.at_us,
        would=None if command.plan is None else command.plan.would,
        plan=None if command.plan is None else written(command.plan),
    )
    yield from audit(command.by, "replay", command.id)
    return Counted(command.planned)


def continue_replay(command: MoveReplay) -> Steps[Counted]:
    """Store the next runs, unless somebody else did or the replay was cancelled."""
    would = (
        len(command.runs) + len(command.retries) + sum(len(one.runs) for one in command.admissions)
    )
    moved = yield from do(
        "replays.move",
        id=command.id,
        after=command.after,
        cursor=command.cursor,
        admitted=would,
        state="done" if command.finished else "running",
        at_us=command.now_us,
    )
    if not moved:
        return Counted(0)
    refused: list[tuple[str, str]] = []
    # First those that take their old place: the new ones queue behind them.
    for run_id in sorted(command.retries):
        why = yield from _take_up(command, run_id)
        refused += () if why is None else ((run_id, why),)
    refused += yield from _read(command)
    yield from _note(command, refused)
    yield from store_runs([(run, None) for run in command.runs])
    yield from _replayed(command.receipts, command.id, command.now_us)
    return Counted(would - len(refused))


def _read(command: MoveReplay) -> Steps[list[tuple[str, str]]]:
    """Store events that were read only now; returns the runs of those that came again meanwhile."""
    if not command.admissions:
        return []
    stored = yield from admit([ClaimedAdmission(one) for one in command.admissions])
    known = [
        one for one, answer in zip(command.admissions, stored, strict=True) if not answer.fresh
    ]
    return [(run.id, CAME_AGAIN) for one in known for run in one.runs]


def _replayed(receipts: Sequence[ReceiptId], replay: ReplayId, at_us: Micros) -> Steps[None]:
    """A replay has made runs of these; those in quarantine have left it."""
    decision = f"replayed: {replay}"
    yield from put(
        "replays.receipt_replayed", [(id_, decision, at_us) for id_ in sorted(set(receipts))]
    )


def _note(command: MoveReplay, refused: list[tuple[str, str]]) -> Steps[None]:
    """Keep what this bite did not make, and why."""
    more = [*command.not_made, *alike(refused).items()]
    if not more:
        return
    ((_, before),) = yield from ask("replays.get", id=command.id)
    not_made = added(orjson.loads(before or "{}"), more)
    text = orjson.dumps(not_made).decode()
    yield from do("replays.note", id=command.id, lost=len(refused), not_made=text)


def _take_up(command: MoveReplay, run_id: RunId) -> Steps[str | None]:
    """Retry a dead run as one of the replay's; says why not if somebody has decided about it."""
    try:
        run = yield from dead_run(run_id)
    except (Conflict, NotFound) as refusal:
        return str(refusal)
    yield from do("replays.run_join", **run.key, replay_id=command.id, priority=REPLAY_PRIORITY)
    yield from make_ready(run, command.now_us, as_new_action=command.as_new_action)
    action = "retry-as-new-action" if command.as_new_action else "retry"
    by = By(command.id, "taken up again by this replay", command.now_us)
    yield from audit(by, action, run.id)
    return None


def cancel_replay(command: CancelReplay) -> Steps[Counted]:
    """Stop admitting, and cancel the replay's runs that nobody has started."""
    rows = yield from ask("replays.get", id=command.id)
    if not rows:
        raise NotFound("replay", command.id)
    if rows[0][0] == "cancelled":
        raise Conflict(f"{command.id} is cancelled already")
    yield from do("replays.cancel", id=command.id, at_us=command.by.at_us)
    waiting = yield from ask("replays.unstarted", id=command.id)
    reason = f"{command.by.actor}: {command.by.reason}"
    state = move(RunState.READY, RunState.CANCELLED)
    ended = [(*row[:2], state, command.by.at_us, reason, row[2]) for row in waiting]
    yield from put("run_end", ended)
    yield from put("work_delete", [row[:2] for row in waiting])
    laned = [row for row in waiting if row[4] is not None]
    yield from advance_lanes([(row[0], row[3], row[4], row[1]) for row in laned])
    yield from audit(command.by, "cancel-replay", command.id)
    return Counted(len(waiting))
