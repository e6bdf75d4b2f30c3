"""Outcome: what the end of a call means for the step that made it."""

from datetime import timedelta
from typing import ClassVar

from tieline.model.base.failure import FailureKind
from tieline.model.base.value import value


@value
class Succeeded:
    """The provider took the request; the answer may be remembered."""


@value
class TryAgain:
    """A transient failure after which a repeat is safe."""

    kind: FailureKind
    reason: str
    retry_after: timedelta | None = None
    """The provider's own wish; it wins over our backoff."""


@value
class ProviderRefused:
    """A repeat cannot help; ``reason`` is the provider's own message where it gave one."""

    kind: FailureKind
    reason: str


@value
class CredentialRefused:
    """The credential is not accepted: the connection is unhealthy, no try was used."""

    reason: str
    kind: ClassVar[FailureKind] = FailureKind.UNAUTHORISED


@value
class InDoubt:
    """The write may have been applied and a repeat is not safe: look it up, or ask a person."""

    kind: FailureKind
    reason: str


Verdict = Succeeded | TryAgain | ProviderRefused | CredentialRefused | InDoubt

SUCCEEDED = Succeeded()
