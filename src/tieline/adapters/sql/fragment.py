"""Fragment: a piece of SQL that stands once, in a file of its own, is put where a text names it."""

import re
from functools import cache, partial
from importlib.resources import files

NAMED = re.compile(r"\{([a-z_]+)\}")
ROWS = "{rows}"
"""The place of a set; the dialect fills it."""


def filled(text: str, dialect: str) -> str:
    """*text* with every ``{name}`` replaced by the fragment of this name; ``{rows}`` stays.

    *dialect* is the package of a dialect: its folder ``fragments`` is looked into first, then the
    one that the dialects share. A fragment names no other. Raises LookupError if there is none.
    """
    return NAMED.sub(partial(_put, dialect), text)


def without_comments(raw: str) -> str:
    """The text of a file of SQL, without its lines of comment."""
    return "\n".join(line for line in raw.splitlines() if not line.startswith("--")).strip()


def _put(dialect: str, found: re.Match[str]) -> str:
    return found[0] if found[0] == ROWS else _fragment(found[1], dialect)


@cache
def _fragment(name: str, dialect: str) -> str:
    for package in (dialect, __package__):
        file = files(package).joinpath("fragments", f"{name}.sql")
        if file.is_file():
            return without_comments(file.read_text(encoding="utf-8"))
    raise LookupError(f"a query of {dialect} names {{{name}}}, and there is no such fragment")
