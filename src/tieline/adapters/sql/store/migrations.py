"""Migrations: the names of a dialect's SQL files give each of them its number."""

from collections.abc import Iterable

NEXT = "next_"
"""How a file begins that has no number yet: it gets one when it lands, and until then is last."""


def numbered(names: Iterable[str]) -> dict[int, str]:
    """The names of migrations, ``0007_fleet.sql`` or ``next_fleet.sql``, by number, in order."""
    ordered = sorted(name for name in names if name.endswith(".sql"))
    known = {int(name.split("_", 1)[0]): name for name in ordered if not name.startswith(NEXT)}
    coming = [name for name in ordered if name.startswith(NEXT)]
    return known | dict(enumerate(coming, max(known) + 1))
