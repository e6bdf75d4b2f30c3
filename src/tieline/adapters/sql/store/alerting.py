"""Alerting: judgements are stored one after the other, and what they build on is read."""

from dataclasses import astuple

from tieline.adapters.sql.statement import Steps, ask, do, put
from tieline.model.commands import Counted
from tieline.model.people.alert import (
    AlertRow,
    FlowBacklog,
    KeepAlerts,
    KnownAlerts,
    RecentAttempts,
    Signs,
    SourceDelivery,
)
from tieline.model.views import views as v

WORK_LOOKED_AT = 20_000
DEAD_LOOKED_AT = 20_000
ROWS_LOOKED_AT = 5_000


def keep(command: KeepAlerts) -> Steps[Counted]:
    """Store a judgement, unless another one was stored since its book was read."""
    moved = yield from do("alert_turn", turn=command.turn, memory=command.memory)
    if not moved:
        return Counted(0)
    yield from put("alert_keep", [astuple(row) for row in command.rows])
    yield from put("alert_forget", [(key,) for key in command.forgotten])
    return Counted(1)


def listed(question: v.ListAlerts) -> Steps[tuple[AlertRow, ...]]:
    """What fires, and what did."""
    return tuple(
        AlertRow(*row)
        for row in (
            yield from ask("alert_list", ended=int(question.ended), pending=int(question.pending))
        )
    )


def book(_: v.ReadKnownAlerts) -> Steps[KnownAlerts]:
    """The whole book."""
    ((turn, memory),) = yield from ask("alert_judge")
    rows = yield from ask("alert_all")
    return KnownAlerts(turn, memory, tuple(AlertRow(*row) for row in rows))


def signs(question: v.ReadSigns) -> Steps[Signs]:
    """Ages, rhythms and tries, each from a bounded look."""
    ages = yield from ask("sign_ages", look=WORK_LOOKED_AT)
    sources = yield from ask("sign_sources", look=ROWS_LOOKED_AT)
    tries = yield from ask("sign_tries", look=ROWS_LOOKED_AT, since_us=question.since_us)
    ((snapshot_us,),) = yield from ask("sign_snapshot")
    dead = yield from ask("dead_count", look=DEAD_LOOKED_AT)
    return Signs(
        tuple(FlowBacklog(*row) for row in ages),
        tuple(SourceDelivery(*row) for row in sources),
        tuple(RecentAttempts(*row) for row in tries),
        snapshot_us,
        tuple((flow, count) for flow, count in dead),
    )
