"""Made delivery: what shall have happened comes in; the body and headers of its vendor go out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from tieline.model.base.errors import CommandRefused
from tieline.model.base.headers import Headers
from tieline.model.base.secret import Secret
from tieline.model.base.value import value
from tieline.model.inbound.signature import (
    BodyForm,
    EventShape,
    HmacScheme,
    SignedDelivery,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import BodyTime, HeaderPiece, TimeUnit
from tieline.rules.inbound.signature_key import key_bytes
from tieline.rules.inbound.signing import signed, stamp_of

MEDIA_TYPES: Mapping[BodyForm, str] = {
    BodyForm.JSON: "application/json",
    BodyForm.FORM: "application/x-www-form-urlencoded",
    BodyForm.FORM_PAYLOAD: "application/x-www-form-urlencoded",
}


@value
class MadeEvent:
    """What shall have happened."""

    type: str
    id: str
    data: Any


def body_of(scheme: WebhookScheme, event: MadeEvent, now: datetime) -> tuple[bytes, Headers]:
    """The body of one event and the headers that name it, as the vendor of *scheme* has them.

    Raises CommandRefused for data that cannot stand where the vendor puts it.
    """
    document = _document(scheme.shape, event)
    for one in scheme.schemes:
        if isinstance(one, HmacScheme) and isinstance(one.time, BodyTime):
            stamp = stamp_of(one.time.unit, now)
            is_text = one.time.unit is TimeUnit.ISO
            _put(document, one.time.path, stamp if is_text else int(stamp))
    headers = [("content-type", MEDIA_TYPES[scheme.body])]
    for name, text in (
        (scheme.shape.type_header, event.type),
        (scheme.shape.id_header, event.id),
    ):
        if name is not None:
            headers.append((name.lower(), text))
    return _written(scheme.body, document), tuple(headers)


def made(
    scheme: WebhookScheme,
    url: str,
    content: tuple[bytes, Headers],
    secrets: tuple[Secret, ...],
    now: datetime,
) -> Headers:
    """The headers of a delivery, signed by the first of its schemes that a secret fits; *content*
    is its body, with the headers that it has before. Raises CommandRefused."""
    body, headers = content
    if not secrets:
        return headers
    one, secret = next(
        ((one, secret) for one in scheme.schemes for secret in secrets if _fits(one, secret)),
        (scheme.schemes[0] if scheme.schemes else None, secrets[0]),
    )
    if one is None:
        return headers
    wanted = getattr(one, "content", ())
    there = {name for name, _ in headers}
    for part in wanted:
        if isinstance(part, HeaderPiece) and part.header.lower() not in there:
            headers = (*headers, (part.header.lower(), stamp_of(TimeUnit.SECONDS, now)))
    return signed(one, SignedDelivery("POST", url, headers, body), secret, now)


def _fits(scheme: object, secret: Secret) -> bool:
    form = getattr(scheme, "key", None)
    return form is None or key_bytes(form, secret) is not None


def _document(shape: EventShape, event: MadeEvent) -> Any:
    document: Any = event.data
    if shape.data_path:
        document = {}
        _put(document, shape.data_path, event.data)
    if not isinstance(document, dict):
        raise CommandRefused("this vendor's events are objects: give --data as one, {…}")
    for paths, text, glue in ((shape.type_path, event.type, "."), (shape.id_path, event.id, ":")):
        given = (paths,) if isinstance(paths, str) else paths
        if given and given[0]:
            parts = text.split(glue, len(given) - 1)
            for path, part in zip(given, parts, strict=False):
                _put(document, path, part)
    if shape.events_path is None:
        return document
    if not shape.events_path:
        return [document]
    whole: dict[str, Any] = {}
    _put(whole, shape.events_path, [document])
    return whole


def _put(document: Any, path: str, what: object) -> None:
    """Set *what* at a dotted path, making what is missing on the way."""
    *way, last = path.split(".")
    for step in way:
        document = document.setdefault(step, {})
        if not isinstance(document, dict):
            raise CommandRefused(f"the data has no object at {step!r}, where {path!r} has to stand")
    document[last] = what


def _written(form: BodyForm, document: Any) -> bytes:
    if form is BodyForm.JSON:
        return orjson.dumps(document)
    if form is BodyForm.FORM_PAYLOAD:
        return urlencode({"payload": orjson.dumps(document).decode()}).encode()
    if not isinstance(document, dict):
        raise CommandRefused("a form has names and values: give --data as an object")
    return urlencode(
        {
            name: text if isinstance(text, str) else orjson.dumps(text).decode()
            for name, text in document.items()
        }
    ).encode()
