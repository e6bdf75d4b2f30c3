"""Retrying: how often and how patiently something is repeated, as data."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from tieline.model.base.errors import SettingsError

_LONGEST_CAP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a call is repeated: exponential waits with full jitter."""

    attempts: int = 8
    """Tries in all, the first one included."""
    first: timedelta = timedelta(seconds=1)
    """The longest possible wait after the first try; it doubles with every try."""
    cap: timedelta = timedelta(minutes=15)
    """No backoff is longer than this. A provider's Retry-After may be."""

    def __post_init__(self) -> None:
        with suppress(TypeError):  # of another kind: the hub's check names it, with the flow
            self._check()

    def _check(self) -> None:
        if self.attempts < 1:
            raise SettingsError("retry attempts", self.attempts, "use 1 (no retry) or more")
        if self.first <= timedelta():
            raise SettingsError("retry first", self.first, "use a wait above zero")
        if not self.first <= self.cap <= _LONGEST_CAP:
            raise SettingsError("retry cap", self.cap, "use a wait from `first` up to 30 days")
