"""Sweeping: whoever nobody else will set free becomes ready; runs past their deadline end."""

from tieline.adapters.sql.hooks import CommitHooks, Failed
from tieline.adapters.sql.runs.execution import advance_lanes, tell_ends
from tieline.adapters.sql.runs.timing import made_ready
from tieline.adapters.sql.statement import RowOut, Steps, ask, ask_set, do, put
from tieline.model.base.ids import Micros, RunId
from tieline.model.commands import Counted, Sweep, Swept
from tieline.model.fleet.presence import Beat, BeatStored, EndPresence, KeepBlocked, TakeLeaderLease
from tieline.model.runs.run import RunState
from tieline.model.runs.waits import WaitKind
from tieline.rules.runs.failure import Failure
from tieline.rules.runs.lost_claims import rescued, why_held
from tieline.rules.runs.transitions import move


def beat(command: Beat) -> Steps[BeatStored]:
    """Note that a worker lives."""
    ((store_us,),) = yield from ask(
        "worker_beat",
        id=command.worker,
        now_us=command.now_us,
        about=command.about,
        version=command.version,
        roles=command.roles,
        host=command.host,
        pid=command.pid,
        started_us=command.started_us,
        ahead_us=command.ahead_us,
        silent_us=command.silent_us,
        knows=command.knows,
        hub=command.hub,
        declares=command.declares,
        troubles="\n".join(command.troubles),
    )
    return BeatStored(store_us)


def leave(command: EndPresence) -> Steps[Counted]:
    """Forget a worker that ended by itself, or note that it did."""
    forgotten = yield from do("worker_leave", id=command.worker)
    if not forgotten:
        yield from do("worker_stopped", id=command.worker, now_us=command.now_us)
    return Counted(forgotten)


def keep_blocked(command: KeepBlocked) -> Steps[Counted]:
    """Note what keeps a process from beating."""
    words, flow = command.words, command.flow
    at_us = command.at_us
    return Counted(
        (yield from do("worker_blocked", id=command.worker, words=words, flow=flow, at_us=at_us))
    )


def take_duty(command: TakeLeaderLease) -> Steps[Counted]:
    """Have a duty, unless another worker has it."""
    taken = yield from do(
        "duty_take",
        name=command.name,
        worker=command.worker,
        until_us=command.until_us,
        now_us=command.now_us,
    )
    return Counted(taken)


def sweep(command: Sweep, hooks: CommitHooks) -> Steps[Swept]:
    """One bounded pass; the caller repeats it while it finds something."""
    count, held = yield from _rescue(command, hooks)
    expired = yield from _expire(command, hooks)
    woken = yield from _wake_forgotten(command)
    return Swept(count, tuple(expired), woken, held)


def _rescue(
    command: Sweep, hooks: CommitHooks
) -> Steps[tuple[int, tuple[tuple[RunId, str, str], ...]]]:
    """How many lost their worker, and those that are held since they took too many with them."""
    since_us, now_us = command.silent_since_us, command.now_us
    rows = yield from ask("work_silent", since_us=since_us, limit=command.limit)
    again = [row[:2] for row in rows if row[3]]
    going = {row[0] for row in (yield from ask_set("step_since_claim", again))}
    found = [(row, rescued(row[3], goes_on=row[1] in going)) for row in rows]
    held = [(row, why_held(one.lost, row[4])) for row, one in found if one.state == RunState.HELD]
    why = {row[1]: reason for row, reason in held}
    moved = [(*row[:2], one.state) for row, one in found]
    yield from put(
        "work_rescue",
        [
            (*to, one.lost, now_us if to[1] in why else 0)
            for to, (_, one) in zip(moved, found, strict=True)
        ],
    )
    yield from put("run_move", [(*to, now_us, why.get(to[1])) for to in moved])
    if held:
        failures = [
            Failed(Failure(row[2], None, None, "lost", None, reason), row[1], "", row[0], now_us)
            for row, reason in held
        ]
        yield from hooks.counts((yield from hooks.groups(failures)))
    yield from do("worker_forget", since_us=since_us)
    return len(rows), tuple((row[1], row[2], reason) for row, reason in held)


def _wake_forgotten(command: Sweep) -> Steps[int]:
    """Who resumed a connection may have died before it woke those that waited for it. Who waits
    with a time goes on at that."""
    woken = 0
    for (name,) in (yield from ask("work_forgotten")):
        of = {"kind": WaitKind.CONNECTION, "key": name, "limit": max(0, command.limit - woken)}
        rows = yield from ask("work_wake_timeless", **of)
        yield from made_ready(rows, command.now_us)
        woken += len(rows)
    return woken


def _expire(command: Sweep, hooks: CommitHooks) -> Steps[list[RunId]]:
    """Deadlines hold in every live state; a dead head then obeys its flow's policy."""
    rows = yield from ask("work_past_deadline", now_us=command.now_us, limit=command.limit)
    if not rows:
        return []
    reason = "the run's deadline passed"
    ended = [
        (*row[:2], move(RunState(row[5]), RunState.DEAD), command.now_us, reason, row[4])
        for row in rows
    ]
    missed = yield from hooks.groups([_missed(row, reason, command.now_us) for row in rows])
    dead = [
        (*row[:2], "deadline", reason, f"while {row[5]}", command.now_us, one.issue, None)
        for row, one in zip(rows, missed, strict=True)
    ]
    yield from put("run_end", ended)
    yield from put("dead_upsert", dead)
    yield from put("work_delete", [row[:2] for row in rows])
    skips = frozenset(command.skip_flows)
    freed = [
        (tenant, flow, lane, run_id)
        for tenant, run_id, flow, lane, _, _ in rows
        if lane is not None and flow in skips
    ]
    yield from advance_lanes(freed)
    yield from hooks.counts(missed)
    yield from tell_ends([(row[0], row[1]) for row in rows], command.now_us)
    return [row[1] for row in rows]


def _missed(row: RowOut, reason: str, now_us: Micros) -> Failed:
    tenant, run_id, flow = row[:3]
    failure = Failure(flow, None, None, "deadline", None, reason)
    return Failed(failure, run_id, "", tenant, now_us)
