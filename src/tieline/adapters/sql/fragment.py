"""Fragment: a piece of SQL that stands once, in a file of its own, is put where a text names it."""

import re
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable

NAMED = re.compile(r"\{([a-z_]+)\}")
ROWS = "{rows}"
"""The place of a set; the dialect fills it."""


def filled(text: str, dialect: str, feature: str = "") -> str:
    """*text* with every ``{name}`` replaced by the fragment of this name; ``{rows}`` stays.

    *dialect* is the package of a dialect: its folder ``fragments`` is looked into first, then the
    one that the dialects share; before both that of *feature*, the package of the one whose text it
    is. A fragment names no other. Raises LookupError if there is none.
    """
    return NAMED.sub(partial(_put, dialect, feature), text)


def without_comments(raw: str) -> str:
    """The text of a file of SQL, without its lines of comment."""
    return "\n".join(line for line in raw.splitlines() if not line.startswith("--")).strip()


def _put(dialect: str, feature: str, found: re.Match[str]) -> str:
    return found[0] if found[0] == ROWS else _fragment(found[1], dialect, feature)


@cache
def _fragment(name: str, dialect: str, feature: str) -> str:
    for folder in _folders(dialect, feature):
        file = folder / f"{name}.sql"
        if file.is_file():
            return without_comments(file.read_text(encoding="utf-8"))
    raise LookupError(f"a query of {dialect} names {{{name}}}, and there is no such fragment")


def _folders(dialect: str, feature: str) -> list[Traversable]:
    shared = [files(package) / "fragments" for package in (dialect, __package__)]
    if not feature:
        return shared
    own = files(feature) / "fragments"
    return [own / dialect.rpartition(".")[2], own, *shared]
