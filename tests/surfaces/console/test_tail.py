"""The live tail: one poller for all who watch, and nobody who is slow holds up the others."""

import asyncio
from typing import Any

import pytest

from tieline.adapters.telemetry.counter import CountingObserver
from tieline.features.records.pages.tail import (
    WAITING,
    WATCHERS,
    TailFilter,
    TailHub,
    TailItem,
    Watcher,
    items,
)
from tieline.model.base.errors import Overloaded
from tieline.model.views.rows import ReceiptRow
from tieline.model.views.views import Question
from tieline.model.views.work_lists import AttemptRow, Tail, TailPage

pytestmark = pytest.mark.anyio

PATIENCE_S = 20.0


def an_item(number: int = 0, **more: Any) -> TailItem:
    made: dict[str, Any] = {
        "kind": "run",
        "id": f"run_{number}",
        "at_us": number,
        "word": "done",
        "name": "book",
        "flow": "book",
        "words": "it is done",
        "path": "/runs/run_1",
        "is_trouble": False,
    }
    return TailItem(**{**made, **more})


class Store:
    """Views that have one more receipt at each look, and count how often they were asked."""

    def __init__(self) -> None:
        self.looks: list[str | None] = []

    async def read(self, question: Question[Any]) -> Any:
        assert isinstance(question, Tail)
        self.looks.append(question.after)
        number = len(self.looks)
        return TailPage((a_receipt(number),), (), (), str(number), is_cut=False)

    async def close(self) -> None:
        return None


def a_receipt(number: int) -> ReceiptRow:
    id_: Any = f"rct_{number}"
    return ReceiptRow(id_, "billing", number, "accepted", 202, None, None, None, 10)


async def test_all_who_watch_are_fed_by_one_poller() -> None:
    store = Store()
    tail = TailHub(store, CountingObserver())

    async with tail.watching(TailFilter()) as first, tail.watching(TailFilter()) as second:
        one, _ = await first.next(PATIENCE_S)
        two, _ = await second.next(PATIENCE_S)

    assert [item.id for item in one] == [item.id for item in two] == ["rct_2"]
    assert store.looks == [None, "1"]


async def test_nothing_is_asked_while_nobody_watches() -> None:
    store = Store()
    tail = TailHub(store, CountingObserver())
    async with tail.watching(TailFilter()) as watcher:
        await watcher.next(PATIENCE_S)
    looked = len(store.looks)

    for _ in range(20):
        await asyncio.sleep(0)

    assert len(store.looks) == looked
    assert tail.watchers == 0


async def test_a_watcher_too_many_is_turned_away() -> None:
    tail = TailHub(Store(), CountingObserver())
    tail._watchers = [Watcher(TailFilter())] * WATCHERS

    with pytest.raises(Overloaded):
        await tail.watching(TailFilter()).__aenter__()

    assert tail.watchers == WATCHERS


async def test_a_slow_watcher_loses_the_oldest_and_is_told_how_many() -> None:
    watcher = Watcher(TailFilter())
    for number in range(WAITING + 5):
        watcher.give(an_item(number))

    found, lost = await watcher.next(PATIENCE_S)

    assert (len(found), lost) == (WAITING, 5)
    assert found[0].id == "run_5"
    assert await watcher.next(0.001) == ([], 0)


@pytest.mark.parametrize(
    ("wanted", "is_wanted"),
    [
        (TailFilter(), True),
        (TailFilter(kind="run"), True),
        (TailFilter(kind="try"), False),
        (TailFilter(name="book"), True),
        (TailFilter(name="crm"), False),
        (TailFilter(trouble=True), False),
        (TailFilter(text="IS DONE"), True),
        (TailFilter(text="elsewhere"), False),
    ],
)
def test_a_watcher_gets_what_it_asked_for(wanted: TailFilter, is_wanted: bool) -> None:
    assert wanted.takes(an_item()) is is_wanted


def test_news_are_told_in_order_and_trouble_is_marked() -> None:
    id_: Any = "run_9"
    attempt = AttemptRow(
        seq=1,
        run_id=id_,
        flow="book",
        event_id=None,
        step="books POST /invoices",
        key="#1",
        number=2,
        connection="books",
        at_us=1,
        took_us=5_000,
        status=503,
        outcome="unavailable",
        retry_us=None,
        detail="busy",
        trace=None,
    )
    told = items(TailPage((a_receipt(7),), (attempt,), (), "c", is_cut=False))

    assert [(item.kind, item.is_trouble) for item in told] == [("try", True), ("delivery", False)]
    assert told[0].words == "POST /invoices 503 in 5 ms, attempt 2: busy"
