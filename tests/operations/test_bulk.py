"""One decision about many runs: chosen by a filter, carried out in bites, stopped between them."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.model.commands import By
from tieline.model.errors import CommandRefused
from tieline.model.ids import RunId
from tieline.model.run import Dead, Held
from tieline.model.views import ListDead, ListRuns
from tieline.operations import bulk
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]


@pytest.fixture
async def views(house: Any) -> AsyncIterator[Views]:
    reader = SqliteReader(house.path)
    yield reader
    await reader.close()


async def died(house: Any, invoice: Invoice, count: int, kind: str = "x") -> None:
    for number in range(count):
        await house.deliver("invoice.paid", invoice(number, f"{kind}{number}"))
    for run in await house.claim(limit=count):
        await house.settle(run, Dead(kind, "no"))


def by(house: Any) -> By:
    return By("ana", "mended", house.clock.at_us)


async def test_what_a_filter_names_is_chosen_over_many_pages(
    house: Any, views: Views, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PAGE", 3)
    await died(house, invoice, 10, "x")
    await died(house, invoice, 4, "y")

    chosen = await bulk.choose(views, ListDead(kind="x"))

    assert len(chosen.run_ids) == 10
    assert chosen.exact
    assert list(chosen.run_ids) == sorted(chosen.run_ids)


async def test_more_than_may_be_decided_at_once_is_said(
    house: Any, views: Views, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_CHOSEN", 4)
    await died(house, invoice, 6)

    chosen = await bulk.choose(views, ListDead())

    assert len(chosen.run_ids) == 4
    assert not chosen.exact


async def test_a_decision_is_carried_out_in_bites_with_progress(
    house: Any, views: Views, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BITE", 4)
    await died(house, invoice, 10)
    chosen = await bulk.choose(views, ListDead())
    ids = (*chosen.run_ids, RunId("run_~nobody"))

    seen = [one async for one in bulk.carry_out(house.journal, "retry", ids, by(house))]

    assert [(one.done, one.left) for one in seen] == [(4, 7), (8, 3), (10, 0)]
    assert seen[-1].total == 11
    assert [id_ for one in seen for id_, _ in one.refused] == ["run_~nobody"]
    assert len(await house.claim()) == 10


async def test_stopping_leaves_the_rest_as_it_was(
    house: Any, views: Views, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BITE", 2)
    await died(house, invoice, 6)
    chosen = await bulk.choose(views, ListDead())

    async for progress in bulk.carry_out(house.journal, "discard", chosen.run_ids, by(house)):
        if progress.done == 4:
            break

    assert len((await views.read(ListDead())).rows) == 2


async def test_held_runs_are_chosen_from_the_list_of_runs(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(3):
        await house.deliver("invoice.paid", invoice(number, f"c{number}"))
    for run in await house.claim():
        await house.settle(run, Held("a doubt"))
    chosen = await bulk.choose(views, ListRuns(state="held"))
    action = "resolve-give-up"

    [end] = [one async for one in bulk.carry_out(house.journal, action, chosen.run_ids, by(house))]

    assert (end.done, end.left, end.refused) == (3, 0, ())


@pytest.mark.parametrize(
    ("action", "count", "words"),
    [
        ("burn", 1, "'burn' is not one of retry, discard"),
        ("retry", 0, "no run is chosen"),
        ("retry", bulk.MOST_CHOSEN + 1, "10001 runs are chosen"),
    ],
)
async def test_what_cannot_be_decided_is_refused_before_anything_happens(
    house: Any, action: str, count: int, words: str
) -> None:
    ids = [RunId(f"run_{number}") for number in range(count)]
    with pytest.raises(CommandRefused, match=words):
        await anext(bulk.carry_out(house.journal, action, ids, by(house)))
