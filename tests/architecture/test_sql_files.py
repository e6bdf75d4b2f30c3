"""SQL files: each says why, each is used, and none of the writer's walks through a large table."""

import ast
import re
from functools import cache
from pathlib import Path

import apsw
import apsw.ext
import pytest
from tests.queries import ADAPTERS, FEATURES, of_engine, of_features, sources
from tests.sql_columns import FILLED, fillers, shown, told

from tieline.adapters.sql.fragment import NAMED, ROWS, filled, without_comments
from tieline.adapters.sqlite.migrations import migrate
from tieline.adapters.sqlite.statements import text, text_for

DIALECTS = sorted(folder.parent for folder in ADAPTERS.glob("*/schema"))
SQLITE = ADAPTERS / "sqlite"
FILES = sorted(
    file for place in (*DIALECTS, ADAPTERS / "sql", FEATURES) for file in place.rglob("*.sql")
)
ASKING = {"ask", "ask_set", "do", "put", "text", "text_for", "Statement"}
WRITING = (
    "apply",
    "fleet/tallying",
    "runs/admission",
    "runs/bulk_deciding",
    "runs/claiming",
    "runs/deciding",
    "runs/execution",
    "runs/ingesting",
    "runs/sweeping",
    "runs/timing",
    "store/purging",
)
"""The files of adapters/sql whose statements run on the writer."""
OWN_WRITING = ("store", "hooks")
"""The same of a feature."""


def constants(file: Path) -> set[str]:
    """Every text in a Python file."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def asked(file: Path) -> set[str]:
    """The queries that a Python file names where it asks."""
    calls = [n for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ASKING and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


def test_the_columns_of_an_issue_are_read_from_its_table() -> None:
    """A view keeps the columns that its table had when it was made, and no migration drops it."""
    readers = {file: file.read_text(encoding="utf-8") for file in FILES}
    naming = {str(file): sql for file, sql in readers.items() if "{issue_columns}" in sql}

    assert len(naming) == 3
    assert [name for name, sql in naming.items() if "JOIN issue AS i ON" not in sql] == []


def queries(dialect: Path) -> set[str]:
    """Their names; those of a folder beside ``queries`` are named with it."""
    found = set(of_engine(dialect.name))
    others = {f"{file.parent.name}/{file.stem}" for file in dialect.glob("*/*.sql")}
    elsewhere = ("fragments/", "queries/", "schema/")
    beside = {name for name in others if not name.startswith(elsewhere)}
    return found | beside | set(of_features(dialect.name))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parts[-3]}/{file.stem}")
def test_a_sql_file_begins_by_saying_why(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]

    assert re.match(r"-- \S+ \S+", first), first


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_no_two_migrations_share_a_number(dialect: Path) -> None:
    numbers = [file.name.split("_", 1)[0] for file in (dialect / "schema").glob("*.sql")]

    assert sorted(numbers) == sorted(set(numbers))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_query_is_named_by_some_statement(dialect: Path) -> None:
    named = set[str]().union(*map(constants, sources(dialect.name)))

    assert queries(dialect) - named == set()


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_statement_has_its_query_in_each_dialect(dialect: Path) -> None:
    named = set[str]().union(*map(asked, sources(dialect.name)))

    assert named - queries(dialect) == set()


def test_a_query_stands_once_for_all_dialects_or_with_another_text_in_each() -> None:
    shared = {file.stem for file in (ADAPTERS / "sql/queries").glob("*.sql")}
    own = [{file.stem: file for file in (at / "queries").glob("*.sql")} for at in DIALECTS]

    assert all(set(one) == set(own[0]) for one in own)
    assert set(own[0]) & shared == set()
    for name in own[0]:
        texts = {" ".join(without_comments(one[name].read_text("utf-8")).split()) for one in own}
        assert len(texts) == len(DIALECTS), f"{name} can stand in adapters/sql/queries"


# --- fragments ------------------------------------------------------------------------------------


def fragments(place: Path) -> dict[str, str]:
    """The fragments that stand there, and those of features for there, by name."""
    below = "*/fragments/*.sql" if place.name == "sql" else f"*/fragments/{place.name}/*.sql"
    files = [*(place / "fragments").glob("*.sql"), *FEATURES.glob(below)]
    found = {file.stem: file.read_text("utf-8") for file in files}
    assert len(found) == len(files)
    return found


def put_into(place: Path) -> set[str]:
    """The fragments that the queries of a dialect name."""
    own = [file for file in place.rglob("*.sql") if file.parent.name != "schema"]
    shared = (ADAPTERS / "sql/queries").glob("*.sql")
    files = [*own, *shared, *of_features(place.name).values()]
    return {
        name for file in files for name in NAMED.findall(without_comments(file.read_text("utf-8")))
    } - {"rows"}


SHARED = fragments(ADAPTERS / "sql")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_fragment_that_a_query_names_is_there_and_every_one_there_is_named(
    dialect: Path,
) -> None:
    assert put_into(dialect) == set(SHARED) | set(fragments(dialect))


def test_a_fragment_stands_once_for_all_dialects_or_once_in_each() -> None:
    own = [set(fragments(dialect)) for dialect in DIALECTS]

    assert all(names == own[0] for names in own)
    assert own[0] & set(SHARED) == set()
    for name in own[0]:
        assert len({fragments(dialect)[name] for dialect in DIALECTS}) == len(DIALECTS), name


def test_a_fragment_names_no_other() -> None:
    for place in (*DIALECTS, ADAPTERS / "sql"):
        named = {
            name: set(NAMED.findall(text_)) - {"rows"} for name, text_ in fragments(place).items()
        }
        assert [name for name, others in named.items() if others] == []


def test_a_fragment_that_is_not_there_is_told_by_its_name() -> None:
    with pytest.raises(LookupError, match=r"\{run_colums\}"):
        filled("SELECT {run_colums} FROM run AS r", "tieline.adapters.sqlite")


def test_the_place_of_a_set_is_left_to_the_dialect() -> None:
    assert filled(f"VALUES {ROWS}", "tieline.adapters.sqlite") == "VALUES {rows}"


def test_every_list_of_columns_is_held_against_the_row_it_fills() -> None:
    lists = {name for name in (*SHARED, *fragments(SQLITE)) if name.endswith("_columns")}

    assert lists <= set(FILLED)


@pytest.mark.parametrize(("name", "row"), fillers("sqlite"))
def test_the_columns_of_a_query_are_the_fields_of_the_row_it_fills(name: str, row: type) -> None:
    """Rows are made by position: a column between two others would move all behind it."""
    query = text_for(name, 1, width(text(name))) if ROWS in text(name) else text(name)
    found = apsw.ext.query_info(empty_store(), query).description

    columns = shown(name, row, [column[0] for column in found])

    assert columns == told(row, len(columns))


# --- plans ----------------------------------------------------------------------------------------

WRITTEN = sorted(
    queries(SQLITE)
    & set[str]().union(
        *(constants(ADAPTERS / "sql" / f"{name}.py") for name in WRITING),
        *(constants(file) for name in OWN_WRITING for file in FEATURES.glob(f"*/{name}.py")),
    )
)
LARGE = (
    "work",
    "run",
    "event",
    "receipt",
    "step",
    "attempt",
    "dedupe",
    "lane",
    "dead",
    "reference",
    "issue_link",
    "exchange",
    "tally",
)

FIRST_ROWS = {
    "dedupe_expire": "the oldest rows, as many as the bite",
    "exchange_expire": "the oldest rows, as many as the bite",
    "work_rescue": "the runs under execution, by their own small index",
    "work_of_tenants": "the same",
}
"""Queries that begin at the first row of an index on purpose, and how far they go."""

INDEXES = {
    "work_groups": "work_ready",
    "work_pick": "work_ready",
    "work_rescue": "work_running",
    "worker_forget": "work_running",
    "work_promote": "work_due",
    "work_next_due": "work_due",
    "work_wake": "work_waits_for",
    "work_wake_timeless": "work_waits_only",
    "work_forgotten": "work_waits_only",
    "work_wake_each": "work_waits_for",
    "work_past_deadline": "work_deadline",
    "lane_advance": "work_lane",
    "step_of_earlier_runs": "run_event",
    "attempt_delete_of_runs": "attempt_run",
    "replays.unstarted": "run_replay",
    "issues.unlink_runs": "issue_link_subject",
    "issues.unlink_old": "issue_link_subject",
    "issues.unmute": "issue_muted",
    "exchange_delete_of_runs": "exchange_run",
}
"""Which index finds the rows of each."""


@cache
def empty_store() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    migrate(connection, ":memory:")
    return connection


READING = {
    "attempt_page_failed": "attempt_failed",
    "attempt_errors": "attempt_failed",
    "run_page_waiting": "work_waits_for",
    "run_page_odd": "run_odd",
    "work_waiting": "work_waits_for",
    "work_crowds": "work_waits_for",
    "work_hands": "work_running",
    "work_of_worker": "work_running",
    "lane_dead": "dead_open",
    "lane_parked": "work_parked",
    "dead_page_of_issue": "dead_issue",
    "issues.page": "issue_last",
    "issues.quiet": "issue_alive",
    "issues.dead": "dead_issue",
    "issues.held": "issue_link_subject",
    "issues_of_run": "issue_link_subject",
    "run_page_of_tenant": "run_tenant",
    "event_page_of_tenant": "event_tenant",
    "receipt_page_of_tenant": "receipt_tenant",
    "dead_page_of_tenant": "dead_of_tenant",
    "replays.bite_of_tenant": "event_tenant",
    "tenants.rows": "work_tenant",
    "tenants.queued": "work_tenant",
    "tenants.unmatched": "receipt_tenant",
    "exchange_rows": "exchange_run",
    "account.events": "run_event",
    "account.events_page": "run_event",
}
"""Which index finds the rows that people read; what lies beside it is bounded by :look."""


def width(query: str) -> int:
    """How many columns a row of this set-based query has."""
    for pattern in (
        r"(?:given|share) \(([^)]*)\) AS \(VALUES",
        r"INSERT INTO \w+ \(([^)]*)\)\s+VALUES",
        r"\(([^()]*)\)\s+IN \(VALUES",
    ):
        if found := re.search(pattern, query):
            return found[1].count(",") + 1
    return max(map(int, re.findall(r"column(\d+)", query)), default=1)


def plan(name: str, count: int) -> list[str]:
    """What SQLite says it would do."""
    query = text(name)
    if "{rows}" in query:
        columns = width(query)
        query = text_for(name, count, columns)
        bindings: object = (None,) * (count * columns)
    else:
        bindings = dict.fromkeys(re.findall(r":(\w+)", query), "[]")
    rows = empty_store().execute(f"EXPLAIN QUERY PLAN {query}", bindings)  # type: ignore[arg-type]
    return [str(row[3]) for row in rows]


@pytest.mark.parametrize("count", [1, 2, 128])
@pytest.mark.parametrize("name", WRITTEN)
def test_no_statement_of_the_writer_walks_through_a_large_table(name: str, count: int) -> None:
    aliases = {alias: table for table, alias in re.findall(r"(\w+) AS (\w+)", text(name))}

    walked = [
        step
        for step in plan(name, count)
        if (found := re.match(r"SCAN (\w+)", step))
        and aliases.get(found[1], found[1]) in LARGE
        and "VIRTUAL" not in step
    ]

    assert walked == [] or name in FIRST_ROWS, walked


@pytest.mark.parametrize(("name", "index"), INDEXES.items())
def test_a_query_uses_the_index_that_was_made_for_it(name: str, index: str) -> None:
    steps = plan(name, 2)

    assert any(re.search(rf"USING (COVERING )?INDEX {index}\b", step) for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


def test_every_exception_is_still_needed() -> None:
    assert set(FIRST_ROWS) <= set(WRITTEN)
    for name in FIRST_ROWS:
        assert any(step.startswith("SCAN") for step in plan(name, 2))


@pytest.mark.parametrize("name", ["work_groups", "work_pick"])
def test_each_hop_over_ready_work_is_a_seek_with_whole_keys(name: str) -> None:
    hops = [step for step in plan(name, 2) if "work_ready" in step]

    assert hops
    assert all(step.startswith("SEARCH") and "flow=?" in step for step in hops)


@pytest.mark.parametrize("name", ["work_groups", "work_pick", "work_rescue", "worker_forget"])
def test_what_a_partial_index_is_about_stands_as_a_literal(name: str) -> None:
    """A bound value would keep the planner from the index."""
    query = text(name)

    assert re.search(r"state = '\w+'", query)
    assert not re.search(r"\b(state|behind) = [:?]", query)


@pytest.mark.parametrize(("name", "index"), READING.items())
def test_what_people_read_is_found_by_an_index(name: str, index: str) -> None:
    steps = plan(name, 2)

    assert any(re.search(rf"USING (COVERING )?INDEX {index}\b", step) for step in steps), steps


@pytest.mark.parametrize(
    "name", ["tally_points", "tally_series", "tally_sums", "tally_sparks", "tally_forget"]
)
def test_counts_are_found_by_their_whole_key(name: str) -> None:
    found = [step for step in plan(name, 2) if "kind=? AND name=? AND step_us=? AND at_us" in step]

    assert found, plan(name, 2)
