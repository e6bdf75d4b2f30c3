"""Traffic: events that a sender offers, as fast as they come through or at a steady rate."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tieline_sim.steering import Sim

LANES = 61
FIRST = 1_000
SLOWEST = 20
"""Events a second: what any machine can do, even one that is busy with something else."""
FASTEST = 150
"""More would make the tests longer, and show nothing else."""
SHARE = 0.4
"""Of what the town can do: whoever recovers must be able to catch up, beside whatever else runs."""
IN_FLIGHT = 120
MEASURED_S = 4.0
WARM_S = 1.0
"""At the beginning of that: connections are made, and nothing has come through yet."""


@dataclass(slots=True)
class Traffic:
    """Offers events at a steady rate, whatever becomes of them, until it is told to stop."""

    sender: Sim
    rate: int = SLOWEST
    offered: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._offer, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(90)  # a sender that hangs is given up before that

    def measure(self, done: Callable[[], int]) -> float:
        """Events a second that come through when there are always some on their way."""
        begun, warm = time.monotonic(), (0.0, 0)
        while (now := time.monotonic()) < begun + MEASURED_S:
            through = done()
            if now < begun + WARM_S:
                warm = (now, through)
            if room := IN_FLIGHT - (self.offered - through):
                self._more(room, rate=10 * FASTEST)
            time.sleep(0.05)
        at, through = warm
        return (done() - through) / (time.monotonic() - at)

    def _offer(self) -> None:
        """Slices of half a second, each behind the one before it."""
        begun, slices = time.monotonic(), 0
        while not self._over.wait(max(0.0, begun + slices / 2 - time.monotonic())):
            try:
                self._more(self.rate // 2, rate=self.rate)
            except OSError:
                if not self._over.is_set():
                    raise
                return  # the sender ended with its test
            slices += 1

    def _more(self, count: int, *, rate: int) -> None:
        self.sender.generate(
            "invoice.paid",
            count,
            rate_per_second=rate,
            start_number=FIRST + self.offered,
            spread=LANES,
        )
        self.offered += count


def steady(capacity: float) -> int:
    """The rate to offer to a town that can do *capacity* events a second; an even number."""
    return int(min(FASTEST, max(SLOWEST, SHARE * capacity))) // 2 * 2
