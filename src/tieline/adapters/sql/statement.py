"""Statement: what a storage step asks of a database; a named query with its rows, and the reply."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

Value = str | int | float | bytes | None
RowOut = tuple[Any, ...]


class Statement(NamedTuple):
    """One named query. ``rows``: a set, put in place of ``{rows}``; ``one``: named parameters."""

    name: str
    rows: Sequence[Sequence[Value]] = ()
    one: Mapping[str, Value] | None = None


class StatementReply(NamedTuple):
    """What the database said: rows of a read, and how many rows a write touched."""

    rows: list[RowOut]
    changes: int


T = TypeVar("T")
Steps = Generator[Statement, StatementReply, T]
"""Sans-IO storage logic: yields statements, is sent replies, returns its result."""


def put(name: str, rows: Sequence[Sequence[Value]]) -> Steps[int]:
    """Run a set-based write; returns the number of rows it touched. An empty set asks nothing."""
    if not rows:
        return 0
    reply = yield Statement(name, rows)
    return reply.changes


def ask_set(name: str, rows: Sequence[Sequence[Value]]) -> Steps[list[RowOut]]:
    """Run a set-based read. An empty set asks nothing."""
    if not rows:
        return []
    reply = yield Statement(name, rows)
    return reply.rows


def ask(name: str, /, **one: Value) -> Steps[list[RowOut]]:
    """Run a read, or a write with RETURNING, with named parameters."""
    reply = yield Statement(name, one=one)
    return reply.rows


def do(name: str, /, **one: Value) -> Steps[int]:
    """Run one write with named parameters; returns the number of rows it touched."""
    reply = yield Statement(name, one=one)
    return reply.changes
