"""Delivery body: the bytes of a vouched-for delivery come in; the document in them goes out."""

from typing import assert_never
from urllib.parse import parse_qsl

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.payload import Json, PayloadFault
from tieline.model.inbound.signature import BodyForm
from tieline.rules.formats.json_limits import parse

MOST_FIELDS = 1000
PAYLOAD = "payload"


def read_body(form: BodyForm, raw: bytes) -> Json:
    """The document in *raw*. Raises PayloadRejected for what is not of that *form*."""
    match form:
        case BodyForm.JSON:
            return parse(raw)
        case BodyForm.FORM:
            return _document(_fields(raw))
        case BodyForm.FORM_PAYLOAD:
            return parse(_payload(_fields(raw)))
        case _:
            assert_never(form)


def _fields(raw: bytes) -> list[tuple[str, str]]:
    """Names and values in their order. A body of another kind has no ``=`` where it should be."""
    pairs = [pair for pair in raw.split(b"&") if pair]
    if len(pairs) > MOST_FIELDS:
        raise PayloadRejected(PayloadFault.TOO_MANY_KEYS, f"more than {MOST_FIELDS} fields")
    if not pairs or not all(b"=" in pair for pair in pairs):
        raise PayloadRejected(PayloadFault.SYNTAX, "not a form (application/x-www-form-urlencoded)")
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise PayloadRejected(PayloadFault.ENCODING, "the form is not in UTF-8") from None


def _document(fields: list[tuple[str, str]]) -> Json:
    values: dict[str, list[Json]] = {}
    for name, text in fields:
        values.setdefault(name, []).append(text)
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in values.items()}


def _payload(fields: list[tuple[str, str]]) -> bytes:
    found = [text for name, text in fields if name == PAYLOAD]
    if len(found) != 1:
        detail = f"the form has {len(found)} fields named {PAYLOAD}; it must have one"
        raise PayloadRejected(PayloadFault.SYNTAX, detail)
    return found[0].encode()
