"""Listener: what the connections of one server share; the door behind them, limits, who is in."""

from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Protocol

from tieline.model.inbound.request import Inbound, Reply, RequestProblem
from tieline.ports.clock import Clock


class Receiver(Protocol):
    """What the connections of a server need from the inside.

    Whatever ``take``, ``refuse`` or ``other`` may raise is a bug, and told to ``broken``.
    """

    def limit_of(self, source: str) -> int:
        """How many bytes of body the source takes."""
        ...

    async def take(self, inbound: Inbound) -> Reply:
        """Answer a complete request for a source."""
        ...

    async def refuse(self, inbound: Inbound, problem: RequestProblem) -> Reply:
        """Answer a request that broke a rule of HTTP or a limit, before it was complete."""
        ...

    def other(self, inbound: Inbound, target: str) -> Reply:
        """Answer a request that is not for a source."""
        ...

    def broken(self, error: BaseException) -> Reply:
        """Take note of a bug of ours; what the sender is told of it."""
        ...

    def turned_away(self, reason: str) -> None:
        """Take note of a connection that was closed unanswered, to make room for others."""
        ...


@dataclass(frozen=True, slots=True)
class ListenerLimits:
    """How long a sender may take, and how many may be in at once."""

    request_s: float = 30.0
    """From a request's first byte to its last."""
    idle_s: float = 75.0
    """Between requests on a kept connection, and before the first."""
    connections: int = 1000
    unfinished_bytes: int = 128 * 1024 * 1024
    """Bodies that are not complete yet, of all connections together."""

    @property
    def linger_s(self) -> float:
        """How long a refused sender may go on sending, so that it gets to read why."""
        return min(5.0, self.request_s)

    @property
    def look_s(self) -> float:
        """How often connections are held to the limits, which they may outstay by twice this."""
        return min(1.0, self.request_s / 4, self.idle_s / 4)


class OpenConnection(Protocol):
    """A connection, as the doorway and the server see it."""

    def look(self, now_s: float) -> None:
        """Hold the connection to its limits."""
        ...

    def give_way(self, *, unfinished_only: bool) -> bool:
        """Close without an answer; False for a connection that is being answered."""
        ...

    def end_if_idle(self) -> None:
        """Close unless something is being received or answered."""
        ...

    def abort(self) -> None:
        """End now; what is being answered is no longer awaited."""
        ...


@dataclass(slots=True)
class Listener:
    """Shared by the connections of one server."""

    door: Receiver
    clock: Clock
    limits: ListenerLimits
    public_url: str = ""
    """How senders reach us; what they sign is this and the target of their request."""
    open: dict[OpenConnection, None] = field(default_factory=dict)
    """Every connection, the oldest first."""
    unfinished_bytes: int = 0
    draining: bool = False
    """No further request is wanted: every answer says so."""
    date: bytes = b""
    """The header line, made once a look."""

    def look(self, now_s: float) -> None:
        """One look at every connection, instead of a timer for every request."""
        self.date = b"date: %b\r\n" % formatdate(self.clock.now_us() / 1e6, usegmt=True).encode()
        for visitor in list(self.open):
            visitor.look(now_s)

    def is_full(self) -> bool:
        """Whether one more connection is too many."""
        return len(self.open) >= self.limits.connections

    def make_room(self, *, unfinished_only: bool = False) -> bool:
        """Close the connection that has been open the longest without asking anything complete."""
        for visitor in self.open:
            if visitor.give_way(unfinished_only=unfinished_only):
                self.door.turned_away("crowded")
                return True
        return False
