"""File form: the bytes of a form with files come in; a document of its fields goes out.

The boundary is that of the body's first line: the header that names it is mostly not signed, and
what a request says about itself does not decide how it is read.
"""

from base64 import b64encode
from dataclasses import dataclass, field

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.payload import Json, PayloadFault
from tieline.model.inbound.body import BodyLimits

_LONGEST_BOUNDARY = 70  # RFC 2046


@dataclass(slots=True)
class _Part:
    """One field, as its bytes come."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)


class _Parts:
    """What the parser tells."""

    def __init__(self) -> None:
        self.found: list[_Part] = []
        self.is_whole = False
        self._name = self._value = b""

    def begin(self) -> None:
        self.found.append(_Part())

    def content(self, data: bytes, start: int, end: int) -> None:
        self.found[-1].content += data[start:end]

    def name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end_header(self) -> None:
        self.found[-1].headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def end(self) -> None:
        self.is_whole = True


def read_multipart(raw: bytes, charset: str, limits: BodyLimits) -> list[tuple[str, Json]]:
    """Names and values in their order, files as objects. Raises PayloadRejected."""
    parts = _Parts()
    parser = MultipartParser(
        _boundary(raw),
        {
            "on_part_begin": parts.begin,
            "on_part_data": parts.content,
            "on_header_field": parts.name,
            "on_header_value": parts.value,
            "on_header_end": parts.end_header,
            "on_end": parts.end,
        },
    )
    try:
        parser.write(raw)
    except MultipartParseError as error:
        raise PayloadRejected(PayloadFault.SYNTAX, f"not a form with files: {error}") from None
    if not parts.is_whole:
        raise PayloadRejected(PayloadFault.SYNTAX, "the form with files is cut short")
    if len(parts.found) > limits.keys:
        raise PayloadRejected(PayloadFault.TOO_MANY_KEYS, f"more than {limits.keys} fields")
    return [_field(part, charset) for part in parts.found]


def _boundary(raw: bytes) -> bytes:
    line, found, _ = raw.partition(b"\r\n")
    boundary = line.removeprefix(b"--")
    if not found or boundary == line or not 1 <= len(boundary) <= _LONGEST_BOUNDARY:
        detail = "not a form with files (multipart/form-data): it does not begin with a boundary"
        raise PayloadRejected(PayloadFault.SYNTAX, detail)
    return boundary


def _field(part: _Part, charset: str) -> tuple[str, Json]:
    _, options = parse_options_header(part.headers.get(b"content-disposition"))
    name = options.get(b"name")
    if name is None:
        raise PayloadRejected(PayloadFault.SYNTAX, "a field of the form has no name")
    try:
        text = name.decode(charset)
        filename = options.get(b"filename")
        if filename is None:
            return text, part.content.decode(charset)
        kind = part.headers.get(b"content-type", b"application/octet-stream")
        content = b64encode(part.content).decode()
        return text, {
            "filename": filename.decode(charset),
            "type": kind.decode("latin-1"),
            "base64": content,
        }
    except UnicodeDecodeError:
        raise PayloadRejected(PayloadFault.ENCODING, f"the form is not in {charset}") from None
