"""Answer failures: the failure that an answer's body tells and its status hides."""

from typing import Any

import orjson

from tieline.model.base.failure import FailureKind
from tieline.model.calls.call import HttpAnswer
from tieline.model.hub.connection import FailedInside

GRAPHQL_KINDS = {
    "THROTTLED": FailureKind.THROTTLED,
    "RATELIMITED": FailureKind.THROTTLED,
    "INTERNAL_SERVER_ERROR": FailureKind.UNAVAILABLE,
    "AUTHENTICATION_ERROR": FailureKind.UNAUTHORISED,
}


def garbled(answer: HttpAnswer) -> FailedInside | None:
    """A 2xx that says it is JSON and is not: something on the way broke it."""
    if not 200 <= answer.status < 300 or not answer.body:
        return None
    if "json" not in (answer.header("content-type") or ""):
        return None
    return None if document_of(answer) is not None else _broken(answer)


def graphql(answer: HttpAnswer) -> FailedInside | None:
    """GraphQL tells errors in the body, mostly under 200, and a spent quota sometimes under 400."""
    if answer.status >= 500 or answer.status in {401, 403, 429}:
        return None
    document = document_of(answer)
    if document is None:
        return _broken(answer) if answer.status < 300 else None
    errors = document.get("errors") if isinstance(document, dict) else None
    if not errors:
        return None
    first = errors[0] if isinstance(errors, list) else errors
    kind = GRAPHQL_KINDS.get(_code_of(first), FailureKind.REJECTED)
    return FailedInside(kind, _message_of(first))


def document_of(answer: HttpAnswer) -> Any:
    """The body as JSON; None when it is none."""
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None


def _broken(answer: HttpAnswer) -> FailedInside:
    reason = f"HTTP {answer.status} with a body of {len(answer.body)} bytes that is no JSON"
    return FailedInside(FailureKind.BROKEN, reason)


def _code_of(error: object) -> str:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return str(code or "").upper()


def _message_of(error: object) -> str:
    message = error.get("message") if isinstance(error, dict) else error
    return str(message)
