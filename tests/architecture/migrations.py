"""Migrations: their names over all dialects are held together, and the next number is given.

``python -m tests.architecture.migrations`` gives every ``next_<words>.sql`` its number, in each
dialect and wherever it is named.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tieline.adapters.sql.store.migrations import NEXT, numbered

ROOT = Path(__file__).parents[2]
WHERE_NAMED = ("src", "tests", "docs", "changelog.d", "CONTRIBUTING.md")
NAME = re.compile(r"(?:(\d{4})|next)_([a-z][a-z0-9_]*)\.sql")
EARLIER = {
    1: ("sqlite", "postgres"),
    2: ("sqlite",),
    5: ("postgres",),
    9: (),
    14: ("postgres",),
}
"""Numbers from before every dialect had every number, and who has them. None is added here."""

Names = Mapping[str, Iterable[str]]
"""The names of the files by dialect."""


def names(root: Path = ROOT) -> dict[str, list[str]]:
    """The migrations of each dialect in the source under *root*."""
    folders = sorted(root.glob("src/tieline/adapters/*/schema"))
    return {at.parent.name: sorted(path.name for path in at.glob("*.sql")) for at in folders}


def unnumbered(found: Names) -> list[str]:
    """Migrations without a number, without dialects."""
    return sorted({name for some in found.values() for name in some if name.startswith(NEXT)})


def faults(found: Names) -> list[str]:
    """What does not fit together, in words."""
    told, holders = [], dict[str, dict[str, str]]()
    for dialect, some in found.items():
        for name in some:
            match = NAME.fullmatch(name)
            if match is None:
                told.append(f"{dialect}/{name} is not called 0042_words.sql or next_words.sql")
                continue
            place = holders.setdefault(match[1] or match[2], {})
            if dialect in place:
                told.append(f"{dialect} has two of one number: {place[dialect]} and {name}")
            place[dialect] = name
    for number in range(1, 1 + max((int(key) for key in holders if key.isdigit()), default=0)):
        holders.setdefault(f"{number:04d}", {})
    for key, place in sorted(holders.items()):
        told += _apart(key, place, found)
    return told


def _apart(key: str, place: Mapping[str, str], found: Names) -> list[str]:
    """What is wrong with one number (or name that has none yet) over the dialects."""
    wanted = EARLIER.get(int(key), tuple(found)) if key.isdigit() else tuple(found)
    missing = sorted(set(wanted) - set(place))
    if missing and not place:
        return [f"number {key} is missing: numbers have no gaps"]
    told = [
        f"{dialect} lacks {next(iter(place.values()))}; where there is nothing to do, "
        "the file says why in a comment above `SELECT 1;`"
        for dialect in missing
    ]
    told += [f"{place[one]} comes too late: take a new number" for one in set(place) - set(wanted)]
    if len(set(place.values())) > 1:
        told.append(f"one number, two names: {' and '.join(sorted(set(place.values())))}")
    return told


def give_numbers(root: Path = ROOT) -> dict[str, str]:
    """Rename what has no number in every dialect, and wherever it is named; old name to new.

    Raises ValueError, and changes nothing, when the files do not fit together.
    """
    found = names(root)
    if told := faults(found):
        raise ValueError("\n".join(told))
    files = numbered({name for some in found.values() for name in some})
    given = {
        name: f"{number:04d}_{name.removeprefix(NEXT)}"
        for number, name in files.items()
        if name.startswith(NEXT)
    }
    for folder in root.glob("src/tieline/adapters/*/schema"):
        for old, new in given.items():
            (folder / old).rename(folder / new)
    if given:
        _rename_in_texts(root, given)
    return given


def _rename_in_texts(root: Path, given: Mapping[str, str]) -> None:
    pattern = re.compile("|".join(rf"\b{re.escape(old)}\b" for old in given))
    for start in WHERE_NAMED:
        for path in [root / start, *(root / start).rglob("*")]:
            if path.suffix in {".py", ".md", ".sql"} and path.is_file():
                text = path.read_text(encoding="utf-8")
                renamed = pattern.sub(lambda match: given[match[0]], text)
                if renamed != text:
                    path.write_text(renamed, encoding="utf-8")


if __name__ == "__main__":
    try:
        done = give_numbers()
    except ValueError as error:
        sys.exit(str(error))
    said = [f"{old} is {new}" for old, new in done.items()] or ["every migration has its number"]
    sys.stdout.write("\n".join(said) + "\n")
