"""Transfer: a whole store as rows, to be copied into another one of any engine."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tieline.model.views.transfer import Row, Table


class RowStore(Protocol):
    """The role of a store at the source or the target of a copy.

    Promises: nobody else writes to a store of one file while this is open; ``put`` stores rows and
    notes in one transaction, which is on stable storage when it returns.
    Raises StoreError for the store's own trouble; then the copy may be begun again where it was.
    """

    shown: str
    """Where it is, for people."""
    migrated: Sequence[str]
    """The migrations that were applied to it just now."""

    async def tables(self) -> tuple[Table, ...]:
        """Every table of the hub but those about the store itself."""
        ...

    async def slice(self, table: Table, after: Row | None, limit: int) -> list[Row]:
        """At most *limit* rows behind the key *after*, in the order of keys."""
        ...

    async def put(
        self,
        table: Table,
        rows: Sequence[Row],
        notes: Mapping[str, str],
        *,
        afresh: bool = False,
    ) -> None:
        """Add *rows* and set *notes*; *afresh*: what a new store has in *table* goes first."""
        ...

    async def notes(self) -> Mapping[str, str]:
        """What was noted about a copy: ``copy``, ``copy:<table>`` and ``copied``."""
        ...

    async def note(self, set_: Mapping[str, str], forget: Sequence[str] = ()) -> None:
        """Set notes, and forget others, in one transaction."""
        ...

    async def busy(self) -> str | None:
        """Who is at work on it, in words; None: nobody."""
        ...

    async def finish(self) -> None:
        """Let counters go on behind the rows that were put."""
        ...

    async def close(self) -> None:
        """Let go."""
        ...
