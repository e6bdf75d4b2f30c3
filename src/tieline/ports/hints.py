"""Hints: "look again" goes in, and comes out in the other processes of the same store."""

from collections.abc import Callable
from typing import Protocol

from tieline.model.fleet.hint import Hint

Hear = Callable[[Hint], None]


class Hints(Protocol):
    """The role of whoever tells other processes that something may be worth a look.

    Promises: ``tell`` returns at once and never raises; hints are gathered, so that a process sends
    and hears only some dozens a second however much it does; after a time in which hints may have
    been missed, ``EVERYTHING`` is heard.
    Not promised: that a hint arrives. Everybody looks at the store now and then all the same.
    """

    def tell(self, hint: Hint) -> None:
        """Tell the others."""
        ...

    def listen(self, hear: Hear) -> None:
        """From now on *hear* is called with what others tell."""
        ...

    async def close(self) -> None:
        """Send what waits, then hear no more."""
        ...


class NoHints:
    """For a store that only one process works on."""

    def tell(self, hint: Hint) -> None:
        """There is nobody to tell."""

    def listen(self, hear: Hear) -> None:
        """There is nobody to hear from."""

    async def close(self) -> None:
        """Nothing is open."""
