"""Memory: how an answer is remembered as bytes, and read back as the same answer."""

import orjson

from tieline.model.call import HttpAnswer
from tieline.rules.redact import redact_headers

KEPT_HEADERS = frozenset({"content-type", "location", "etag", "last-modified", "link"})
"""Headers that a flow may want to see again; the rest describes the transport."""


def pack(answer: HttpAnswer) -> bytes:
    """One line of JSON (status, headers), then the body as it came."""
    headers = redact_headers(tuple(h for h in answer.headers if h[0] in KEPT_HEADERS))
    return orjson.dumps([answer.status, headers]) + b"\n" + answer.body


def unpack(result: bytes) -> HttpAnswer:
    """The answer that was packed. A result that a person gave is JSON alone: a 200 with it."""
    head, newline, body = result.partition(b"\n")
    if not newline:
        return HttpAnswer(200, (("content-type", "application/json"),), result)
    status, headers = orjson.loads(head)
    return HttpAnswer(status, tuple((name, value) for name, value in headers), body)
