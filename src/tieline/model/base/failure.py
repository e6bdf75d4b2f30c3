"""Failure: why a call did not end in a usable answer, and whether the far side can know of it."""

from enum import StrEnum


class Delivered(StrEnum):
    """Whether the other side can have seen the request."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class FailureKind(StrEnum):
    """Why a call did not end in a usable answer; the same words in attempts, facts and console."""

    UNREACHABLE = "unreachable"
    """The name did not resolve, the connection was refused, or TLS failed: nothing was sent."""
    EXHAUSTED = "exhausted"
    """This process may open no more files: nothing was sent, and nobody else is to blame."""
    BLOCKED = "blocked"
    """The egress guard refused the address: nothing was sent."""
    SLOW = "slow"
    """A deadline passed."""
    BROKEN = "broken"
    """The connection died or the answer was not HTTP."""
    TOO_LARGE = "too-large"
    """The answer's headers or (decoded) body went over the limit."""
    THROTTLED = "throttled"
    """429: the provider asked for a pause."""
    UNAVAILABLE = "unavailable"
    """408, 423, 425 or 5xx."""
    UNAUTHORISED = "unauthorised"
    """401 or 403: the credential is not accepted."""
    REJECTED = "rejected"
    """Another 4xx, or a request that cannot be sent as written: a repeat changes nothing."""
    REDIRECTED = "redirected"
    """A 3xx that may not be followed."""
