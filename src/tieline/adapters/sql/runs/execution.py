"""Execution: what claimed runs remember and how they end; stale claims store nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import orjson

from tieline.adapters.sql.hooks import CommitHooks, Failed
from tieline.adapters.sql.runs.admission import ClaimedAdmission, admit
from tieline.adapters.sql.runs.timing import made_ready, rows_of
from tieline.adapters.sql.statement import Steps, Value, ask_set, put
from tieline.model.base.errors import StaleClaim
from tieline.model.base.ids import Micros, TenantId
from tieline.model.commands import Counted, Remember, ReturnClaims, Settle, Settled
from tieline.model.runs.run import (
    Dead,
    HeadPolicy,
    Held,
    RetryAt,
    Returned,
    RunClaim,
    RunState,
    StepRecord,
    StepState,
    Waiting,
)
from tieline.model.runs.waits import EventWait, RunWait, WaitKind
from tieline.rules.runs.failure import failure_of
from tieline.rules.runs.transitions import move, state_of

STORED = len(StepRecord._fields) - 1
"""What a step is stored with at once; its arguments follow only where a run goes on later."""


class Owned(NamedTuple):
    """What the work row of a valid claim says about its lane."""

    tenant: str
    flow: str
    lane: str | None


Lane = tuple[str, str, str, str]
"""(tenant, flow, key, run id): a lane whose head *run id* has ended."""


def remember_and_settle(
    commands: Sequence[Remember | Settle], owned: Mapping[RunClaim, Owned], hooks: CommitHooks
) -> Steps[list[Counted | Settled | StaleClaim]]:
    """Apply progress and ends of runs; one answer a command, StaleClaim where it lost the run."""
    is_valid = _in_turn(commands, owned)
    valid = [c for c, ok in zip(commands, is_valid, strict=True) if ok]
    woken = yield from _keep_progress(valid)
    settles = [c for c in valid if isinstance(c, Settle)]
    failed: Sequence[Failed] = _failures(settles, owned)
    if failed:
        failed = yield from hooks.groups(failed)
    yield from _end([c for c in settles if isinstance(c.outcome, Returned | Dead)], failed)
    parked = [c for c in settles if isinstance(c.outcome, RetryAt | Waiting | Held)]
    yield from _park(parked)
    freed = [
        (own.tenant, own.flow, own.lane, c.claim.run_id)
        for c in settles
        if (own := owned[c.claim]).lane is not None and _frees_lane(c)
    ]
    woken += yield from advance_lanes(freed)
    if parked:
        woken += yield from _unless_met(parked)
    told = [c for c in settles if c.tells_end and isinstance(c.outcome, Returned | Dead)]
    if told:
        woken += yield from tell_ends([c.claim[:2] for c in told], told[0].now_us)
    if failed:
        yield from hooks.counts(failed)
    if settles:
        yield from hooks.settled(settles)
    return [
        _answer(c, woken) if ok else StaleClaim(c.claim.run_id, c.claim.epoch)
        for c, ok in zip(commands, is_valid, strict=True)
    ]


def _in_turn(commands: Sequence[Remember | Settle], owned: Collection[RunClaim]) -> list[bool]:
    """Which commands have a valid claim, one after the other: a settle uses its claim up."""
    left = set(owned)
    valid: list[bool] = []
    for command in commands:
        valid.append(command.claim in left)
        if isinstance(command, Settle):
            left.discard(command.claim)
    return valid


def valid_claims(claims: Sequence[RunClaim]) -> Steps[dict[RunClaim, Owned]]:
    """Those of *claims* that still own their run, with the run's lane."""
    rows = yield from ask_set("work_owned", claims)
    # One row of JSON per chunk: fetching a row costs a hand-over of the interpreter lock.
    found = [item for row in rows for item in orjson.loads(row[0])]
    return {
        RunClaim(tenant, run_id, epoch): Owned(tenant, flow, lane)
        for tenant, run_id, epoch, flow, lane in found
    }


def _keep_progress(commands: Sequence[Remember | Settle]) -> Steps[int]:
    """Store what runs remember; returns how many runs the emitted events made ready."""
    kept = [(c.claim.tenant, c.progress) for c in commands]
    steps = _last_of_each((tenant, row) for tenant, p in kept for row in p.steps)
    yield from put("step_upsert", steps)
    yield from put("step_arguments", [(t, *row) for t, p in kept for row in p.arguments])
    yield from put("attempt_insert", [(t, *row) for t, p in kept for row in p.attempts])
    yield from put("exchange_insert", [(t, *row) for t, p in kept for row in p.exchanges])
    yield from put("reference_insert", [(t, *row) for t, p in kept for row in p.mentions])
    emitted = [ClaimedAdmission(admission) for _, p in kept for admission in p.emitted]
    if not emitted:
        return 0
    return sum(answer.queued for answer in (yield from admit(emitted)))


def _last_of_each(records: Iterable[tuple[TenantId, StepRecord]]) -> list[tuple[Value, ...]]:
    """One record a step, as if each had been written over the one before it: a set may not touch a
    row twice. Done stays done, and a step began when it first began."""
    last: dict[tuple[str, str, str, str], StepRecord] = {}
    for tenant, record in records:
        key = (tenant, *record[:3])
        known = last.setdefault(key, record)
        if known is not record and known.state is not StepState.DONE:
            last[key] = record._replace(started_us=known.started_us)
    return [(key[0], *record[:STORED]) for key, record in last.items()]


def _failures(settles: Sequence[Settle], owned: Mapping[RunClaim, Owned]) -> list[Failed]:
    """Those executions that failed. Hot path: nothing is made for one that is done."""
    failed: list[Failed] = []
    for command in settles:
        if isinstance(command.outcome, Returned):
            continue
        own = owned[command.claim]
        failure = failure_of(own.flow, command.outcome, command.progress.attempts)
        if failure is not None:
            about = (command.claim.run_id, "", own.tenant, command.now_us)
            failed.append(Failed(failure, *about))
    return failed


def _end(settles: Sequence[Settle], failed: Sequence[Failed]) -> Steps[None]:
    why = {one.subject: one for one in failed}
    yield from put("run_end", [_end_row(c) for c in settles])
    yield from put("dead_upsert", [row for c in settles for row in _dead_rows(c, why)])
    yield from put("work_delete", [c.claim[:2] for c in settles])


def _end_row(command: Settle) -> tuple[Value, ...]:
    tenant, run_id, epoch = command.claim
    outcome = command.outcome
    reason = outcome.reason if isinstance(outcome, Dead) else None
    return (tenant, run_id, state_of(outcome), command.now_us, reason, epoch)


def _dead_rows(command: Settle, why: Mapping[str, Failed]) -> Iterable[tuple[Value, ...]]:
    if isinstance(dead := command.outcome, Dead):
        one = why[command.claim.run_id]
        about = (dead.kind, dead.reason, dead.evidence, command.now_us)
        yield (*command.claim[:2], *about, one.issue, one.failure.connection)


def _park(settles: Sequence[Settle]) -> Steps[None]:
    rows = [_park_row(c) for c in settles]
    yield from put("work_park", rows)
    held = [(*c.claim[:2], c.now_us) for c in settles if isinstance(c.outcome, Held)]
    if held:
        yield from put("work_held", held)
    yield from put(
        "run_move",
        [
            (*row[:3], c.now_us, c.outcome.reason)
            for row, c in zip(rows, settles, strict=True)
            if not isinstance(c.outcome, Returned)
        ],
    )


def _park_row(command: Settle) -> tuple[Value, ...]:
    """(tenant, run, state, due, kind and key that it waits for, step in doubt, tries used)."""
    to = (*command.claim[:2], state_of(command.outcome))
    match command.outcome:
        case RetryAt(due_us=due_us, counts=counts):
            return (*to, due_us, None, None, None, None, int(counts))
        case Waiting(due_us=due_us, on=on):
            waits = (None, None) if on is None else (on.kind, on.key)
            return (*to, due_us, *waits, None, None, 0)
        case Held(step=step):
            return (*to, None, None, None, *(step or (None, None)), 0)
        case Returned() | Dead():
            raise AssertionError(f"{command.outcome} ends a run, it does not park it")


def _unless_met(settles: Sequence[Settle]) -> Steps[int]:
    """A run does not wait for what was stored while it was on its way here. What is stored behind
    this commit finds the run."""
    events: list[tuple[Value, ...]] = []
    runs: list[tuple[Value, ...]] = []
    for command in settles:
        if not isinstance(command.outcome, Waiting):
            continue
        match command.outcome.unless:
            case EventWait() as wait:
                events += [(*command.claim[:2], *row) for row in rows_of(wait)]
            case RunWait(id=other):
                runs.append((*command.claim[:2], other))
            case None:
                pass
    met = yield from ask_set("work_met", events)
    met += yield from ask_set("work_ended", runs)
    if met:
        yield from made_ready(met, settles[0].now_us)
    return len(met)


def tell_ends(runs: Sequence[tuple[str, str]], now_us: Micros) -> Steps[int]:
    """Wake who waits for the end of these runs, each as (tenant, id); returns how many."""
    rows = [(tenant, WaitKind.RUN, run_id) for tenant, run_id in runs]
    woken = yield from ask_set("work_wake_each", rows)
    if woken:
        yield from made_ready(woken, now_us)
    return len(woken)


def _frees_lane(command: Settle) -> bool:
    match command.outcome:
        case Returned():
            return True
        case Dead():
            return command.head_policy is HeadPolicy.SKIP
        case _:
            return False


def advance_lanes(freed: Sequence[Lane]) -> Steps[int]:
    """Let the next run of each lane go whose head has ended; returns how many became ready."""
    if not freed:
        return 0
    yield from put("lane_advance", freed)
    yield from put("lane_drop_empty", [row[:3] for row in freed])
    return (yield from put("work_step_forward", [row[:3] for row in freed]))


def _answer(command: Remember | Settle, woken: int) -> Counted | Settled:
    return Settled(woken) if isinstance(command, Settle) else Counted(1)


def give_back(command: ReturnClaims) -> Steps[Counted]:
    """Make claimed runs ready again, under a raised epoch."""
    owned = yield from valid_claims(command.claims)
    runs = [claim[:2] for claim in owned]
    yield from put("work_release", runs)
    ready = move(RunState.RUNNING, RunState.READY)
    yield from put("run_move", [(*run, ready, command.now_us, None) for run in runs])
    return Counted(len(runs))
