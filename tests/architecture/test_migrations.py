"""Migrations only add, so that older releases work beside newer ones, unless they are called so."""

import re
from pathlib import Path

import pytest

ADAPTERS = Path(__file__).parents[2] / "src/tieline/adapters"
LATER = sorted(
    file for file in ADAPTERS.glob("*/schema/*.sql") if not file.name.startswith("0001_")
)
TAKES_AWAY = re.compile(
    r"\bDROP\s+(TABLE|COLUMN|SCHEMA|VIEW|TYPE)\b|\bRENAME\b|\bALTER\s+COLUMN\b"
    r"|\bSET\s+NOT\s+NULL\b|\bTRUNCATE\b|\bDELETE\s+FROM\b|\bADD\s+(CONSTRAINT|CHECK|UNIQUE)\b",
    re.IGNORECASE,
)
COLUMN = re.compile(r"\bADD\s+COLUMN\s+([^,;]+)", re.IGNORECASE)
SAME_TO_ALL = {
    "0005_partitions.sql": "the tables are made anew under their names, with the same columns",
}
"""Files that take something away and put its like in its place, and why that is nobody's loss."""


def statements(file: Path) -> str:
    """The SQL of *file*, without its comments."""
    return re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))


def faults(sql: str) -> list[str]:
    """What an older release beside it would stumble over."""
    found = [match.group(0) for match in TAKES_AWAY.finditer(sql)]
    for match in COLUMN.finditer(sql):
        column = match.group(1)
        if re.search(r"\bNOT\s+NULL\b", column, re.IGNORECASE) and "DEFAULT" not in column.upper():
            found.append(f"a column that older releases do not fill: {column.strip()}")
    return found


@pytest.mark.parametrize("file", LATER, ids=lambda file: f"{file.parts[-3]}/{file.stem}")
def test_a_migration_only_adds(file: Path) -> None:
    if "contract" in file.name or file.name in SAME_TO_ALL:
        return

    assert faults(statements(file)) == []


@pytest.mark.parametrize("file", LATER, ids=lambda file: f"{file.parts[-3]}/{file.stem}")
def test_a_migration_has_a_statement(file: Path) -> None:
    assert statements(file).strip(), "drivers refuse a file of comments; write `SELECT 1;`"


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE run",
        "ALTER TABLE run DROP COLUMN lane",
        "ALTER TABLE run RENAME TO runs",
        "ALTER TABLE run ALTER COLUMN lane TYPE integer",
        "ALTER TABLE run ADD COLUMN shard bigint NOT NULL",
        "ALTER TABLE run ADD CONSTRAINT few CHECK (priority < 9)",
    ],
)
def test_what_takes_away_is_seen(sql: str) -> None:
    assert faults(sql) != []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE a (id text NOT NULL)",
        "ALTER TABLE run ADD COLUMN shard bigint NOT NULL DEFAULT 0",
        "ALTER TABLE run ADD COLUMN shard bigint, ADD COLUMN b text NOT NULL DEFAULT ''",
        "CREATE INDEX a ON run (lane)",
    ],
)
def test_what_adds_is_not(sql: str) -> None:
    assert faults(sql) == []
