"""Ids: new names for things, in order."""

from typing import Protocol

from tieline.model.base.ids import EventId, ReceiptId, ReplayId, RunId, WorkerId


class Ids(Protocol):
    """The role of naming.

    Promises: an id is unique; ids of one process sort in the order in which they were made; the
    twelve digits after the prefix are the milliseconds since 1970 (``rules/id_time.py``).
    """

    def receipt(self) -> ReceiptId: ...

    def event(self) -> EventId: ...

    def run(self) -> RunId: ...

    def replay(self) -> ReplayId: ...

    def worker(self) -> WorkerId: ...

    def trace(self) -> str:
        """32 hex digits: a W3C trace id."""
        ...

    def span(self) -> str:
        """16 hex digits: a W3C span id."""
        ...

    def chance(self) -> float:
        """A random number in [0, 1), for jitter."""
        ...
