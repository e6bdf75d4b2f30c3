"""Dialects: a query of one name takes the same parameters in every dialect, and declares them."""

import re
from pathlib import Path

import pytest
from tests.queries import DIALECTS, files_of

from tieline.adapters.sql.query_file import body

SQLITE, POSTGRES = (files_of(dialect) for dialect in DIALECTS)
NAMES = sorted({*SQLITE, *POSTGRES})
NAMED = re.compile(r"(?<![:\w]):([a-z_]+)")
DECLARED = re.compile(r"(\w+) \w+")


def text(name: str, dialect: str) -> str:
    """The statement with its fragments."""
    return body(name, f"tieline.adapters.{dialect}")


def declared(path: Path, mark: str) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [name for line in lines if line.startswith(mark) for name in DECLARED.findall(line[9:])]


@pytest.mark.parametrize("name", NAMES)
def test_a_query_is_known_in_every_dialect_with_the_same_parameters(name: str) -> None:
    assert name in SQLITE
    assert name in POSTGRES
    sqlite, postgres = (text(name, dialect) for dialect in DIALECTS)
    if sqlite:
        assert set(NAMED.findall(sqlite)) == set(NAMED.findall(postgres))
        assert ("{rows}" in sqlite) == ("{rows}" in postgres)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_query_declares_is_what_it_takes(name: str) -> None:
    file, postgres = POSTGRES[name], text(name, "postgres")

    assert sorted(declared(file, "-- takes:")) == sorted(set(NAMED.findall(postgres)))
    assert bool(declared(file, "-- rows: ")) == ("{rows}" in postgres)
