"""Timing: runs whose time has come, or whose obstacle is gone, become ready in bounded bites."""

from collections.abc import Sequence

from tieline.adapters.sql.statement import RowOut, Steps, ask, put
from tieline.model.commands import Counted, Promote, Promoted, WakeWaiting
from tieline.model.runs.run import RunState
from tieline.model.runs.waits import EventWait
from tieline.rules.formats.id_time import SLACK_US, first_id


def promote(command: Promote) -> Steps[Promoted]:
    """Make due runs ready, and tell when the next one is due."""
    rows = yield from ask("work_promote", now_us=command.now_us, limit=command.limit)
    yield from made_ready(rows, command.now_us)
    ((next_due_us,),) = yield from ask("work_next_due")
    return Promoted(len(rows), next_due_us)


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
