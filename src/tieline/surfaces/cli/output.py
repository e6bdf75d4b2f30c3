"""Output: rows and texts come in; a table on a terminal, tab-separated lines elsewhere, goes out.

Whatever came from outside is made inert here, in one place, before anything else sees it.
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import typer

from tieline.model.base.ids import NO_TENANT
from tieline.model.base.payload import Json
from tieline.rules.formats.plain import plain, to_lines, to_text
from tieline.rules.formats.plain_text import inert
from tieline.rules.formats.plain_time import iso, short
from tieline.rules.privacy.hidden_key import readable

R = TypeVar("R")

LONGEST_CELL = 300
LONGEST_LINE = 4_000
COLOURS = {
    "dead": "red",
    "error": "red",
    "rejected": "red",
    "held": "magenta",
    "outcome-unknown": "magenta",
    "warning": "yellow",
    "retrying": "yellow",
    "waiting": "yellow",
    "quarantined": "yellow",
    "paused": "yellow",
    "done": "green",
    "accepted": "green",
}
"""Words that are shown in a colour when they fill a cell."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column of a list."""

    title: str
    of: Callable[[R], object]
    """The cell: text, a number, or None for nothing."""
    is_rare: bool = False
    """Left out of a list in which nothing has it."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command writes."""

    is_json: bool
    is_terminal: bool

    # --- lists --------------------------------------------------------------------------------

    def table(self, columns: Sequence[Column[R]], rows: Iterable[R]) -> None:
        """One line a row; as JSON, one object a line with everything the row has."""
        if self.is_json:
            for row in rows:
                self._write(to_text(plain(row)))
            return
        rows = list(rows)
        columns = [c for c in columns if not c.is_rare or any(c.of(r) is not None for r in rows)]
        if self.is_terminal:
            self._draw([column.title for column in columns], _cells(columns, rows))
        else:
            self._write("\t".join(column.title for column in columns))
            for cells in _cells(columns, rows):
                self._write("\t".join(cells))

    def _draw(self, titles: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for title in titles:
            table.add_column(title, overflow="fold")
        for cells in lines:
            table.add_row(
                *(Text(cell, style=COLOURS.get(cell.partition(" ")[0], "")) for cell in cells)
            )
        Console(highlight=False, markup=False, emoji=False).print(table)

    # --- one thing ----------------------------------------------------------------------------

    def fields(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Names and values, one a line; nothing for a value that is not there."""
        for name, value in pairs:
            if value is not None:
                self._write(f"{name}: {_text(value, LONGEST_LINE)}")

    def section(self, title: str, columns: Sequence[Column[R]], rows: Sequence[R]) -> None:
        """A table under a heading; nothing when it is empty."""
        if rows:
            self.heading(title)
            self.table(columns, rows)

    def heading(self, text: str) -> None:
        """What comes next."""
        self._write("")
        self._write(text)

    def document(self, document: Json) -> None:
        """A payload, indented."""
        for line in to_lines(document):
            self._write("  " + inert(line, LONGEST_LINE))

    def json(self, document: Any) -> None:
        """One object on one line."""
        self._write(to_text(plain(document)))

    # --- sentences ----------------------------------------------------------------------------

    def say(self, text: str, *, style: str = "") -> None:
        """One line for people."""
        line = inert(readable(text), LONGEST_LINE)
        if not (style and self.is_terminal):
            self._write(line)
            return
        from rich.console import Console
        from rich.text import Text

        Console(highlight=False, markup=False, emoji=False).print(Text(line, style=style))

    def hint(self, text: str) -> None:
        """One line beside the output proper, so that scripts do not read it."""
        _to(sys.stderr, inert(readable(text), LONGEST_LINE))

    def _write(self, line: str) -> None:
        _to(sys.stdout, line)


def complain(text: str) -> None:
    """An error, in as many lines as it has."""
    first, *rest = readable(text).splitlines() or [""]
    _to(sys.stderr, f"tieline: {inert(first, LONGEST_LINE)}")
    for line in rest:
        _to(sys.stderr, inert(line, LONGEST_LINE))


def when(at_us: int | None) -> str | None:
    """A moment as a cell."""
    return None if at_us is None else short(at_us)


def whose(tenant: str) -> str | None:
    """A tenant as a cell: nothing for nobody."""
    return None if tenant == NO_TENANT else tenant


def exactly(at_us: int | None) -> str | None:
    """A moment among the fields of one thing."""
    return None if at_us is None else iso(at_us)


def _to(stream: Any, line: str) -> None:
    # A terminal of another encoding gets the escape, never an exception.
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    except BrokenPipeError:
        be_quiet()
        raise typer.Exit(0) from None


def be_quiet() -> None:
    """Whoever read our output has read enough: what is still buffered must find an open end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _cells(columns: Sequence[Column[R]], rows: Iterable[R]) -> Iterable[list[str]]:
    for row in rows:
        yield [_text(column.of(row), LONGEST_CELL) for column in columns]


def _text(value: object, limit: int) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return inert(readable(str(value)), limit)
