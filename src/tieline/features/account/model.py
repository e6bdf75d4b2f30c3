"""Account: the questions for what became of all that was taken in, and their answers."""

from dataclasses import dataclass, field

from tieline.model.base.ids import Micros
from tieline.model.question import Question
from tieline.model.views.views import EVERYTHING, Page, Window

STANDS = (
    "done",
    "dead",
    "held",
    "cancelled",
    "waiting",
    "retrying",
    "ready",
    "running",
    "unmatched",
    "quarantined",
)
"""Where an accepted event may stand; together they are all that was accepted."""
LOST = "lost"
DOUBLED = "doubled"
FORGOTTEN = "forgotten"
"""Older than what retention keeps of runs: it had ended."""
LISTED = (*STANDS, LOST, DOUBLED, FORGOTTEN)
"""The numbers with a list behind them."""


@dataclass(frozen=True, slots=True)
class AccountCount:
    """How many of a source stand somewhere."""

    source: str
    stands: str
    """Of a delivery: its status at the door, or ``lost``."""
    count: int
    doubled: int = 0
    """Of them, those that one flow took twice though nobody ordered it."""


@dataclass(frozen=True, slots=True)
class AccountPart:
    """A part of an account, true of one moment."""

    counts: tuple[AccountCount, ...]
    cursor: str | None
    """Where to go on; None: there is nothing behind."""


@dataclass(frozen=True, slots=True)
class CountEvents(Question[AccountPart]):
    """Where the events of a window stand; the window's limit is how many are looked at."""

    source: str | None = None
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class CountDeliveries(Question[AccountPart]):
    """What became of the deliveries of a window at the door."""

    source: str | None = None
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One of those that a number counts."""

    id: str
    """An event's; of a delivery whose event is not there, the delivery's."""
    source: str
    type: str
    identity: str
    at_us: Micros
    tenant: str
    stands: str


@dataclass(frozen=True, slots=True)
class ListAccount(Question[Page[AccountRow]]):
    """The events behind one number. Raises CommandRefused for a number that there is not."""

    stands: str = LOST
    source: str | None = None
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class ListLostDeliveries(Question[Page[AccountRow]]):
    """The deliveries that were taken for an event which is not there."""

    source: str | None = None
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """What became of what one source brought."""

    source: str
    accepted: int
    stands: dict[str, int] = field(default_factory=dict)
    """By where they stand, each of ``STANDS``."""
    lost: int = 0
    doubled: int = 0
    forgotten: int = 0
    deliveries: dict[str, int] = field(default_factory=dict)
    """By their status at the door; none of a topic or a schedule."""


@dataclass(frozen=True, slots=True)
class HubAccount:
    """What became of everything in a window."""

    since_us: Micros | None
    until_us: Micros | None
    accepted: int
    """Events, of deliveries, firings and flows."""
    stands: dict[str, int]
    lost: int
    """Nothing will ever go on with them, and nobody is asked."""
    doubled: int
    """One flow took them twice, though nobody ordered a replay."""
    forgotten: int
    deliveries: dict[str, int]
    sources: tuple[SourceAccount, ...]
    balanced: bool
    """All that was accepted stands somewhere, once."""
    whole: bool
    """False: there is more in the window than was looked at."""
    next: str | None = None
    """Where to go on then."""
