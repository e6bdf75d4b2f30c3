"""Replays: recorded first, admitted bite by bite by whoever comes first, stopped at any time."""

import asyncio

import pytest
from tests.makers import (
    FLOW,
    a_run,
    an_ingest,
    by,
    event_id,
    replay_id,
    run_id,
)
from tests.stores import Store

from tieline.model import views as v
from tieline.model.commands import (
    CancelReplay,
    ContinueReplay,
    GiveBack,
    ReplayFilter,
    StartReplay,
)
from tieline.model.errors import Conflict, NotFound
from tieline.model.run import Done, RetryAt
from tieline.model.view_rows import ReplayRow

REPLAY = replay_id(1)


async def begin(store: Store, *, as_new_action: bool = False) -> None:
    wanted = ReplayFilter(source="billing", states=("dead",), since_us=5)
    await store.journal.commit(StartReplay(REPLAY, wanted, 50, 3, as_new_action, by()))


def a_bite(
    *numbers: int, after: str = "", cursor: str = "c1", finished: bool = False, **changes: object
) -> ContinueReplay:
    """Runs 101, 102, … of events 1, 2, …"""
    runs = tuple(
        a_run(100 + n, event_id=event_id(n), replay_id=REPLAY, priority=9)._replace(**changes)  # type: ignore[arg-type]
        for n in numbers
    )
    return ContinueReplay(REPLAY, after, cursor, runs, finished, 77)


async def row(store: Store) -> ReplayRow:
    return (await store.views.read(v.ShowReplay(REPLAY))).replay


async def test_a_replay_is_recorded_before_its_first_run(store: Store) -> None:
    await begin(store, as_new_action=True)

    replay = await row(store)

    assert replay.filter == ReplayFilter(source="billing", states=("dead",), since_us=5)
    assert (replay.state, replay.cursor, replay.planned, replay.admitted) == ("running", "", 3, 0)
    assert (replay.per_second, replay.as_new_action) == (50, True)
    assert [line.action for line in await store.audit()] == ["replay"]


async def test_a_bite_stores_its_runs_and_moves_the_cursor_together(store: Store) -> None:
    await store.ingest(1, 2, 3)
    await begin(store)

    counted = await store.journal.commit(a_bite(1, 2))

    replay = await row(store)
    assert counted.count == 2
    assert (replay.cursor, replay.admitted, replay.state) == ("c1", 2, "running")
    assert (await store.run(run_id(101))).replay_id == REPLAY


async def test_a_bite_is_stored_once_whoever_makes_it(store: Store) -> None:
    await store.ingest(1, 2)
    await begin(store)

    answers = await asyncio.gather(
        *(store.journal.commit(a_bite(n, cursor=f"c{n}")) for n in (1, 2))
    )

    assert sorted(answer.count for answer in answers) == [0, 1]
    assert (await row(store)).admitted == 1


async def test_a_bite_made_from_an_old_cursor_stores_nothing(store: Store) -> None:
    await store.ingest(1, 2)
    await begin(store)
    await store.journal.commit(a_bite(1, cursor="c1"))
    before = await store.everything()

    counted = await store.journal.commit(a_bite(2, after="", cursor="c2"))

    assert counted.count == 0
    assert await store.everything() == before


async def test_the_last_bite_ends_the_replay_and_may_be_empty(store: Store) -> None:
    await store.ingest(1)
    await begin(store)
    await store.journal.commit(a_bite(1))

    await store.journal.commit(a_bite(after="c1", cursor="c2", finished=True))

    assert (await row(store)).state == "done"
    late = await store.journal.commit(a_bite(1, after="c2", cursor="c3"))
    assert late.count == 0


async def test_replayed_runs_come_after_live_ones(store: Store) -> None:
    await store.ingest(1)
    await begin(store)
    await store.settle(await store.claim_one(), Done())
    await store.journal.commit(a_bite(1))
    await store.ingest(2)

    assert [(await store.claim_one()).id for _ in "12"] == [run_id(2), run_id(101)]


async def test_a_cancelled_replay_admits_nothing_more(store: Store) -> None:
    await store.ingest(1, 2)
    await begin(store)
    await store.journal.commit(a_bite(1))

    await store.journal.commit(CancelReplay(REPLAY, by()))

    assert (await row(store)).state == "cancelled"
    counted = await store.journal.commit(a_bite(2, after="c1", cursor="c2"))
    assert counted.count == 0


@pytest.mark.parametrize("priority", [9, 5], ids=["below live traffic", "among it"])
async def test_cancelling_ends_the_runs_that_nobody_has_started(
    store: Store, priority: int
) -> None:
    await store.ingest(*range(1, 6))
    for run in await store.claim():
        await store.settle(run, Done())
    await begin(store)
    await store.journal.commit(a_bite(1, 2, 3, 4, 5, priority=priority))
    started, retrying, returned = await store.claim(limit=3)
    await store.settle(retrying, RetryAt(2**50, "x"))
    await store.journal.commit(GiveBack(((returned.id, returned.epoch),), store.now_us))

    counted = await store.journal.commit(CancelReplay(REPLAY, by("wrong filter")))

    assert counted.count == 2
    states = [await store.state(run_id(100 + n)) for n in range(1, 6)]
    assert sorted(states) == ["cancelled", "cancelled", "ready", "retrying", "running"]
    assert await store.state(started.id) == "running"


async def test_cancelling_frees_the_lanes_of_the_runs_it_ends(store: Store) -> None:
    await store.ingest(1, 2)
    for run in await store.claim():
        await store.settle(run, Done())
    await begin(store)
    await store.journal.commit(a_bite(1, 2, lane="cus_1"))
    await store.ingest(3, lane="cus_1")

    await store.journal.commit(CancelReplay(REPLAY, by()))

    assert [run.id for run in await store.claim()] == [run_id(3)]


async def test_cancelling_leaves_other_runs_alone(store: Store) -> None:
    await store.ingest(1, 2)
    await begin(store)

    counted = await store.journal.commit(CancelReplay(REPLAY, by()))

    assert counted.count == 0
    assert len(await store.claim()) == 2


async def test_a_replay_is_cancelled_once(store: Store) -> None:
    await begin(store)
    await store.journal.commit(CancelReplay(REPLAY, by()))
    before = await store.everything()

    with pytest.raises(Conflict, match=f"{REPLAY} is cancelled already"):
        await store.journal.commit(CancelReplay(REPLAY, by()))

    assert await store.everything() == before


async def test_a_replay_that_does_not_exist_is_named(store: Store) -> None:
    with pytest.raises(NotFound) as caught:
        await store.journal.commit(CancelReplay(replay_id(7), by()))

    assert (caught.value.kind, caught.value.key) == ("replay", replay_id(7))
    assert await store.audit() == []


async def test_a_bite_takes_its_place_in_a_lane_with_live_runs(store: Store) -> None:
    await store.ingest(1, 2, lane="cus_1")
    await begin(store)

    await store.journal.commit(a_bite(1, lane="cus_1"))
    await store.journal.commit(an_ingest(3, lane="cus_1"))

    order = []
    for _ in range(4):
        run = await store.claim_one()
        order.append(run.id)
        await store.settle(run, Done())
    assert order == [run_id(n) for n in (1, 2, 101, 3)]
    assert await store.claim(flows=[FLOW]) == []
