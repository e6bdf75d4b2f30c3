"""Quarantining: what is decided about deliveries that are kept aside, and how many still are."""

from tieline.adapters.sql.runs.deciding import audit
from tieline.adapters.sql.statement import Steps, ask, do
from tieline.model.base.errors import Conflict
from tieline.model.base.ids import ReceiptId
from tieline.model.inbound.receipt import UNKNOWN_TENANT, is_kept_aside
from tieline.model.people.decisions import MOST_DECIDED, CloseDeliveries, Decided
from tieline.model.views.quarantine import CountQuarantine, Quarantined

MOST_COUNTED = 10_000
CLOSED = "closed"
"""The decision."""
ONLY_ASIDE = "only a delivery in quarantine, or of an unknown tenant, can be discarded"


def close(command: CloseDeliveries) -> Steps[Decided]:
    """Close each, in one order; those that it does not fit are named."""
    if len(command.receipt_ids) > MOST_DECIDED:
        raise Conflict(f"{len(command.receipt_ids)} deliveries; give at most {MOST_DECIDED}")
    done: list[ReceiptId] = []
    refused: list[tuple[ReceiptId, str]] = []
    for id_ in sorted(set(command.receipt_ids)):
        why = yield from _why_not(id_)
        if why is None:
            at_us = command.by.at_us
            if (yield from do("quarantine.decide", id=id_, decision=CLOSED, at_us=at_us)):
                yield from audit(command.by, "close-delivery", id_)
                done.append(id_)
                continue
            why = f"{id_} is decided already"
        refused.append((id_, why))
    return Decided(tuple(done), tuple(refused))


def _why_not(id_: ReceiptId) -> Steps[str | None]:
    rows = yield from ask("quarantine.standing", id=id_)
    if not rows:
        return f"there is no receipt {id_!r}"
    verdict, decision, reason = rows[0]
    if not is_kept_aside(verdict, reason):
        return f"{id_} is {verdict}; {ONLY_ASIDE}"
    return None if decision is None else f"{id_} is decided already: {decision}"


def count(_: CountQuarantine) -> Steps[Quarantined]:
    """How many wait."""
    ((waiting, looked),) = yield from ask("quarantine.count", look=MOST_COUNTED)
    return Quarantined(waiting, exact=looked < MOST_COUNTED)


MOST_ISSUES = 1_000


def unknown_tenants() -> Steps[tuple[int, bool]]:
    """How many tenants that nobody knows have deliveries which wait, and whether these are all."""
    ((waiting,),) = yield from ask("quarantine.strangers", kind=UNKNOWN_TENANT, look=MOST_ISSUES)
    return waiting, waiting < MOST_ISSUES
