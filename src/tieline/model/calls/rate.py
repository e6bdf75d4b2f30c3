"""Rate: how many calls a connection may make in a time, as data."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from tieline.model.base.errors import SettingsError

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` calls per ``per``, of which ``burst`` may come at once after a pause."""

    count: int
    per: timedelta
    burst: int = 1
    interval_us: int = field(init=False, repr=False, compare=False)
    """The even distance between calls, rounded up: never faster than asked."""
    tolerance_us: int = field(init=False, repr=False, compare=False)
    """How far ahead of even pace a burst may run."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "interval_us", 0)
        object.__setattr__(self, "tolerance_us", 0)
        with suppress(TypeError):  # of another kind: the hub's check names it, with the connection
            self._settle()

    def _settle(self) -> None:
        if self.count < 1:
            raise SettingsError("rate count", self.count, "use 1 or more")
        if self.per <= timedelta():
            raise SettingsError("rate per", self.per, "use a time above zero")
        if self.burst < 1:
            raise SettingsError("rate burst", self.burst, "use 1 (no burst) or more")
        interval = -(-(self.per // _MICROSECOND) // self.count)
        object.__setattr__(self, "interval_us", interval)
        object.__setattr__(self, "tolerance_us", interval * (self.burst - 1))
