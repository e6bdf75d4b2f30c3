"""Shop: the state of one simulated vendor, and the roles its parts play."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tieline_sim.events import Voice
from tieline_sim.faults import FaultBook
from tieline_sim.ledger import Ledger
from tieline_sim.limits import WindowLimit
from tieline_sim.messages import Answer, Request
from tieline_sim.sender import Sender


@dataclass(frozen=True, slots=True)
class Trade:
    """What a vendor's app is given: its memory and the time."""

    ledger: Ledger
    now_us: Callable[[], int]


class Vendor(Protocol):
    """The API of one vendor. It knows no fault, no credential and no limit."""

    @property
    def voice(self) -> Voice | None:
        """How it announces things; None when it sends no webhooks."""
        ...

    @property
    def shows_limits(self) -> bool:
        """Whether its answers tell how much of the rate limit is left."""
        ...

    def answer(self, request: Request) -> Answer:
        """Apply or look up what the request asks for."""
        ...

    def refusal(self, status: int, code: str, text: str) -> Answer:
        """An error in the vendor's own shape."""
        ...


@dataclass(slots=True)
class Tally:
    """What came to the API; the control endpoint is not counted."""

    requests: int = 0
    rejected: int = 0  # 4xx of the vendor's own rules, without the next two
    auth_failures: int = 0
    rate_limited: int = 0


@dataclass(slots=True)
class Shop:
    """One open vendor."""

    name: str
    vendor: Vendor
    ledger: Ledger
    faults: FaultBook
    sender: Sender | None
    now_us: Callable[[], int]
    secret: str
    tokens: tuple[str, ...]  # empty: no credential is asked for
    limit: WindowLimit | None = None
    next_number: int = 1  # of the next event to be made up
    tally: Tally = field(default_factory=Tally)

    def stats(self) -> dict[str, Any]:
        return {
            "vendor": self.name,
            "requests": self.tally.requests,
            "applied": self.ledger.applied,
            "effects": self.ledger.effects,
            "double_effects": self.ledger.double_effects,
            "replayed": self.ledger.replayed,
            "out_of_order": self.ledger.out_of_order,
            "rejected": self.tally.rejected,
            "auth_failures": self.tally.auth_failures,
            "rate_limited": self.tally.rate_limited,
            "faults": dict(self.faults.fired),
            "sender": self._sender_stats(),
        }

    def _sender_stats(self) -> dict[str, Any] | None:
        if self.sender is None:
            return None
        return {**self.sender.tally.shown(), "pending": self.sender.pending}
