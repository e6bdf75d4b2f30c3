"""Guarded: a call goes in; permission, or one try of it and what the try means, comes out."""

from collections.abc import Callable
from typing import Protocol

from tieline.model.base.ids import Micros
from tieline.model.base.secret import Secret
from tieline.model.base.value import value
from tieline.model.calls.call import Call, Effect, HttpAnswer
from tieline.model.calls.outcome import Verdict
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.runs.run import ClaimedRun
from tieline.model.runs.waits import Waits


@value
class NotNow:
    """A guard does not let the call go yet; no try is used."""

    until_us: Micros | None
    """When to ask again; None: when somebody resumes the connection."""
    on: Waits
    """What to be woken by."""
    reason: str


@value
class Tried:
    """One try, as it went."""

    verdict: Verdict
    answer: HttpAnswer | None
    status: int | None
    at_us: Micros
    took_us: int
    secrets: tuple[Secret, ...] = ()
    """The credentials of the connection: what is kept of the try must not have them in it."""


@value
class Sending:
    """What a try carries beyond the call itself."""

    effect: Effect
    effect_key: str | None
    correlation: str
    traceparent: str | None
    run: ClaimedRun | None = None
    number: int = 1
    reference: str | None = None
    """The business name that the run is about."""
    span: str | None = None
    """The span of this try, where its trace is sampled; then the parent in ``traceparent``."""
    clean: Callable[[str], str] = str
    """Takes out of a text what must not be told of this run."""
    parent: str | None = None
    """The span of the author's step that makes it, if one does."""
    may_be_made: bool = False
    """Whether an earlier try, under the same key, may have been applied."""


class Guarded(Protocol):
    """The role of the outbound policy (docs/architecture.md): who may go, and how it went.

    Promises: a call that was permitted by ``permit`` and not sent is returned by ``let_go``;
    ``send`` puts the request on the wire at most once, and raises nothing for what happens there.
    """

    async def permit(self, connection: ConnectionSpec, *, repeat: bool) -> NotNow | None:
        """None: go, now. May nap for a short rate limit before it answers."""
        ...

    async def send(self, connection: ConnectionSpec, call: Call, sending: Sending) -> Tried:
        """One try of a permitted call."""
        ...

    def let_go(self, connection: ConnectionSpec) -> None:
        """A permitted call will not be sent after all."""
        ...
