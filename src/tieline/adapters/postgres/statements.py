"""Statements: the named ``.sql`` files of this dialect, with their parameters and sets of rows.

Header lines of a file declare types, since PostgreSQL must know them before it sees a value:
``-- takes: limit bigint`` for the named parameters, ``-- rows: id text, at_us bigint`` for the
columns of a set. ``{rows}`` stands for the set, as a table named ``given``: one array a column, so
that a set of any size is the same statement; its text sorts by bytes, as that of the tables does.
A file may have several statements, each ended by a semicolon at the end of its line; they run in
order, and the last one's reply counts.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tieline.adapters.sql.fragment import ROWS, filled, without_comments
from tieline.adapters.sql.query_file import feature_of, raw_text
from tieline.adapters.sql.statement import Statement, Value

NAMED = re.compile(r"(?<![:\w]):([a-z_]+)")
END = re.compile(r";[ \t]*(?:\n|$)")


class Query(NamedTuple):
    """One statement, as the server is given it, and the named parameters in its order."""

    text: str
    takes: tuple[str, ...]
    has_rows: bool


@cache
def queries(name: str) -> tuple[Query, ...]:
    """The statements of the file of this name."""
    return parse(raw_text(name, __package__), feature_of(name))


def parse(raw: str, feature: str = "") -> tuple[Query, ...]:
    """The statements of a file's text, with their fragments, some of them of the *feature*."""
    lines = raw.splitlines()
    types = _declared(lines, "-- takes:")
    columns = _declared(lines, "-- rows:")
    body = filled(without_comments(raw), __package__, feature)
    parts = (part.strip() for part in END.split(body))
    return tuple(_query(part, types, columns) for part in parts if part)


def arguments(query: Query, statement: Statement) -> Sequence[object]:
    """What fills the places of *query*."""
    if statement.one is not None:
        return [statement.one[name] for name in query.takes]
    return columns_of(statement.rows) if query.has_rows else ()


def columns_of(rows: Sequence[Sequence[Value]]) -> list[tuple[Value, ...]]:
    """A set as one array a column."""
    return list(zip(*rows, strict=True))


def _declared(lines: Sequence[str], mark: str) -> dict[str, str]:
    declared: dict[str, str] = {}
    for line in lines:
        if line.startswith(mark):
            for item in line.removeprefix(mark).split(","):
                name, type_ = item.split()
                declared[name] = type_
    return declared


def _query(part: str, types: Mapping[str, str], columns: Mapping[str, str]) -> Query:
    has_rows = ROWS in part
    text = part.replace(ROWS, _given(columns)) if has_rows else part
    takes = tuple(dict.fromkeys(NAMED.findall(part)))
    places = {name: f"${place}::{types[name]}" for place, name in enumerate(takes, 1)}
    return Query(NAMED.sub(lambda found: places[found[1]], text), takes, has_rows)


def _given(columns: Mapping[str, str]) -> str:
    """``nth ordinality`` as the last column numbers the rows as they came."""
    sent = [name for name, type_ in columns.items() if type_ != "ordinality"]
    arrays = ", ".join(_array(place, columns[name]) for place, name in enumerate(sent, 1))
    numbered = " WITH ORDINALITY" if len(sent) < len(columns) else ""
    return f"unnest({arrays}){numbered} AS given ({', '.join(columns)})"


def _array(place: int, type_: str) -> str:
    return f"${place}::{type_}[]" + (' COLLATE "C"' if type_ == "text" else "")
