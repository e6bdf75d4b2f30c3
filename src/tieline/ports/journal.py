"""Journal: commands go in, and come back answered once they are on disk."""

from typing import Protocol, TypeVar

from tieline.model.command import Command

A = TypeVar("A")


class Journal(Protocol):
    """The role of the durable log.

    Promises: when ``commit`` returns, the command is on stable storage; a command is atomic by
    itself and is not affected by the failure of another; a claim is valid for one worker at a
    time and a write under a stale claim raises StaleClaim and stores nothing; a second Ingest
    of the same (tenant, source, identity) stores no event; runs of one lane are claimable one
    at a time, in the order in which they were stored.
    Not promised: the order of commands that are in flight at the same time.
    Raises: Overloaded (Ingest only: nothing was stored), StoreFull, StoreCorrupt, Conflict or
    NotFound for operators' commands.
    """

    async def commit(self, command: Command[A]) -> A:
        """Store *command* durably and return its answer."""
        ...

    async def close(self) -> None:
        """Commit what is waiting, then close the store."""
        ...
