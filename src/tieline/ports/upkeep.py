"""Upkeep: what a store needs done now and then that no command asks for."""

from typing import Protocol

from tieline.model.base.ids import Micros


class Upkeep(Protocol):
    """The role of whoever keeps the parts of a store in order.

    Promises: done by one process at a time, whichever comes first; waits for no lock longer than a
    moment; drops nothing that a run which is not forgotten may need.
    Raises StoreError; what was done until then stays done.
    """

    async def pass_(self, *, runs_before_us: Micros, history_before_us: Micros) -> int:
        """Make what is needed soon and drop what is past keeping; returns how many parts."""
        ...


class NoUpkeep:
    """For a store without parts."""

    async def pass_(self, *, runs_before_us: Micros, history_before_us: Micros) -> int:
        return 0
