"""Own headers: what an author wants to send comes in; the headers of a call, or what to write
instead, go out."""

from collections.abc import Iterator, Mapping

from tieline.model.base.errors import ArgumentRefused
from tieline.model.base.headers import Headers
from tieline.model.calls.auth import ApiKey, Auth, NoAuth

NOT_THEIRS = {
    "host": "it follows from base_url; connect the system with the base_url that it is called by",
    "content-length": "it is counted from the content; leave it out",
    "transfer-encoding": "the hub sends contents whole; leave it out",
    "traceparent": "the hub sends its own, by which a trace goes on; leave it out",
    "x-correlation-id": "the hub sends its own, by which stories are found; use another name",
}
"""What every call has by itself, and what to do instead."""


def own_headers(
    given: Mapping[str, str], *, auth: Auth, has_credential: bool, idempotency_header: str | None
) -> Headers:
    """*given* with names in lower case. Raises ArgumentRefused, and tells no value."""
    taken = NOT_THEIRS | dict(_of_connection(auth, idempotency_header, has_credential))
    found = []
    for name, value in given.items():
        if not isinstance(name, str) or not isinstance(value, str):
            kind = "None" if value is None else f"of type {type(value).__name__}"
            raise ArgumentRefused(f"headers[{name!r}] is {kind}; a header is a text")
        if (why := taken.get(name.lower())) is not None:
            raise ArgumentRefused(f"headers has {name!r}: {why}")
        found.append((name.lower(), value))
    return tuple(found)


def _of_connection(
    auth: Auth,
    idempotency_header: str | None,
    has_credential: bool,  # noqa: FBT001 - a fact
) -> Iterator[tuple[str, str]]:
    if idempotency_header is not None:
        words = (
            "the hub sends its own, which stays the same over retries and crashes; "
            "give key= to tell like calls of a run apart"
        )
        yield idempotency_header.lower(), words
    if has_credential and not isinstance(auth, NoAuth):
        header = auth.header if isinstance(auth, ApiKey) else "authorization"
        yield header.lower(), "the connection's credential is sent there; put it into the vault"
