"""Lease: heartbeats of this worker come in; whether its runs are surely still its own goes out."""

from tieline.ports.clock import Clock

FENCED_US = 20_000_000
"""A worker that could not renew for this long starts no effect; after 30 s others take its runs."""


class Lease:
    """The worker's hold on its runs, measured on the clock that never goes back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._renewed_us = clock.monotonic_us()

    def renewed(self, began_us: int) -> None:
        """A heartbeat that began at *began_us* (monotonic) is stored."""
        self._renewed_us = began_us

    def holds(self) -> bool:
        """Whether an effect may be started."""
        return self._clock.monotonic_us() - self._renewed_us < FENCED_US
