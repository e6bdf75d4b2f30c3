"""Inbox: the questions for all that waits for a person."""

from dataclasses import dataclass

from tieline.model.question import Question
from tieline.model.views.inbox import InboxCount, InboxItem
from tieline.model.views.views import EVERYTHING, Page, Window


@dataclass(frozen=True, slots=True)
class ListInbox(Question[Page[InboxItem]]):
    """What waits, the oldest first. Raises CommandRefused for a kind that nothing feeds, and for an
    owner that no hub has told."""

    kind: str | None = None
    flow: str | None = None
    owner: str | None = None
    """Known by the hub, which makes flows and sources of it before a store is asked."""
    flows: tuple[str, ...] | None = None
    """Only of these; None: of all."""
    sources: tuple[str, ...] | None = None
    """The same, of deliveries."""
    tenant: str | None = None
    """Only of this one."""
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How much waits."""

    kinds: tuple[InboxCount, ...]

    @property
    def waiting(self) -> int:
        """Of all kinds together."""
        return sum(one.waiting for one in self.kinds)

    @property
    def exact(self) -> bool:
        """False: there are more than were counted."""
        return all(one.exact for one in self.kinds)


@dataclass(frozen=True, slots=True)
class CountInbox(Question[InboxCounts]):
    """By kind; each is counted up to 10,000."""
