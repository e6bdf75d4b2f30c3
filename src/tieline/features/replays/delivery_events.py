"""Delivery events: a delivery comes in; every event that it carried goes out, for a replay."""

from dataclasses import replace

from tieline.model.base.ids import EventId, ReceiptId
from tieline.model.commands import ReplayFilter
from tieline.model.views.details import EventToReplay, ReplayBatch
from tieline.model.views.views import NextReplayBatch, ShowReceipt
from tieline.ports.views import Views

BITE = 500
END_OF_TIME = 2**62


async def events_of(views: Views, id_: ReceiptId) -> list[EventToReplay]:
    """Every event that came with a delivery."""
    detail = await views.read(ShowReceipt(id_))
    wanted = ReplayFilter(event_ids=tuple(EventId(row.id) for row in detail.events))
    events: list[EventToReplay] = []
    cursor, finished = "", not wanted.event_ids
    while not finished:
        bite = await views.read(NextReplayBatch(wanted, cursor, END_OF_TIME, BITE))
        events += bite.events
        cursor, finished = bite.cursor, bite.finished
    return events


async def next_events(views: Views, question: NextReplayBatch) -> ReplayBatch:
    """The next events of a replay. An issue knows a delivery by its first event only: of one in
    quarantine all are looked at, since any of them may be against its contract."""
    bite = await views.read(question)
    if question.filter.issue is None or not any(one.is_aside for one in bite.events):
        return bite
    events: dict[EventId, EventToReplay] = {}
    for one in bite.events:
        receipt_id = one.event.receipt_id
        of_it = [one]
        if one.is_aside and receipt_id is not None:
            of_it += await events_of(views, receipt_id)
        events.update({it.event.id: it for it in of_it})
    return replace(bite, events=tuple(events.values()))
