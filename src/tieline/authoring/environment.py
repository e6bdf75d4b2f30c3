"""Environment: what the place where a hub runs changes of a connection as its code has it.

Staging calls a vendor's sandbox, a laptop a simulator: the code of a hub is the same everywhere.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from tieline.model.calls.call import Egress
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.hub.connection import ConnectionSpec


@dataclass(frozen=True, slots=True)
class Environment:
    """What differs from the code; None: nothing."""

    base_url: str | None = None
    allow: tuple[str, ...] = ()
    attempts: int | None = None
    first_wait: timedelta | None = None
    longest_wait: timedelta | None = None


def placed(spec: ConnectionSpec, place: Environment) -> ConnectionSpec:
    """*spec* as it is at *place*. Raises SettingsError for waits that cannot be."""
    given = place.base_url
    return replace(
        spec,
        base_url=spec.base_url if given is None else given.rstrip("/"),
        egress=Egress((*spec.egress.allow, *place.allow)),
        retry=RetryPolicy(
            attempts=place.attempts or spec.retry.attempts,
            first=place.first_wait or spec.retry.first,
            cap=place.longest_wait or spec.retry.cap,
        ),
    )
