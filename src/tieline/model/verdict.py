"""Verdict: what the end of a call means for the step that made it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from tieline.model.call import FailureKind


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The provider took the request; the answer may be remembered."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """A transient failure after which a repeat is safe."""

    kind: FailureKind
    reason: str
    retry_after: timedelta | None = None
    """The provider's own wish; it wins over our backoff."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A repeat cannot help; ``reason`` is the provider's own message where it gave one."""

    kind: FailureKind
    reason: str


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """The credential is not accepted: the connection is unhealthy, no try was used."""

    reason: str
    kind: ClassVar[FailureKind] = FailureKind.UNAUTHORISED


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The write may have been applied and a repeat is not safe: look it up, or ask a person."""

    kind: FailureKind
    reason: str


Verdict = Succeeded | TryAgain | Refused | Unauthorised | InDoubt

SUCCEEDED = Succeeded()
