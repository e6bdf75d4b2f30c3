"""Inbound problems: what is wrong with a request comes in; what its sender is told goes out."""

from tieline.model.base.errors import PayloadRejected
from tieline.model.inbound.request import RequestProblem
from tieline.model.inbound.signature import RefusalReason

BUSY_S = 5
UNREADY_S = 60
TOO_LARGE = 413


def not_post(method: str) -> RequestProblem:
    """To a request of another method."""
    return RequestProblem(
        405,
        "method-not-allowed",
        "Deliveries are POST requests",
        f"the method was {method[:16]!r}",
        headers=(("allow", "POST"),),
    )


def unknown_source(source: str) -> RequestProblem:
    """To a request for a source that is not declared."""
    detail = f"there is no source {source[:64]!r} here"
    return RequestProblem(404, "unknown-source", "There is no such source", detail)


def malformed(error: PayloadRejected) -> RequestProblem:
    """To a delivery for which nobody vouches, whose body is no document."""
    detail = f"{error.fault}: {error.detail}"
    return RequestProblem(400, "malformed-body", "The body cannot be read", detail)


def with_url(url: str, *, is_said: bool) -> str:
    """What the operator is told of a refused signature over a URL: which it was taken to be."""
    begin = url.partition("?")[0]
    advice = "" if is_said else '; set public_url = "https://…" in tieline.toml'
    return f"; it covers the URL, taken to be {begin}{advice}"


BUSY = RequestProblem(
    503,
    "busy",
    "The delivery could not be stored",
    "nothing of this delivery was kept; send it again",
    retry_after_s=BUSY_S,
)
UNREADY = RequestProblem(
    503,
    RefusalReason.NO_SECRET,
    "This source cannot verify anything yet",
    "the hub has no secret for this source; nothing of this delivery was kept, send it again",
    retry_after_s=UNREADY_S,
)
