"""Delivery body: the bytes of a vouched-for delivery come in; the document in them goes out."""

import codecs
from typing import assert_never
from urllib.parse import parse_qsl

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.payload import Json, PayloadFault
from tieline.model.inbound.body import DEFAULT_BODY_LIMITS, BodyForm, BodyLimits
from tieline.rules.formats.file_form import read_multipart
from tieline.rules.formats.json_limits import JsonLimits, parse
from tieline.rules.formats.xml_text import read_xml

MOST_FIELDS = 1000
PAYLOAD = "payload"
_UTF8 = "utf-8"


class BodyReader:
    """Reads the bodies of one source; what is known of their form is worked out once."""

    def __init__(
        self, form: BodyForm, charset: str = _UTF8, limits: BodyLimits = DEFAULT_BODY_LIMITS
    ) -> None:
        self._form = form
        self._charset = codecs.lookup(charset).name
        self._limits = limits
        self._json_limits = JsonLimits(depth=limits.depth, keys=limits.keys)
        self._is_json = form is BodyForm.JSON

    def read(self, raw: bytes) -> tuple[Json, bool]:
        """The document in *raw*, and whether *raw* is itself that document as JSON.

        Raises PayloadRejected for what is not of that form, or over its limits.
        """
        if not self._is_json:
            return self._read(raw), False
        text = raw if self._charset == _UTF8 else self._decoded(raw).encode()
        text = text.removeprefix(codecs.BOM_UTF8)  # the very same bytes where there is none
        return parse(text, self._json_limits), text is raw

    def _read(self, raw: bytes) -> Json:
        match self._form:
            case BodyForm.JSON:
                return parse(raw, self._json_limits)
            case BodyForm.FORM:
                return _document(self._fields(raw))
            case BodyForm.FORM_PAYLOAD:
                payload = _payload(self._fields(raw)).removeprefix(codecs.BOM_UTF8)
                return parse(payload, self._json_limits)
            case BodyForm.MULTIPART:
                return _document(read_multipart(raw, self._charset, self._limits))
            case BodyForm.XML:
                said = None if self._charset == _UTF8 else self._charset
                return read_xml(raw, said, self._limits)
            case _:
                assert_never(self._form)

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode(self._charset)
        except UnicodeDecodeError:
            detail = f"the body is not in {self._charset}"
            raise PayloadRejected(PayloadFault.ENCODING, detail) from None

    def _fields(self, raw: bytes) -> list[tuple[str, Json]]:
        """Names and values in their order; another body has no ``=`` where it should be."""
        pairs = [pair for pair in raw.split(b"&") if pair]
        most = min(MOST_FIELDS, self._limits.keys)
        if len(pairs) > most:
            raise PayloadRejected(PayloadFault.TOO_MANY_KEYS, f"more than {most} fields")
        if not pairs or not all(b"=" in pair for pair in pairs):
            detail = "not a form (application/x-www-form-urlencoded)"
            raise PayloadRejected(PayloadFault.SYNTAX, detail)
        charset = self._charset
        try:
            text = raw.decode("ascii")
            found = parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict")
        except UnicodeDecodeError:
            detail = f"the form is not in {charset.upper()}"
            raise PayloadRejected(PayloadFault.ENCODING, detail) from None
        return [(name, text) for name, text in found]


def _document(fields: list[tuple[str, Json]]) -> Json:
    values: dict[str, list[Json]] = {}
    for name, found in fields:
        values.setdefault(name, []).append(found)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _payload(fields: list[tuple[str, Json]]) -> bytes:
    found = [text for name, text in fields if name == PAYLOAD and isinstance(text, str)]
    if len(found) != 1:
        detail = f"the form has {len(found)} fields named {PAYLOAD}; it must have one"
        raise PayloadRejected(PayloadFault.SYNTAX, detail)
    return found[0].encode()
