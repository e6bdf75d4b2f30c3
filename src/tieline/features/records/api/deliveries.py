"""Deliveries: what came to the door, and what was recorded of it."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson
from pydantic import Field

from tieline.model.base.ids import EventId, IssueId, Micros, ReceiptId
from tieline.model.inbound.event import Mention, Reference
from tieline.model.views.rows import EventRow, ReceiptRow, RunRow
from tieline.model.views.views import ListEvents, ListReceipts, ShowEvent, ShowReceipt
from tieline.operations import redaction as visible
from tieline.rules.people.access import Permission
from tieline.rules.privacy.redact import redact_headers
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, Listed, TimedListing, listed, window


class ReceiptQuery(TimedListing):
    """Which deliveries."""

    source: str | None = Field(None, max_length=LONGEST)
    verdict: (
        Literal["accepted", "duplicate", "refused", "quarantined", "unmatched", "challenge"] | None
    ) = None
    issue: str | None = Field(None, max_length=LONGEST)
    reason: str | None = Field(None, max_length=LONGEST, description="Has this text in it.")
    header: str | None = Field(
        None, max_length=LONGEST, description="Some header, or the query of a rejected one, has it."
    )
    tenant: str | None = Field(None, max_length=LONGEST)


class VerdictQuery(TimedListing):
    """Which deliveries of one verdict."""

    source: str | None = Field(None, max_length=LONGEST)
    issue: str | None = Field(None, max_length=LONGEST)
    reason: str | None = Field(None, max_length=LONGEST, description="Has this text in it.")
    header: str | None = Field(
        None, max_length=LONGEST, description="Some header, or the query of a rejected one, has it."
    )
    tenant: str | None = Field(None, max_length=LONGEST)


class QuarantineQuery(VerdictQuery):
    """Which deliveries in quarantine."""

    decided: bool = Field(
        False,  # noqa: FBT003
        description="Those that were replayed or closed; else those that wait for a decision.",
    )


class EventQuery(TimedListing):
    """Which events."""

    source: str | None = Field(None, max_length=LONGEST)
    type: str | None = Field(None, max_length=LONGEST, description="A type, or `prefix.*`.")
    correlation: str | None = Field(None, max_length=LONGEST)
    reference: str | None = Field(
        None,
        pattern="^[^:]+:.+$",
        max_length=LONGEST,
        description="`kind:key`, such as order:84219",
    )
    identity: str | None = Field(None, max_length=LONGEST, description="Has this text in it.")
    tenant: str | None = Field(None, max_length=LONGEST)


@dataclass(frozen=True, slots=True)
class Header:
    """A header as it came, redacted."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ReceiptShown:
    """A delivery with headers and body, redacted."""

    receipt: ReceiptRow
    headers: tuple[Header, ...]
    body: Any
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class EventShown:
    """An event with its payload, redacted, its runs and its names."""

    id: EventId
    tenant: str
    source: str
    type: str
    identity: str
    recorded_us: Micros
    correlation: str
    traceparent: str | None
    cause: str | None
    contract: str | None
    payload: Any
    receipt: ReceiptRow | None
    repeats: tuple[ReceiptRow, ...]
    runs: tuple[RunRow, ...]
    references: tuple[Mention, ...]
    caused: tuple[EventRow, ...]


async def list_receipts(ask: ApiRequest) -> Listed[ReceiptRow]:
    """Deliveries, newest first."""
    q: ReceiptQuery = ask.query
    return await _receipts(ask, q.verdict, q)


async def list_refused(ask: ApiRequest) -> Listed[ReceiptRow]:
    """Those that were turned away."""
    return await _receipts(ask, "refused", ask.query)


async def list_quarantine(ask: ApiRequest) -> Listed[ReceiptRow]:
    """Those that are kept aside."""
    return await _receipts(ask, "quarantined", ask.query, decided=ask.query.decided)


async def _receipts(
    ask: ApiRequest,
    verdict: str | None,
    q: ReceiptQuery | VerdictQuery,
    *,
    decided: bool | None = None,
) -> Listed[ReceiptRow]:
    issue = None if q.issue is None else IssueId(q.issue)
    part = await window(ask, "rct_")
    question = ListReceipts(q.source, verdict, window=part, issue=issue, reason=q.reason)
    question = replace(question, decided=decided, tenant=q.tenant, header=q.header)
    return listed(await ask.parts.views.read(question))


async def show_receipt(ask: ApiRequest) -> ReceiptShown:
    """One delivery."""
    detail = await ask.parts.views.read(ShowReceipt(ReceiptId(ask.path["id"])))
    receipt = detail.receipt
    contract = next((row.contract for row in detail.events if row.contract), None)
    row = ReceiptRow(
        receipt.id,
        receipt.source,
        receipt.received_us,
        receipt.verdict,
        receipt.status,
        receipt.reason,
        receipt.event_id,
        receipt.remote,
        receipt.body_bytes,
        receipt.tenant,
        detail.decision,
    )
    body = visible.payload(receipt.body, ask.parts.hub, contract=contract)
    return ReceiptShown(row, _headers(receipt.headers), body, detail.events)


def _headers(stored: bytes | None) -> tuple[Header, ...]:
    if stored is None:
        return ()
    pairs = tuple((str(name), str(value)) for name, value in orjson.loads(stored))
    return tuple(Header(name, value) for name, value in redact_headers(pairs))


async def list_events(ask: ApiRequest) -> Listed[EventRow]:
    """Recorded events, newest first."""
    q: EventQuery = ask.query
    reference = None if q.reference is None else Reference(*q.reference.split(":", 1))
    question = ListEvents(
        q.source,
        q.type,
        window=await window(ask, "evt_"),
        correlation=q.correlation,
        reference=reference,
        identity=q.identity,
        tenant=q.tenant,
    )
    return listed(await ask.parts.views.read(question))


async def show_event(ask: ApiRequest) -> EventShown:
    """One event."""
    detail = await ask.parts.views.read(ShowEvent(EventId(ask.path["id"])))
    event = detail.event
    stored = event.data if event.data is not None else detail.body
    return EventShown(
        id=event.id,
        tenant=event.tenant,
        source=event.source,
        type=event.type,
        identity=event.identity,
        recorded_us=event.recorded_us,
        correlation=event.correlation,
        traceparent=event.traceparent,
        cause=event.cause,
        contract=event.contract,
        payload=visible.payload(stored, ask.parts.hub, contract=event.contract),
        receipt=detail.receipt,
        repeats=detail.repeats,
        runs=detail.runs,
        references=detail.mentions,
        caused=detail.caused,
    )


_READ = Permission.READ
ENDPOINTS = (
    Endpoint("GET", "/receipts", _READ, "List deliveries", list_receipts, Listed[ReceiptRow],
             query=ReceiptQuery),
    Endpoint("GET", "/receipts/{id}", _READ, "Show a delivery, redacted", show_receipt,
             ReceiptShown, problems=("not-found",)),
    Endpoint("GET", "/refused-receipts", _READ, "List deliveries that were rejected at the door",
             list_refused, Listed[ReceiptRow], query=VerdictQuery),
    Endpoint("GET", "/quarantined-receipts", _READ, "List deliveries that are kept aside",
             list_quarantine, Listed[ReceiptRow], query=QuarantineQuery),
    Endpoint("GET", "/events", _READ, "List recorded events", list_events, Listed[EventRow],
             query=EventQuery),
    Endpoint("GET", "/events/{id}", _READ, "Show an event, redacted", show_event, EventShown,
             problems=("not-found",)),
)  # fmt: skip
