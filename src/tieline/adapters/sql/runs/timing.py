"""Timing: runs whose time has come, or whose obstacle is gone, become ready in bounded bites."""

from collections.abc import Sequence

import orjson

from tieline.adapters.sql.statement import RowOut, Steps, ask, do, put
from tieline.model.commands import Counted, Promote, Promoted, SetTimes, WakeWaiting
from tieline.model.runs.run import RunState
from tieline.model.runs.waits import EventWait
from tieline.rules.formats.id_time import SLACK_US, first_id

AHEAD_US = 2_000_000
"""By how much the clocks of two machines may differ that share the time of a store."""


def promote(command: Promote) -> Steps[Promoted]:
    """Make due runs ready, and tell when the next one is due."""
    rows = yield from ask("work_promote", now_us=command.now_us, limit=command.limit)
    yield from made_ready(rows, command.now_us)
    ((next_due_us,),) = yield from ask("work_next_due")
    return Promoted(len(rows), next_due_us)


def set_times(command: SetTimes) -> Steps[Counted]:
    """What was set by a clock that was ahead of this one is set by this one."""
    now_us = command.now_us
    for pauses in ("pause_ahead", "pause_ahead_tenant"):
        yield from do(pauses, now_us=now_us)
    rows = yield from ask("work_ahead", now_us=now_us + AHEAD_US, limit=command.limit)
    for tenant, run_id, due_us, deadline_us, moved_us in rows:
        of, ahead_us = {"tenant": tenant, "run_id": run_id}, moved_us - now_us
        limit_us = None if deadline_us is None else deadline_us - ahead_us
        due = {"due_us": due_us - ahead_us, "deadline_us": limit_us, "was_us": due_us}
        yield from do("work_set_due", **of, **due)
        yield from do("run_moved", **of, now_us=now_us)
        for name, key, stored in (yield from ask("step_sleeps", **of)):
            end_us = orjson.loads(stored)
            if isinstance(end_us, int) and end_us > now_us:
                result = orjson.dumps(end_us - ahead_us)
                yield from do("step_set_end", **of, name=name, key=key, result=result)
    return Counted(len(rows))


def wake_waiting(command: WakeWaiting) -> Steps[Counted]:
    """Make runs ready that wait for one thing."""
    kind, key = command.waits.kind, command.waits.key
    rows = yield from ask(
        "work_wake", kind=kind, key=key, tenant=command.tenant, limit=command.limit
    )
    yield from made_ready(rows, command.now_us)
    return Counted(len(rows))


def rows_of(wait: EventWait) -> list[tuple[str | int, ...]]:
    """One a name: type, kind, key, smallest id, since when, behind which event, and which is none.

    An id has the time of the machine that made it, which may be a little off.
    """
    first = first_id("event", wait.since_us - SLACK_US)
    return [(wait.type, *name, first, wait.since_us, wait.after, wait.own) for name in wait.names]


def made_ready(runs: Sequence[RowOut], now_us: int) -> Steps[None]:
    """The runs of work that has just become ready, each as (tenant, id)."""
    yield from put("run_move", [(*run, RunState.READY, now_us, None) for run in runs])
