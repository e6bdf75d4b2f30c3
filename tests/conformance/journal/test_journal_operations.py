"""Operations: a decision about many runs, made bite by bite, once, and stopped when asked to."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.makers import START_US, by
from tests.stores import Store

from tieline.model.base.errors import CommandRefused, Conflict, NotFound
from tieline.model.replays.operation import (
    BulkFilter,
    CancelOperation,
    MoveOperation,
    StartOperation,
)
from tieline.model.runs.run import Dead, Held
from tieline.model.views.operations import ListOperations, OperationRow, ShowOperation
from tieline.model.views.views import ListDead, Window
from tieline.operations import bulk as long_work

if TYPE_CHECKING:
    from tieline.model.command import OperatorCommand

DEAD = BulkFilter("dead-letters")


async def some_dead(store: Store, count: int) -> None:
    await store.ingest(*range(1, count + 1))
    for run in await store.claim():
        await store.settle(run, Dead("bug", "x"))


async def go_on(store: Store) -> int:
    told: list[OperatorCommand[Any]] = []
    left = await long_work.bulk_pass(store.journal, store.views, told.append, START_US)
    assert len(told) <= 1
    return left


async def shown(store: Store, id_: str = "opr_1") -> OperationRow:
    return await store.views.read(ShowOperation(id_))


async def test_every_run_of_the_filter_is_decided_in_bites(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "BITE", 2)
    await some_dead(store, 5)
    total = await long_work.start(store.journal, store.views, "opr_1", ("discard", DEAD), by())
    began = await shown(store)
    passes = 0
    while await go_on(store):
        passes += 1
    ended = await shown(store)
    lines = await store.audit()

    assert (total, began.state, began.done) == (5, "running", 0)
    assert (ended.state, ended.total, ended.done, ended.refused) == ("done", 5, 5, 0)
    assert passes == 3
    assert await long_work.count(store.views, DEAD) == 0
    assert [line.action for line in lines] == ["discard-in-bulk", *["discard"] * 5]


async def test_only_what_the_filter_names_is_decided(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "BITE", 2)
    await store.ingest(*range(1, 8))
    for number, run in enumerate(await store.claim()):
        await store.settle(run, Dead("bug" if number % 2 else "other", "x"))
    bugs = BulkFilter("dead-letters", kind="bug")
    await long_work.start(store.journal, store.views, "opr_1", ("discard", bugs), by())
    while await go_on(store):
        pass
    left = (await store.views.read(ListDead())).rows

    assert (await shown(store)).done == 3
    assert [row.kind for row in left] == ["other"] * 4


async def test_held_runs_are_decided_too(store: Store) -> None:
    await store.ingest(1, 2)
    for run in await store.claim():
        await store.settle(run, Held("in doubt", None))
    held = BulkFilter("held")
    await long_work.start(store.journal, store.views, "opr_1", ("resolve-give-up", held), by())
    await go_on(store)

    assert (await shown(store)).done == 2


async def test_two_processes_note_a_bite_once(store: Store) -> None:
    await some_dead(store, 3)
    await long_work.start(store.journal, store.views, "opr_1", ("discard", DEAD), by())
    await asyncio.gather(*(go_on(store) for _ in range(3)))
    ended = await shown(store)

    assert ended.state == "done"
    assert ended.done + ended.refused <= 3
    assert await long_work.count(store.views, DEAD) == 0


async def test_a_stopped_operation_decides_no_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "BITE", 1)
    await some_dead(store, 3)
    await long_work.start(store.journal, store.views, "opr_1", ("discard", DEAD), by())
    await go_on(store)
    before = await shown(store)
    await store.journal.commit(CancelOperation("opr_1", by("enough")))
    late = MoveOperation("opr_1", before.cursor, "run_z", 1, 0, finished=False, at_us=START_US)

    assert (await store.journal.commit(late)).count == 0
    assert await go_on(store) == 0
    ended = await shown(store)
    assert (ended.state, ended.done) == ("cancelled", 1)
    assert await long_work.count(store.views, DEAD) == 2
    with pytest.raises(Conflict, match="is cancelled already"):
        await store.journal.commit(CancelOperation("opr_1", by()))
    with pytest.raises(NotFound):
        await store.journal.commit(CancelOperation("opr_2", by()))


@pytest.mark.parametrize(
    ("action", "wanted", "words"),
    [
        ("discard", DEAD, "nothing of this waits"),
        ("cancel", DEAD, "cannot be decided by 'cancel'"),
        ("discard", BulkFilter("held"), "cannot be decided by 'discard'"),
        ("resolve-retry", BulkFilter("held", kind="bug"), "told apart by their flow"),
        ("retry", BulkFilter("everything"), "cannot be decided"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    store: Store, action: str, wanted: BulkFilter, words: str
) -> None:
    with pytest.raises(CommandRefused, match=words):
        await long_work.start(store.journal, store.views, "opr_1", (action, wanted), by())

    assert await store.audit() == []


async def test_operations_are_listed_newest_first(store: Store) -> None:
    for number in range(1, 4):
        command = StartOperation(f"opr_{number}", "retry", DEAD, 1, by())
        await store.journal.commit(command)
    await store.journal.commit(CancelOperation("opr_2", by()))
    first = await store.views.read(ListOperations(window=Window(limit=2)))
    rest = await store.views.read(ListOperations(window=Window(before=first.cursor, limit=2)))
    running = await store.views.read(ListOperations("running"))

    assert [row.id for row in (*first.rows, *rest.rows)] == ["opr_3", "opr_2", "opr_1"]
    assert [row.id for row in running.rows] == ["opr_3", "opr_1"]
    assert first.rows[0].filter == DEAD
