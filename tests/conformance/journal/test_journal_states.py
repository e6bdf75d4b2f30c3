"""The law of run states is in force: every pair of states, asked of the store itself."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import apsw
import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests.makers import by, run_id
from tests.somebody import Somebody
from tests.stores import Store

from tieline.adapters.sql.statement import Statement, Steps
from tieline.model.base.errors import StaleClaim, TransitionRefused
from tieline.model.commands import Cancel
from tieline.model.runs.run import Returned, RunState

LAW = {
    "ready": "running cancelled dead",
    "running": "done retrying waiting held dead cancelled ready",
    "retrying": "ready cancelled dead",
    "waiting": "ready cancelled dead",
    "held": "ready dead cancelled",
    "dead": "ready",
    "done": "",
    "cancelled": "",
}
"""The table, written once more: a store obeys it, and not only what we take it for."""
AT_WORK = ("ready", "running", "retrying", "waiting", "held")
"""The states of a row of work, which is gone once its run has ended."""
RUNS = [(now, to) for now in RunState for to in RunState]
WORK = [(now, to) for now in AT_WORK for to in AT_WORK]
Asked = Callable[..., Statement]


def to_move_run(to: str) -> Statement:
    return Statement("run_move", [("-", run_id(1), to, 7, "moved")])


def to_end_run(to: str) -> Statement:
    return Statement("run_end", [("-", run_id(1), to, 7, "moved", 3)])


def to_set_run(to: str) -> Statement:
    return Statement("run_set", one=_decided(to))


def to_finish_run(to: str) -> Statement:
    return Statement("run_finish", one=_decided(to))


def _decided(to: str) -> dict[str, Any]:
    return {"state": to, "at_us": 7, "reason": "moved", "tenant": "-", "run_id": run_id(1)}


def to_move_work(now: str, to: str) -> Statement:
    match to:
        case "ready" if now == "running":
            return Statement("work_release", [("-", run_id(1))])
        case "ready":
            return Statement("work_set_ready", one={"tenant": "-", "run_id": run_id(1)})
        case "running":
            return Statement("work_take", [("-", run_id(1), "alice")])
        case _:
            return Statement("work_park", [("-", run_id(1), to, 7, None, None, None, None, 0)])


@pytest.mark.parametrize("ask", [to_move_run, to_end_run, to_set_run, to_finish_run])
async def test_a_store_moves_a_run_only_along_the_table(
    store: Store, somebody: Somebody, ask: Asked
) -> None:
    await store.ingest(1)
    for now, to in RUNS:
        await _put_run(somebody, now)

        if to in LAW[now].split():
            await _transact(store, ask(to))
            assert await _rows(somebody, "run") == [{**_TOLD, "state": to}]
        else:
            with pytest.raises(TransitionRefused):
                await _transact(store, ask(to))
            assert await _rows(somebody, "run") == [{**_TOLD, "state": now, "reason": None}]

    await _put_run(somebody, "ready")


async def test_a_store_moves_work_only_along_the_table(store: Store, somebody: Somebody) -> None:
    await store.ingest(1)
    for now, to in WORK:
        await _put_work(somebody, now)
        before = await _work(somebody)

        if to in LAW[now].split():
            await _transact(store, to_move_work(now, to))
            assert (await _work(somebody))["state"] == to
        else:
            with pytest.raises(TransitionRefused):
                await _transact(store, to_move_work(now, to))
            assert await _work(somebody) == before

    await _put_work(somebody, "ready")


async def test_an_illegal_move_undoes_its_whole_transaction_and_nothing_else(store: Store) -> None:
    await store.ingest(1, 2)
    claimed = await store.claim()
    ended = next(run for run in claimed if run.id == run_id(1))
    await store.settle(ended, Returned())

    def steps() -> Steps[None]:
        yield Statement("run_move", [("-", run_id(2), "waiting", 7, None)])
        yield Statement("run_move", [("-", run_id(1), "ready", 7, None)])

    with pytest.raises(TransitionRefused):
        await _database(store).transact(steps())

    assert [await store.state(run_id(n)) for n in (1, 2)] == ["done", "running"]
    with pytest.raises(StaleClaim):
        await store.settle(ended, Returned())
    await store.journal.commit(Cancel(run_id(2), by()))
    assert await store.state(run_id(2)) == "cancelled"


@pytest.mark.parametrize("table", ["run", "work"])
async def test_sql_of_somebody_else_obeys_too(store: Store, somebody: Somebody, table: str) -> None:
    await store.ingest(1)

    with pytest.raises((apsw.ConstraintError, asyncpg.PostgresError), match="no such move"):
        await somebody.sql(f"UPDATE {table} SET state = 'held'")

    assert await store.state(run_id(1)) == "ready"


async def test_a_server_says_which_move_it_refused(store: Store) -> None:
    await store.ingest(1)
    with pytest.raises(TransitionRefused) as caught:
        await _transact(store, to_move_run("held"))

    known = (caught.value.now, caught.value.to)
    assert known == (("ready", "held") if _is_server(store) else (None, None))


_TOLD: dict[str, Any] = {"id": run_id(1), "reason": "moved"}


def _database(store: Store) -> Any:
    return vars(store.journal)["_database"]  # beneath the journal, where every statement passes


def _is_server(store: Store) -> bool:
    return store.is_server


async def _transact(store: Store, statement: Statement) -> None:
    def steps() -> Steps[None]:
        yield statement

    await _database(store).transact(steps())


async def _put_run(somebody: Somebody, state: str) -> None:
    """The run as if it were in *state*: what is inserted may be in any, as a copied store is."""
    row = "(id, tenant, flow, event_id, state, priority, lane, generation, created_us, moved_us)"
    await somebody.sql(
        "DROP TABLE IF EXISTS one",
        "CREATE TEMP TABLE one AS SELECT * FROM run",
        "DELETE FROM run",
        f"INSERT INTO run {row} SELECT id, tenant, flow, event_id, '{state}', priority, lane,"
        " generation, created_us, moved_us FROM one",
    )


async def _put_work(somebody: Somebody, state: str) -> None:
    worker = "'alice'" if state == "running" else "NULL"
    due = "7" if state in {"retrying", "waiting"} else "NULL"
    row = "(run_id, tenant, flow, priority, lane, state, behind, worker, epoch, tries, due_us)"
    await somebody.sql(
        "DROP TABLE IF EXISTS one",
        "CREATE TEMP TABLE one AS SELECT * FROM work",
        "DELETE FROM work",
        f"INSERT INTO work {row} SELECT run_id, tenant, flow, priority, lane, '{state}', behind,"
        f" {worker}, epoch, tries, {due} FROM one",
    )


async def _rows(somebody: Somebody, table: str) -> list[dict[str, Any]]:
    names = ("id", "state", "reason")
    found = await somebody.sql(f"SELECT {', '.join(names)} FROM {table}")
    return [dict(zip(names, row, strict=True)) for row in found]


async def _work(somebody: Somebody) -> dict[str, Any]:
    names = ("state", "worker", "epoch", "tries", "due_us", "waits_kind")
    (row,) = await somebody.sql(f"SELECT {', '.join(names)} FROM work")
    return dict(zip(names, row, strict=True))


async def test_a_run_that_says_something_else_than_its_work_is_mended_when_the_law_comes(
    store: Store, somebody: Somebody
) -> None:
    """As an earlier release may have left it: nobody could claim it, and it would block others."""
    await store.ingest(1)
    folder = "postgres" if _is_server(store) else "sqlite"
    file = files(f"tieline.adapters.{folder}").joinpath("schema", "0016_law_of_states.sql")
    law = file.read_text(encoding="utf-8")
    of = {"run": " ON run", "work": " ON work"} if _is_server(store) else {"run": "", "work": ""}
    dropped = [f"DROP TRIGGER law_of_{table}{on}" for table, on in of.items()]
    if _is_server(store):
        dropped.append("DROP FUNCTION no_such_move()")
    await somebody.sql(*dropped, "UPDATE run SET state = 'retrying'")

    await somebody.script(law)

    assert await somebody.sql("SELECT state FROM run") == [("ready",)]
    assert (await store.claim_one()).id == run_id(1)
