"""Memory: how an answer is remembered as bytes, and read back as the same answer."""

from functools import lru_cache

import orjson

from tieline.model.base.headers import Headers
from tieline.model.calls.call import HttpAnswer
from tieline.rules.privacy.redact import redact_headers

KEPT_HEADERS = frozenset({"content-type", "location", "etag", "last-modified", "link"})
"""Headers that a flow may want to see again; the rest describes the transport."""


def pack(answer: HttpAnswer) -> bytes:
    """One line of JSON (status, headers), then the body as it came."""
    kept = [header for header in answer.headers if header[0] in KEPT_HEADERS]
    if len(kept) == 1 and kept[0][0] == "content-type":
        return _plain_head(answer.status, kept[0][1]) + answer.body
    return _head(answer.status, redact_headers(tuple(kept))) + answer.body


def _head(status: int, headers: Headers) -> bytes:
    return orjson.dumps([status, headers]) + b"\n"


@lru_cache(maxsize=256)
def _plain_head(status: int, content_type: str) -> bytes:
    """The head of most answers; those of one API share it."""
    return _head(status, (("content-type", content_type),))


def unpack(result: bytes) -> HttpAnswer:
    """The answer that was packed. A result that a person gave is JSON alone: a 200 with it."""
    head, newline, body = result.partition(b"\n")
    if not newline:
        return HttpAnswer(200, (("content-type", "application/json"),), result)
    status, headers = orjson.loads(head)
    return HttpAnswer(status, tuple((name, value) for name, value in headers), body)
