"""Problem: an error comes in; a document of RFC 9457 with a stable code goes out."""

import http
from dataclasses import dataclass, field

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tieline.model.base import errors as e

MEDIA_TYPE = "application/problem+json"


LONGEST_KEY = 80
"""Characters of an id that is not there: it is told back, not sent back."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A code with all that follows from it."""

    code: str
    status: int
    title: str
    retriable: bool = False
    """Whether the same request may succeed later."""


KINDS = {
    kind.code: kind
    for kind in (
        ProblemKind("bad-request", 400, "The request makes no sense"),
        ProblemKind("wrong-host", 400, "The console is not served under this name"),
        ProblemKind("unauthenticated", 401, "Log in, or give a valid token"),
        ProblemKind("forbidden", 403, "You may not do this"),
        ProblemKind("cross-site", 403, "The request did not come from a page of this console"),
        ProblemKind("not-found", 404, "There is no such thing"),
        ProblemKind("method-not-allowed", 405, "This cannot be done with it"),
        ProblemKind("too-slow", 408, "The request took too long to arrive", retriable=True),
        ProblemKind("conflict", 409, "Its state does not allow this"),
        ProblemKind("in-progress", 409, "The same request is being carried out", retriable=True),
        ProblemKind("too-large", 413, "The request is too large"),
        ProblemKind("not-json", 415, "The body must be JSON"),
        ProblemKind("invalid", 422, "A value cannot be used"),
        ProblemKind("refused", 422, "It cannot be carried out as it was given"),
        ProblemKind("key-reused", 422, "The idempotency key belongs to another request"),
        ProblemKind("too-many", 429, "Too many tries", retriable=True),
        ProblemKind("headers-too-large", 431, "The headers are too large"),
        ProblemKind("internal", 500, "A defect of the hub"),
        ProblemKind("store-full", 503, "The store has no space left", retriable=True),
        ProblemKind("store", 503, "The store cannot be reached", retriable=True),
        ProblemKind("overloaded", 503, "The hub has too much to do", retriable=True),
    )
}
"""Every code there is. Codes are never renamed; clients may rely on them."""

OF_ERROR: tuple[tuple[type[e.TielineError], str], ...] = (
    (e.NotFound, "not-found"),
    (e.Conflict, "conflict"),
    (e.CommandRefused, "refused"),
    (e.PayloadRejected, "refused"),
    (e.SettingsError, "invalid"),
    (e.ScheduleError, "invalid"),
    (e.Overloaded, "overloaded"),
    (e.StoreFull, "store-full"),
    (e.StoreError, "store"),
)
"""First match wins; anything else is ``internal``, and its words stay in the log."""


OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
"""What the framework itself refuses."""


@dataclass(slots=True)
class Problem(Exception):
    """An answer that says why not; raise it wherever a request is handled."""

    code: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    """Further members, such as what was not found."""

    @property
    def kind(self) -> ProblemKind:
        """What follows from the code."""
        return KINDS[self.code]

    def document(self) -> dict[str, object]:
        """The members of RFC 9457, with our two."""
        kind = self.kind
        return {
            "type": f"urn:tieline:problem:{kind.code}",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "code": kind.code,
            "retriable": kind.retriable,
            **self.more,
        }

    def response(self) -> Response:
        """As an answer."""
        return Response(
            orjson.dumps(self.document()),
            self.kind.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def problem_of(error: Exception) -> Problem:
    """What is told of *error*; nothing of a defect's inside is."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        refused = OF_STATUS.get(error.status_code, "bad-request")
        return Problem(refused, error.detail, dict(error.headers or {}))
    code = next((code for kind, code in OF_ERROR if isinstance(error, kind)), None)
    if code is None:
        return Problem("internal", "the hub's log says more")
    if KINDS[code].status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        return Problem(code, str(error), {"retry-after": "5"})
    if not isinstance(error, e.NotFound):
        return Problem(code, str(error))
    short = error.key if len(error.key) <= LONGEST_KEY else error.key[:LONGEST_KEY] + "…"
    return Problem(
        code, str(e.NotFound(error.kind, short)), more={"kind": error.kind, "key": short}
    )
