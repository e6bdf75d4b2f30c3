"""Migration numbers: one sequence over all dialects, without twins and gaps."""

import os
from pathlib import Path

import pytest
from tests.architecture.migrations import faults, give_numbers, names, unnumbered

from tieline.adapters.sql.store.migrations import numbered

NUMBER_THEM = "run `make migration-number`: a migration takes its number when it lands"
PAST = {dialect: [name for name in some if name < "0016"] for dialect, some in names().items()}
"""What each dialect had when the rule came; a case adds to it."""


def with_more(sqlite: list[str], postgres: list[str]) -> dict[str, list[str]]:
    return {"sqlite": [*PAST["sqlite"], *sqlite], "postgres": [*PAST["postgres"], *postgres]}


def test_migrations_fit_together_over_all_dialects() -> None:
    assert faults(names()) == []


@pytest.mark.skipif(
    not os.environ.get("TIELINE_TEST_LANDING"), reason="a migration in the making has no number"
)
def test_what_lands_is_numbered() -> None:
    assert unnumbered(names()) == [], NUMBER_THEM


@pytest.mark.parametrize(
    ("sqlite", "postgres", "told"),
    [
        (["0016_a.sql", "0016_b.sql"], ["0016_a.sql"], "two of one number: 0016_a.sql and 0016_b"),
        (["0016_a.sql"], [], "postgres lacks 0016_a.sql"),
        ([], ["0016_a.sql"], "sqlite lacks 0016_a.sql"),
        (["0016_a.sql"], ["0016_b.sql"], "one number, two names: 0016_a.sql and 0016_b.sql"),
        (["0017_a.sql"], ["0017_a.sql"], "number 0016 is missing"),
        (["next_a.sql"], [], "postgres lacks next_a.sql"),
        (["16_a.sql"], ["0016_a.sql"], "sqlite/16_a.sql is not called"),
        (["0016-a.sql"], ["0016_a.sql"], "sqlite/0016-a.sql is not called"),
        (["0009_late.sql"], ["0009_late.sql"], "0009_late.sql comes too late: take a new number"),
        (["0002_again.sql"], [], "two of one number: 0002_reading.sql and 0002_again.sql"),
    ],
)
def test_what_does_not_fit_is_told(sqlite: list[str], postgres: list[str], told: str) -> None:
    assert told in faults(with_more(sqlite, postgres))[0]


@pytest.mark.parametrize(
    "both", [[], ["0016_a.sql"], ["0016_a.sql", "0017_contract_a.sql"], ["next_a.sql"]]
)
def test_what_fits_is_not(both: list[str]) -> None:
    assert faults(with_more(both, both)) == []


def test_files_without_a_number_come_last_in_the_order_of_their_names() -> None:
    files = numbered(["next_b.sql", "0002_b.sql", "next_a.sql", "0001_a.sql", "readme.txt"])

    assert list(files.items()) == [
        (1, "0001_a.sql"),
        (2, "0002_b.sql"),
        (3, "next_a.sql"),
        (4, "next_b.sql"),
    ]


def test_a_landing_numbers_every_dialect_at_once_and_where_a_file_is_named(tmp_path: Path) -> None:
    for dialect, some in with_more(
        ["next_a.sql", "next_b.sql"], ["next_a.sql", "next_b.sql"]
    ).items():
        folder = tmp_path / "src/tieline/adapters" / dialect / "schema"
        folder.mkdir(parents=True)
        for name in some:
            (folder / name).write_text(f"-- {name}\n", encoding="utf-8")
    page = tmp_path / "docs" / "store.md"
    page.parent.mkdir()
    page.write_text("`next_a.sql`, but not next_ab.sql or next_a", encoding="utf-8")

    given = give_numbers(tmp_path)

    assert given == {"next_a.sql": "0016_a.sql", "next_b.sql": "0017_b.sql"}
    assert unnumbered(names(tmp_path)) == faults(names(tmp_path)) == []
    assert page.read_text(encoding="utf-8") == "`0016_a.sql`, but not next_ab.sql or next_a"
    assert give_numbers(tmp_path) == {}


def test_a_landing_changes_nothing_while_a_dialect_lacks_a_file(tmp_path: Path) -> None:
    for dialect, some in with_more(["next_a.sql"], []).items():
        folder = tmp_path / "src/tieline/adapters" / dialect / "schema"
        folder.mkdir(parents=True)
        for name in some:
            (folder / name).touch()

    with pytest.raises(ValueError, match=r"postgres lacks next_a\.sql"):
        give_numbers(tmp_path)

    assert "next_a.sql" in names(tmp_path)["sqlite"]
