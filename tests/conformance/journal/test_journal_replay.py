"""Replays: recorded first, admitted bite by bite by whoever comes first, stopped at any time."""

import asyncio
from dataclasses import replace

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

from tieline.model.base.errors import Conflict, NotFound
from tieline.model.base.ids import NO_TENANT, RunId
from tieline.model.commands import (
    CancelReplay,
    DiscardDead,
    MoveReplay,
    ReplayFilter,
    ReturnClaims,
    StartReplay,
)
from tieline.model.plans.plan import LeftOut, Plan, PlannedAction
from tieline.model.runs.run import Dead, HeadPolicy, RetryAt, Returned
from tieline.model.views import views as v
from tieline.model.views.details import BlockedLane
from tieline.model.views.rows import ReplayRow
from tieline.rules.plans.end import GONE

REPLAY = replay_id(1)


async def begin(store: Store, *, as_new_action: bool = False) -> None:
    wanted = ReplayFilter(source="billing", states=("dead",), since_us=5)
    await store.journal.commit(StartReplay(REPLAY, wanted, 50, 3, as_new_action, by()))


def a_bite(
    *numbers: int, after: str = "", cursor: str = "c1", finished: bool = False, **changes: object
) -> MoveReplay:
    """Runs 101, 102, … of events 1, 2, …"""
    runs = tuple(
        a_run(100 + n, event_id=event_id(n), replay_id=REPLAY, priority=9)._replace(**changes)  # type: ignore[arg-type]
        for n in numbers
    )
    return MoveReplay(REPLAY, after, cursor, runs, finished, 77)


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
    await store.settle(await store.claim_one(), Returned())
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
        await store.settle(run, Returned())
    await begin(store)
    await store.journal.commit(a_bite(1, 2, 3, 4, 5, priority=priority))
    started, retrying, returned = await store.claim(limit=3)
    await store.settle(retrying, RetryAt(2**50, "x"))
    await store.journal.commit(ReturnClaims((returned.claim,), store.now_us))

    counted = await store.journal.commit(CancelReplay(REPLAY, by("wrong filter")))

    assert counted.count == 2
    states = [await store.state(run_id(100 + n)) for n in range(1, 6)]
    assert sorted(states) == ["cancelled", "cancelled", "ready", "retrying", "running"]
    assert await store.state(started.id) == "running"


async def test_cancelling_frees_the_lanes_of_the_runs_it_ends(store: Store) -> None:
    await store.ingest(1, 2)
    for run in await store.claim():
        await store.settle(run, Returned())
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
        await store.settle(run, Returned())
    assert order == [run_id(n) for n in (1, 2, 101, 3)]
    assert await store.claim(flows=[FLOW]) == []


# --- dead runs are taken up again -------------------------------------------------------------


async def die_at_the_head(store: Store, *numbers: int, lane: str | None = "cus_1") -> None:
    """Runs of one lane; the first is dead and blocks it."""
    await store.ingest(*numbers, lane=lane)
    await store.settle(await store.claim_one(), Dead("bug", "it broke"), policy=HeadPolicy.BLOCK)


def taking_up(*numbers: int, finished: bool = True) -> MoveReplay:
    ids = tuple(run_id(n) for n in numbers)
    return MoveReplay(REPLAY, "", "c1", (), finished, 77, ids)


async def order_of(store: Store, count: int) -> list[RunId]:
    """The next runs, in the order in which they are claimed, each done."""
    order = []
    for _ in range(count):
        run = await store.claim_one()
        order.append(run.id)
        await store.settle(run, Returned())
    return order


async def test_a_dead_head_is_taken_up_in_its_old_place_and_its_lane_goes_on(
    store: Store,
) -> None:
    await die_at_the_head(store, 1, 2, 3)
    await begin(store)

    counted = await store.journal.commit(taking_up(1))

    assert counted.count == 1
    taken = await store.run(run_id(1))
    assert (taken.state, taken.replay_id, taken.behind) == ("ready", REPLAY, 0)
    assert (await store.views.read(v.ListDead())).rows == ()
    [decided] = (await store.views.read(v.ListDead(decided=True))).rows
    assert (decided.run_id, decided.resolution, decided.resolved_us) == (run_id(1), "retried", 77)
    assert await order_of(store, 3) == [run_id(n) for n in (1, 2, 3)]


async def test_new_runs_of_a_bite_come_behind_the_dead_ones_that_it_takes_up(
    store: Store,
) -> None:
    await die_at_the_head(store, 1)
    await store.ingest(2)
    await store.settle(await store.claim_one(), Returned())
    await begin(store)
    both = a_bite(2, lane="cus_1", finished=True)

    counted = await store.journal.commit(replace(both, retries=(run_id(1),)))

    assert counted.count == 2
    assert await order_of(store, 2) == [run_id(1), run_id(102)]


async def test_what_somebody_decided_meanwhile_is_passed_over_and_not_counted(
    store: Store,
) -> None:
    await die_at_the_head(store, 1)
    await die_at_the_head(store, 2, lane="cus_2")
    await begin(store)
    await store.journal.commit(DiscardDead(run_id(1), by()))

    counted = await store.journal.commit(taking_up(1, 2, 9))

    assert counted.count == 1
    assert (await row(store)).admitted == 1
    assert await store.state(run_id(1)) == "dead"
    assert await store.state(run_id(2)) == "ready"
    again = [line.subject for line in await store.audit() if line.action == "retry"]
    assert again == [run_id(2)]


async def test_a_run_without_a_lane_that_is_taken_up_comes_after_live_ones(
    store: Store,
) -> None:
    await die_at_the_head(store, 1, lane=None)
    await begin(store)

    await store.journal.commit(taking_up(1))

    await store.ingest(2)
    assert await order_of(store, 2) == [run_id(2), run_id(1)]


async def test_effects_of_a_run_that_is_taken_up_as_a_new_action_have_unused_keys(
    store: Store,
) -> None:
    await die_at_the_head(store, 1, lane=None)
    await begin(store)
    await store.journal.commit(a_bite(1, generation=4))

    later = replace(taking_up(1), after="c1", cursor="c2", as_new_action=True)
    await store.journal.commit(later)

    assert (await store.run(run_id(1))).generation == 5


async def test_stopping_a_replay_leaves_what_it_took_up_alone(store: Store) -> None:
    await die_at_the_head(store, 1)
    await begin(store)
    await store.journal.commit(taking_up(1, finished=False))

    counted = await store.journal.commit(CancelReplay(REPLAY, by()))

    assert counted.count == 0
    assert await store.state(run_id(1)) == "ready"
    assert (await row(store)).progress == "cancelled, 1 still going on"


async def test_a_replay_says_what_still_waits_until_its_runs_have_ended(store: Store) -> None:
    await store.ingest(1, 2)
    await order_of(store, 2)
    await begin(store)
    await store.journal.commit(a_bite(1, 2, finished=True))

    told = []
    for _ in "123":
        [listed] = (await store.views.read(v.ListReplays())).rows
        shown = await row(store)
        assert (shown.waiting, shown.progress) == (listed.waiting, listed.progress)
        told.append(shown.progress)
        if shown.waiting:
            await order_of(store, 1)

    assert told == ["all made, 2 still waiting", "all made, 1 still waiting", "done"]


async def test_a_bite_of_events_knows_their_runs_and_what_was_decided(store: Store) -> None:
    await die_at_the_head(store, 1)
    await die_at_the_head(store, 2, lane=None)
    await store.journal.commit(DiscardDead(run_id(1), by()))

    bite = await store.views.read(v.NextReplayBatch(ReplayFilter(), "", store.now_us + 10))

    past = [(p.id, p.state, p.lane, p.resolution) for one in bite.events for p in one.past]
    assert past == [
        (run_id(1), "dead", "cus_1", "discarded"),
        (run_id(2), "dead", None, None),
    ]


async def test_lanes_that_wait_for_a_person_are_named_with_their_head(store: Store) -> None:
    await die_at_the_head(store, 1, 2)
    await store.ingest(3, lane="cus_2")
    lanes = tuple((NO_TENANT, FLOW, key) for key in ("cus_1", "cus_2", "cus_9"))

    found = await store.views.read(v.ListBlockedLanes(lanes))

    assert found == (BlockedLane(NO_TENANT, FLOW, "cus_1", run_id(1), "dead"),)


# --- made and not made ------------------------------------------------------------------------


def a_plan(would: int, left_out: int = 0) -> Plan:
    why = (LeftOut("old", left_out),) if left_out else ()
    return Plan(
        "replay", "source billing", "event", 5, would + left_out, True,
        (PlannedAction("new run", would),), why, fingerprint=f"{would}-{would}-0-0-aa",
    )  # fmt: skip


async def begin_planned(store: Store, plan: Plan | None) -> None:
    wanted = ReplayFilter(source="billing")
    await store.journal.commit(StartReplay(REPLAY, wanted, 50, 3, False, by(), plan))


@pytest.mark.parametrize(
    ("plan", "not_made", "state", "ending"),
    [
        (a_plan(2), (), "done", "made 2 of 2"),
        (a_plan(2, 1), (("old", 1),), "done", "made 2 of 2; 1 left out, as planned"),
        (a_plan(3), (("old", 1),), "partly", "made 2 of 3; 1 not made: 1: old"),
        (a_plan(3), (), "partly", f"made 2 of 3; 1 not made: 1: {GONE}"),
        (None, (("old", 1),), "done", ""),
    ],
)
async def test_a_replay_that_made_less_than_was_planned_is_never_done(
    store: Store,
    plan: Plan | None,
    not_made: tuple[tuple[str, int], ...],
    state: str,
    ending: str,
) -> None:
    await store.ingest(1, 2)
    await begin_planned(store, plan)
    bite = replace(a_bite(1, 2, finished=True), not_made=not_made)

    while_it_runs = await row(store)
    await store.journal.commit(bite)

    ended = await row(store)
    listed = (await store.views.read(v.ListReplays(state))).rows
    assert while_it_runs.state == "running"
    assert (ended.state, ended.ending) == (state, ending)
    assert ended.not_made == dict(not_made)
    assert [one.id for one in listed] == [REPLAY]
    assert (ended.plan is None) is (plan is None)


async def test_a_dead_run_that_was_decided_meanwhile_is_not_made_and_says_why(
    store: Store,
) -> None:
    await store.ingest(1)
    [run] = await store.claim()
    await store.settle(run, Dead("bug", "x"))
    await begin_planned(store, a_plan(1))
    await store.journal.commit(DiscardDead(run.id, by()))

    bite = replace(a_bite(finished=True), retries=(run.id,))
    await store.journal.commit(bite)

    why = "it is already decided: discarded"
    ended = await row(store)
    assert (ended.state, ended.admitted, ended.not_made) == ("partly", 0, {why: 1})
    assert ended.ending == f"made 0 of 1; 1 not made: 1: {why}"
