"""Call: what one outbound HTTP request is, how it may end, and what a failure leaves unknown."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from tieline.model.base.headers import Headers
from tieline.model.base.json_text import json_value
from tieline.model.base.value import value


class Effect(StrEnum):
    """What a repeat of an operation would do at the other side (docs/architecture.md)."""

    READ = "read"
    """Changes nothing: repeated freely."""
    IDEMPOTENT = "idempotent"
    """The provider recognises the effect key or the external id: repeated freely."""
    VERIFY = "verify"
    """After an unknown outcome a look-up decides whether to send again."""
    ONCE = "once"
    """After an unknown outcome a person decides."""


@value
class Timeouts:
    """Deadlines of one request; ``total`` covers everything from the first look-up on."""

    connect: timedelta = timedelta(seconds=5)
    total: timedelta = timedelta(seconds=15)


class Egress(NamedTuple):
    """Which addresses a connection may reach beyond the public internet."""

    allow: tuple[str, ...] = ()
    """``host``, ``host:port``, IP address or CIDR network, each an explicit exception."""


@value
class HttpRequest:
    """One request as it goes on the wire."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    timeouts: Timeouts = Timeouts()
    egress: Egress = Egress()
    max_answer_bytes: int = 1024 * 1024
    """Limit on the decoded body of the answer."""
    max_redirects: int = 0
    """How many redirects a GET or HEAD may follow; never used for other methods."""


@value
class HttpAnswer:
    """A complete answer. Header names are lower case, in the order received."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of header *name* (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)

    @property
    def text(self) -> str:
        """The body as UTF-8; undecodable bytes become U+FFFD."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON, no number rounded: an integer of any length is exact, and a number that
        a float would not be is a Decimal. Raises ValueError when it is none."""
        return json_value(self.body)


@value
class Call:
    """One operation on a connection, as an author asks for it."""

    method: str
    path: str
    """As it goes on the wire, with its query."""
    body: bytes = b""
    headers: Headers = ()
    key: str | None = None
    """What distinguishes this use of the operation from others in the run; else a number."""
    effect: Effect | None = None
    """Overrides what the connector says about the operation."""
    timeouts: Timeouts | None = None
    confirm: Callable[[], Awaitable[object]] | None = None
    """After an unknown outcome: returns what the effect made (JSON), or nothing (None, an empty
    list or object) if it is not there."""
    ok: Callable[[HttpAnswer], object] | None = None
    """Whether a 2xx answer is a success, where its status does not say so."""
    place: str | None = None
    """The path as it may be told: a template, or what is left of a path with secrets in it."""

    @property
    def named(self) -> str:
        """The path by which people, log lines and the store know this operation."""
        return self.path.partition("?")[0] if self.place is None else self.place
