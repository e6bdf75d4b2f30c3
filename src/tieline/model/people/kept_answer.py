"""Kept answers: the API does what a request with an idempotency key asks for once."""

from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted


@value
class KeyTaken:
    """What became of a TakeKey."""

    fresh: bool
    """It is the caller's now: carry the request out, then KeepAnswer or ReturnKey."""
    fingerprint: str
    """Of the request that has the key."""
    status: int | None
    """None: that request has no answer yet."""
    body: bytes | None


@value
class TakeKey(Command[KeyTaken]):
    """Claim an idempotency key for a request, unless it has been used within the time."""

    actor: str
    key: str
    fingerprint: str
    """Of the method, the path and the body."""
    at_us: Micros
    forget_before_us: Micros
    """Keys that were taken earlier may be taken again."""
    stale_before_us: Micros
    """So may those without an answer that were taken before this: whoever had them is gone."""


@value
class KeepAnswer(Command[Counted]):
    """Store what was answered to the request that has the key."""

    actor: str
    key: str
    status: int
    body: bytes


@value
class ReturnKey(Command[Counted]):
    """The request came to nothing: its key may be used again."""

    actor: str
    key: str
