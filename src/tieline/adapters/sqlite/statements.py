"""Statements: the named ``.sql`` files of this dialect, and how a set of rows is put into them."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from tieline.adapters.sql.fragment import ROWS
from tieline.adapters.sql.query_file import body
from tieline.adapters.sql.statement import Value

SIZES = (128, 96, 64, 48, 32, 24, *range(16, 0, -1))
"""Sizes into which a set is cut: few, so that prepared statements are found again."""


@cache
def text(name: str) -> str:
    """The SQL of query *name*, without its comment lines, with its fragments."""
    return body(name, __package__)


@cache
def text_for(name: str, count: int, width: int) -> str:
    """The SQL of a set-based query for *count* rows of *width* columns."""
    row = "(" + ", ".join("?" * width) + ")"
    return text(name).replace(ROWS, ", ".join([row] * count))


def cut(rows: Sequence[Sequence[Value]]) -> Iterator[tuple[int, list[Value]]]:
    """Cut a set into (count, flat bindings) of the known sizes."""
    start = 0
    while (left := len(rows) - start) > 0:
        size = next(size for size in SIZES if size <= left)
        yield size, list(chain.from_iterable(rows[start : start + size]))
        start += size
