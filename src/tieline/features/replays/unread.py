"""Unread: a delivery that nobody could read comes in; what it comes to by now goes out.

An event of no type that anybody knows stands for it. Once its source reads such bodies (another
form, a higher limit), a replay makes of it the events that it would have become at the door.
"""

from dataclasses import replace

import orjson

from tieline.features.replays.planned import FORGOTTEN, PlannedReplay, again
from tieline.model.base.errors import PayloadRejected
from tieline.model.base.headers import Named
from tieline.model.base.ids import ReplayId
from tieline.model.base.payload import PayloadFault
from tieline.model.commands import Admission, ReplayFilter
from tieline.model.inbound.receipt import UNREADABLE, Receipt
from tieline.model.inbound.request import RequestProblem
from tieline.model.views.details import EventToReplay
from tieline.model.views.views import ShowReceipt
from tieline.pipeline.admit import Admitted, Admitter, EventOrigin
from tieline.pipeline.occurrences import UNREAD, Occurrence, named_by_sender
from tieline.pipeline.receive import unpacked
from tieline.ports.views import Views

READ_ALREADY = "it was read by now: its events are there, each by itself"
NO_SOURCE = "its source {source!r} is not declared any more"


async def would(
    views: Views,
    admitter: Admitter,
    one: EventToReplay,
    wanted: ReplayFilter,
    replay: ReplayId | None = None,
) -> PlannedReplay:
    """What an event would come to today, be it one that was read or one that stands for a body."""
    if is_unread(one):
        return await _read_now(views, admitter, one, wanted, replay)
    return again(admitter, one, wanted, replay)


def is_unread(one: EventToReplay) -> bool:
    """Whether the event only stands for a body that could not be read."""
    return one.event.identity.startswith(UNREAD)


async def _read_now(
    views: Views,
    admitter: Admitter,
    one: EventToReplay,
    wanted: ReplayFilter,
    replay: ReplayId | None,
) -> PlannedReplay:
    """The events of the delivery with the runs that they would get; or why there are none."""
    event = one.event
    if event.receipt_id is None:
        return PlannedReplay((), left_out=(FORGOTTEN,))
    detail = await views.read(ShowReceipt(event.receipt_id))
    if any(row.cause == event.id for row in detail.events):
        return PlannedReplay((), left_out=(READ_ALREADY,))
    try:
        admitted = _admitted(admitter, one, detail.receipt)
    except PayloadRejected as error:
        why = f"{UNREADABLE}: {error.fault}: {error.detail}"
        return PlannedReplay((), left_out=(why,), is_stuck=True)
    if admitted is None:
        why = NO_SOURCE.format(source=event.source)
        return PlannedReplay((), left_out=(why,), is_stuck=True)
    left_out = () if admitted.reason is None else (admitted.reason,)
    found = tuple(_of_replay(admission, wanted, replay) for admission in admitted.admissions)
    if not left_out and not any(one.runs for one in found):
        left_out = (f"no flow takes what is in it: {', '.join(_types(found))}",)
    return PlannedReplay((), left_out=left_out, is_stuck=admitted.reason is not None, read=found)


def _admitted(admitter: Admitter, one: EventToReplay, receipt: Receipt) -> Admitted | None:
    event, deliveries = one.event, admitter.deliveries
    door = deliveries.door(event.source)
    if door is None or receipt.body is None:
        return None
    headers = Named(tuple((name, text) for name, text in orjson.loads(receipt.headers or b"[]")))
    body = unpacked(receipt.body, headers, door.limits.bytes)
    if isinstance(body, RequestProblem):
        raise PayloadRejected(PayloadFault.ENCODING, body.detail)
    found = deliveries.read_again(door, body, headers, event.tenant)
    origin = EventOrigin(
        event.tenant,
        event.source,
        event.recorded_us,
        event.correlation,
        event.traceparent,
        event.receipt_id,
        cause=event.id,
    )
    return admitter.admit(_named(found, event.identity.removeprefix(UNREAD)), origin)


def _named(found: list[Occurrence], name: str) -> list[Occurrence]:
    """One event has the name that its headers gave it, of which some are not kept."""
    return [named_by_sender(found[0], name)] if len(found) == 1 else found


def _of_replay(admission: Admission, wanted: ReplayFilter, replay: ReplayId | None) -> Admission:
    runs = tuple(
        run._replace(replay_id=replay)
        for run in admission.runs
        if wanted.flow is None or run.flow == wanted.flow
    )
    return replace(admission, runs=runs)


def _types(found: tuple[Admission, ...]) -> list[str]:
    return sorted({one.event.type for one in found})
