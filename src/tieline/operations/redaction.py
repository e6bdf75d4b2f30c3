"""Redaction: stored bytes come in; what a person may see of them goes out."""

import orjson

from tieline.model.base.errors import NotFound
from tieline.model.base.ids import EventId
from tieline.model.base.json_text import json_value
from tieline.model.base.payload import Json
from tieline.model.hub.flow import HubSpec
from tieline.model.views.views import ShowEvent
from tieline.ports.sealer import is_sealed
from tieline.ports.views import Views
from tieline.rules.privacy.redact import redact_document
from tieline.rules.privacy.sensitive import values_of, without

NOT_TEXT = "[{count} bytes that are no JSON]"
UNKNOWN_CONTRACT = "[not shown: only the hub knows which fields of {contract} are sensitive]"
SEALED = "[sealed: {count} bytes; the vault here lacks the key]"
FORGOTTEN = "[forgotten by retention, or never kept]"


def sensitive_fields(hub: HubSpec | None) -> frozenset[str]:
    """Every field that any contract of *hub* calls sensitive."""
    if hub is None:
        return frozenset()
    contracts = (flow.contract for flow in hub.flows.values())
    return frozenset(name for c in contracts if c is not None for name in c.sensitive)


def payload(stored: bytes | None, hub: HubSpec | None, *, contract: str | None = None) -> Json:
    """The document in *stored*, redacted; without the hub, one that has a contract stays hidden."""
    if stored is None:
        return FORGOTTEN
    if is_sealed(stored):
        return SEALED.format(count=len(stored))
    if contract is not None and hub is None:
        return UNKNOWN_CONTRACT.format(contract=contract)
    try:
        document: Json = json_value(stored)
    except ValueError:
        return NOT_TEXT.format(count=len(stored))
    return redact_document(document, sensitive_fields(hub))


async def sensitive_values(views: Views, hub: HubSpec | None, event_id: EventId) -> tuple[str, ...]:
    """What the payload of an event has in its sensitive fields: its steps may have said it again.

    Empty when the payload is forgotten, or the event gone.
    """
    names = sensitive_fields(hub)
    if not names:
        return ()
    try:
        detail = await views.read(ShowEvent(event_id))
    except NotFound:
        return ()
    stored = detail.event.data if detail.event.data is not None else detail.body
    if stored is None or is_sealed(stored):
        return ()
    try:
        return values_of(json_value(stored), names)
    except ValueError:
        return ()


def cleaned(document: Json, values: tuple[str, ...]) -> Json:
    """*document* with *values* taken out of its texts."""
    if isinstance(document, str):
        return without(document, values)
    if isinstance(document, dict):
        return {without(name, values): cleaned(one, values) for name, one in document.items()}
    if isinstance(document, list):
        return [cleaned(one, values) for one in document]
    return document


def step_result(
    stored: bytes | None, size: int | None, hub: HubSpec | None, values: tuple[str, ...] = ()
) -> Json:
    """What a step remembers: a JSON value, or an answer's status and its body, without *values*."""
    return cleaned(_step_result(stored, size, hub), values)


def _step_result(stored: bytes | None, size: int | None, hub: HubSpec | None) -> Json:
    if stored is None:
        return None
    if size is not None and size > len(stored):
        return f"[{size} bytes]"
    if is_sealed(stored):
        return SEALED.format(count=len(stored))
    head, newline, body = stored.partition(b"\n")
    if not newline:
        return payload(stored, hub)
    status, _ = orjson.loads(head)
    shown = payload(body, hub) if body else None
    return {"status": status, "body": shown}
