"""Inbox: what waits for a person: what is asked, since when, and which answers there are."""

from dataclasses import dataclass
from typing import NamedTuple

from tieline.model.base.ids import EventId, Micros


@dataclass(frozen=True, slots=True)
class InboxAnswer:
    """One answer that a person can give."""

    name: str
    """In words: ``let it pass``."""
    command: str
    """What to type; the reason is left out."""
    page: str
    """Where the console asks it."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One thing that waits, or several alike of one issue."""

    kind: str
    """``hold``, ``outcome-unknown``, ``dead-letter`` or ``quarantine``."""
    id: str
    """Of the run or the delivery, or of the issue that groups several; empty: several dead letters
    without an issue."""
    asks: str
    """What is asked, in a sentence; redacted."""
    since_us: Micros
    """When it began to wait; of several the oldest."""
    flow: str | None
    source: str | None
    """Set for deliveries."""
    tenant: str | None
    """None: several, or the store cannot tell."""
    count: int
    """How many are alike; counted up to 1,000."""
    behind: int
    """Runs that wait behind it in its lane, counted up to 1,000; of several alike, those behind the
    hundred oldest."""
    page: str
    """Where the console shows it."""
    verbs: tuple[InboxAnswer, ...]
    event_id: EventId | None = None
    """Of one run: whose business keys say what it is about."""
    owner: str | None = None
    """Who is responsible, as the hub declares it; None: nobody, or there is no hub at hand."""


@dataclass(frozen=True, slots=True)
class InboxCount:
    """How much of one kind waits."""

    kind: str
    says: str
    """What these are, in words."""
    waiting: int
    """Each by itself, however they are grouped."""
    exact: bool = True
    """False: there are more than were counted."""


class InboxCursor(NamedTuple):
    """Where in the inbox something stands: the oldest first, over all kinds."""

    at_us: Micros
    id: str


BEGINNING = InboxCursor(-1, "")


@dataclass(frozen=True, slots=True)
class InboxPart:
    """Which part of its list a feed is asked for."""

    after: InboxCursor = BEGINNING
    limit: int = 50
    flows: tuple[str, ...] | None = None
    """Only of these; None: of all."""
    sources: tuple[str, ...] | None = None
    """The same, of deliveries."""
    tenant: str | None = None
    """Only of this one; of what is grouped, only its own is counted."""


@dataclass(frozen=True, slots=True)
class InboxBatch:
    """What a feed has there, the oldest first."""

    items: tuple[tuple[InboxCursor, InboxItem], ...]
    looked_to: InboxCursor | None = None
    """Behind it there may be more that was not looked at; None: there is nothing behind."""
