"""Dialects: a query of one name takes the same parameters in every dialect, and declares them."""

import re
from pathlib import Path

import pytest

from tieline.adapters.sql.fragment import filled, without_comments

ADAPTERS = Path(__file__).parents[2] / "src/tieline/adapters"
FOLDERS = [ADAPTERS / dialect / "queries" for dialect in ("sqlite", "postgres")]
NAMES = sorted({path.stem for folder in FOLDERS for path in folder.glob("*.sql")})
NAMED = re.compile(r"(?<![:\w]):([a-z_]+)")
DECLARED = re.compile(r"(\w+) \w+")


def body(path: Path) -> str:
    """The statement with its fragments."""
    text = without_comments(path.read_text(encoding="utf-8"))
    return filled(text, f"tieline.adapters.{path.parts[-3]}")


def declared(path: Path, mark: str) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [name for line in lines if line.startswith(mark) for name in DECLARED.findall(line[9:])]


@pytest.mark.parametrize("name", NAMES)
def test_a_query_is_known_in_every_dialect_with_the_same_parameters(name: str) -> None:
    sqlite, postgres = (folder / f"{name}.sql" for folder in FOLDERS)

    assert sqlite.is_file()
    assert postgres.is_file()
    if body(sqlite):
        assert set(NAMED.findall(body(sqlite))) == set(NAMED.findall(body(postgres)))
        assert ("{rows}" in body(sqlite)) == ("{rows}" in body(postgres))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_query_declares_is_what_it_takes(name: str) -> None:
    postgres = ADAPTERS / "postgres/queries" / f"{name}.sql"

    assert sorted(declared(postgres, "-- takes:")) == sorted(set(NAMED.findall(body(postgres))))
    assert bool(declared(postgres, "-- rows: ")) == ("{rows}" in body(postgres))
