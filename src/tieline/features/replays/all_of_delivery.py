"""All of a delivery: events that run again come in; which deliveries leave the quarantine goes out.

A delivery may carry many events, of which only some are against their contract. It waits until
nothing of it is left that a flow takes and that has never run: else what is still wrong would be
forgotten with what is mended.
"""

from collections.abc import Sequence

from tieline.features.replays.delivery_events import events_of
from tieline.features.replays.planned import PlannedReplay
from tieline.features.replays.unread import would
from tieline.model.base.ids import ReceiptId
from tieline.model.commands import ReplayFilter
from tieline.model.inbound.receipt import Verdict
from tieline.model.views.details import EventToReplay
from tieline.pipeline.admit import Admitter
from tieline.ports.views import Views

ASIDE = (Verdict.QUARANTINED,)

Found = Sequence[tuple[EventToReplay, PlannedReplay]]


async def whole_deliveries(views: Views, admitter: Admitter, found: Found) -> tuple[ReceiptId, ...]:
    """Of the deliveries in quarantine of these events, those of which nothing waits any more."""
    flows = {one.event.id: {run.flow for run in made.made} for one, made in found}
    aside = {
        one.event.receipt_id: None
        for one, made in found
        if one.is_aside
        and one.event.receipt_id is not None
        and (made.runs or made.retries or made.read)
    }
    whole = []
    for receipt_id in aside:
        events = await events_of(views, receipt_id)
        made = [await would(views, admitter, one, ReplayFilter(states=ASIDE)) for one in events]
        if all(
            _has_run(of_it, flows.get(one.event.id, set()))
            for one, of_it in zip(events, made, strict=True)
        ):
            whole.append(receipt_id)
    return tuple(whole)


def _has_run(made: PlannedReplay, now: set[str]) -> bool:
    """Whether every flow that takes it has had its run, or gets it *now*."""
    return not made.is_stuck and {run.flow for run in made.made} <= now
