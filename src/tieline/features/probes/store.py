"""Store: a probe is asked for, taken by one worker, and its end is kept."""

from tieline.adapters.sql.runs.deciding import audit
from tieline.adapters.sql.statement import Steps, do
from tieline.features.probes.model import EndProbe, ProbeConnection, TakeProbe
from tieline.model.command import Counted


def ask_for(command: ProbeConnection) -> Steps[Counted]:
    """It takes the place of an earlier one of that connection."""
    by = command.by
    count = yield from do(
        "probes.ask",
        connection=command.connection,
        path=command.path,
        actor=by.actor,
        reason=by.reason,
        asked_us=by.at_us,
    )
    yield from audit(by, "probe", f"connection:{command.connection}")
    return Counted(count)


def take(command: TakeProbe) -> Steps[Counted]:
    """The first who comes has it."""
    count = yield from do(
        "probes.begin",
        connection=command.connection,
        asked_us=command.asked_us,
        now_us=command.now_us,
    )
    return Counted(count)


def end(command: EndProbe) -> Steps[Counted]:
    """How it went."""
    count = yield from do(
        "probes.end",
        connection=command.connection,
        asked_us=command.asked_us,
        outcome=command.outcome,
        status=command.status,
        took_us=command.took_us,
        detail=command.detail,
        now_us=command.now_us,
    )
    return Counted(count)
