"""Transfer: tables, rows and notes of a store that is being copied into another."""

from dataclasses import dataclass

Cell = str | int | float | bytes | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that holds something of the hub, as both engines can say it."""

    name: str
    columns: tuple[str, ...]
    """In order of their names; what the engine computes by itself is left out."""
    key: tuple[str, ...]
    """The columns that name a row, in the order of their index."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a table came to on both sides."""

    table: str
    rows: int
    digest: str
    """Of all rows whatever their order: equal digests mean equal rows."""


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """What a store says of a copy that it is part of."""

    id: str
    """Of one copy, on both sides."""
    role: str
    """``source`` or ``target``."""
    other: str
    """The other store, without its password."""
    moved: bool
    """Of a source: whether all of it is in the other store."""


COPY = "copy"
"""The name of the note, in the table ``mark``; ``copy:<table>`` says how far a table is."""
COPIED = "copied"
"""The name of what stays noted in a target: the id of the copy that it was made by."""
