"""Answer: the bytes a server sends come in; one complete answer, or why it is none, goes out."""

from functools import lru_cache

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from tieline.adapters.http.body import DecodedBody, PlainBody, body_for, too_large
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import HttpAnswer

HEAD_LIMIT_BYTES = 64 * 1024
_FRAMING = frozenset({"content-length", "transfer-encoding", "content-encoding"})
_WITHOUT_BODY = frozenset({204, 304})


class AnswerReader:
    """Reads one answer after another from one connection; the parser calls the ``on_`` methods."""

    __slots__ = (
        "_body",
        "_complete",
        "_ends_with_connection",
        "_head_bytes",
        "_head_only",
        "_headers",
        "_limit",
        "_parser",
        "_silent_bytes",
        "_status",
        "has_head",
        "reusable",
    )

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._head_only = False
        self.expect(head_only=False, limit_bytes=0)

    def expect(self, *, head_only: bool, limit_bytes: int) -> None:
        """Get ready for the next answer; ``head_only`` if it answers a HEAD."""
        if self._head_only:
            self._parser = HttpResponseParser(self)  # the old one may still wait for a body
        self._head_only = head_only
        self._limit = limit_bytes
        self._headers: list[tuple[str, str]] = []
        self._status = 0
        self._head_bytes = self._silent_bytes = 0
        self._body: PlainBody | DecodedBody | None = None
        self._complete = self._ends_with_connection = False
        self.has_head = False
        """Whether the whole head of the final answer was read."""
        self.reusable = False
        """Whether the connection may carry another request after this answer."""

    def feed(self, data: bytes) -> HttpAnswer | None:
        """Read *data*; the answer, once it is complete. Raises CallFailed."""
        if self.has_head:
            self._silent_bytes += len(data)
        else:
            data = self._feed_head(data)
        self._parse(data)
        if self._complete:
            return self._answer()
        if self._silent_bytes > HEAD_LIMIT_BYTES:
            raise self._too_large_head("trailer")
        return None

    def finish(self) -> HttpAnswer:
        """The server closed: the answer, if that is how it ends. Raises CallFailed."""
        if self._ends_with_connection:
            return self._answer()
        where = "in the middle of its answer" if self.has_head else "without an answer"
        raise CallFailed(FailureKind.BROKEN, self.delivered, f"the server closed {where}")

    @property
    def delivered(self) -> Delivered:
        """What is known after the request was written."""
        return Delivered.YES if self.has_head else Delivered.MAYBE

    @property
    def known_status(self) -> int | None:
        """The status of an answer whose head was read, whatever became of the rest."""
        return self._status if self.has_head else None

    def on_message_begin(self) -> None:
        if self._complete:
            raise self._broken("the server sent more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:
            lowered = _short_name(name) if len(name) <= 64 else _lowered(name)
            self._headers.append((lowered, value.rstrip().decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._status = status = self._parser.get_status_code()
        if 100 <= status < 200:
            return
        if not 200 <= status < 600 or self._parser.get_http_version() not in {"1.1", "1.0"}:
            raise self._broken("the answer's status line is not that of HTTP/1.1")
        self.has_head = True
        self._read_framing()
        if self._head_only:
            self.on_message_complete()

    def on_body(self, piece: bytes) -> None:
        if self._complete or self._body is None:
            raise self._broken("the server sent a body where none may be")
        self._silent_bytes = 0
        self._body.feed(piece)

    def on_message_complete(self) -> None:
        if not self.has_head:
            self._headers.clear()  # 100 Continue and the like: the real answer follows
        elif not self._complete:
            self._complete = True
            self.reusable = self._parser.should_keep_alive()

    def _feed_head(self, data: bytes) -> bytes:
        room = HEAD_LIMIT_BYTES - self._head_bytes
        self._head_bytes += len(data)
        if len(data) <= room:
            return data
        self._parse(data[:room])
        if not self.has_head:
            raise self._too_large_head("head")
        return data[room:]

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as error:
            raise self._broken("the server switched to another protocol") from error
        except HttpParserError as error:
            if self._complete:
                self.reusable = False
            elif isinstance(error.__context__, CallFailed):
                raise error.__context__ from None
            else:
                raise self._broken(f"the answer is not HTTP: {error}") from error

    def _read_framing(self) -> None:
        coding, length, is_chunked = "", None, False
        for name, value in self._headers:
            if name not in _FRAMING:
                continue
            if name == "content-length":
                length = int(value)
            elif name == "content-encoding":
                coding = f"{coding}, {value}" if coding else value
            elif value.lower() == "chunked" and not is_chunked:
                is_chunked = True
            else:
                raise self._broken("the answer's Transfer-Encoding is not just 'chunked'")
        self._open_body(coding, length, is_chunked=is_chunked)

    def _open_body(self, coding: str, length: int | None, *, is_chunked: bool) -> None:
        if self._head_only or self._status in _WITHOUT_BODY:
            return
        self._body = body_for(coding, self._limit)
        self._ends_with_connection = length is None and not is_chunked
        if length is not None and length > self._limit and isinstance(self._body, PlainBody):
            raise too_large(self._limit)

    def _answer(self) -> HttpAnswer:
        headers, self._headers = tuple(self._headers), []  # an idle connection keeps no answer
        body, self._body = self._body, None
        return HttpAnswer(self._status, headers, b"" if body is None else body.finish())

    def _broken(self, detail: str) -> CallFailed:
        return CallFailed(FailureKind.BROKEN, self.delivered, detail)

    def _too_large_head(self, part: str) -> CallFailed:
        detail = f"the answer's {part} is larger than the {HEAD_LIMIT_BYTES} bytes allowed"
        return CallFailed(FailureKind.TOO_LARGE, self.delivered, detail)


def _lowered(name: bytes) -> str:
    return name.decode("latin-1").lower()


_short_name = lru_cache(maxsize=1024)(_lowered)
