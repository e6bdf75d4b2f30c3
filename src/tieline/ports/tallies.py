"""Tallies: what one process counted goes out, to be stored; what could not be stored comes back."""

from typing import Protocol

from tieline.model.commands import KeepTally


class Tallies(Protocol):
    """The role of whoever counts what happens in one process.

    Promises: what is taken is not given again, unless it is put back; counts are lost only when
    the process ends without a last look.
    """

    def take(self) -> KeepTally | None:
        """All that was counted since; None: nothing was."""
        ...

    def put_back(self, command: KeepTally) -> None:
        """The store could not take it."""
        ...
