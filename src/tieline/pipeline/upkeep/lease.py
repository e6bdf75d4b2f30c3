"""Lease: heartbeats of this worker come in; whether its runs are surely still its own goes out."""

from tieline.ports.clock import Clock

FENCED = 2 / 3
"""Of the time after which others take its runs, a worker that could not renew starts no effect."""


class Lease:
    """The worker's hold on its runs, measured on the clock that never goes back."""

    def __init__(self, clock: Clock, silent_us: int) -> None:
        self._clock = clock
        self._fenced_us = int(silent_us * FENCED)
        self._renewed_us = clock.monotonic_us()

    def renewed(self, began_us: int) -> None:
        """A heartbeat that began at *began_us* (monotonic) is stored."""
        self._renewed_us = began_us

    def holds(self) -> bool:
        """Whether an effect may be started."""
        return self._clock.monotonic_us() - self._renewed_us < self._fenced_us
