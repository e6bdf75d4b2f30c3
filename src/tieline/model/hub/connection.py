"""Connection: one authorised account at a system, and the connector that knows the system."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from tieline.model.base.failure import FailureKind
from tieline.model.calls.auth import Auth, Bearer
from tieline.model.calls.call import Effect, Egress, HttpAnswer, Timeouts
from tieline.model.calls.rate import Rate
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.inbound.signature import WebhookScheme


class FailedInside(NamedTuple):
    """A failure that an answer's body tells and its status does not."""

    kind: FailureKind
    reason: str


CONFIRM_AFTER = timedelta(seconds=5)
BEARER, TIMEOUTS, RETRY = Bearer(), Timeouts(), RetryPolicy()


@dataclass(frozen=True, slots=True)
class Connector:
    """What is known of a system: data first, functions only where the vendor forces one."""

    name: str
    base_url: str = ""
    auth: Auth = BEARER
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with every call, such as an API version."""
    timeouts: Timeouts = TIMEOUTS
    retry: RetryPolicy = RETRY
    rate: Rate | None = None
    at_once: int = 64
    """Calls in flight at most."""
    idempotency_header: str | None = None
    """Where the provider takes an idempotency key; makes its writes ``idempotent``."""
    idempotency_life: timedelta | None = None
    """How long the provider remembers a key; a later repeat of a write that may have been made is
    held for a person. None: it is not known to forget."""
    confirm_after: timedelta = CONFIRM_AFTER
    """How long after an unknown outcome ``confirm=`` looks at the earliest: what the provider has
    taken in may show only a moment later."""
    effects: Mapping[str, Effect] = field(default_factory=dict)
    """``"POST /path/*"`` → effect, where the default by method is wrong; first match wins."""
    nested_forms: bool = False
    """Whether forms and queries may have nested values, in brackets: ``items[0][price]=5``."""
    failed_inside: Callable[[HttpAnswer], FailedInside | None] | None = None
    """For systems whose status misleads, such as a 200 with an error in the body. Asked of every
    answer; None: the status is right."""
    webhook: WebhookScheme | None = None
    docs: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionSpec:
    """A connection as declared: a connector with an account and its own limits."""

    name: str
    connector: Connector
    base_url: str
    credential: str | None
    """The vault's name of the secret that authorises calls."""
    signing: str
    """The vault's name of the secrets that sign this account's webhooks."""
    timeouts: Timeouts
    retry: RetryPolicy
    rate: Rate | None
    at_once: int
    egress: Egress
    max_answer_bytes: int
    longest_nap: timedelta = timedelta(seconds=1)
    """A shorter wait for the rate limit is spent in memory; a longer one is stored."""
    confirm_after: timedelta = CONFIRM_AFTER
    """As of the connector, unless it was connected with another."""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with every call, names in small letters; instead of the connector's of the same name."""
