"""Time: what is due becomes ready, what fell silent is taken over, and schedules fire once."""

import asyncio

import pytest
from tests.makers import (
    ALICE,
    BOB,
    SECOND_US,
    START_US,
    a_claim,
    an_admission,
    an_ingest,
    by,
    event_id,
    run_id,
)
from tests.stores import Store

from tieline.adapters.system.clock import SystemClock
from tieline.features.schedules.model import Fire, KeepSchedule, ListSchedules, ScheduleRow
from tieline.model.base.errors import StaleClaim
from tieline.model.base.ids import WorkerId
from tieline.model.commands import (
    Beat,
    Claim,
    Ingested,
    Progress,
    Promote,
    Promoted,
    Remember,
    ResolveHeld,
    SetTimes,
    Settle,
    Sweep,
    WakeWaiting,
)
from tieline.model.fleet.presence import EndPresence, TakeLeaderLease
from tieline.model.runs.run import Held, Outcome, RetryAt, Returned, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views import views as v
from tieline.model.views.rows import WorkerRow

BOOKS = waits_for_connection("books")


async def parked(store: Store, *outcomes: Outcome) -> None:
    """Runs 1, 2, … with these outcomes."""
    for number, outcome in enumerate(outcomes, start=1):
        await store.ingest(number)
        await store.settle(await store.claim_one(), outcome)


# --- due times and obstacles ----------------------------------------------------------------------


async def test_a_retry_is_ready_at_its_time_and_not_before(store: Store) -> None:
    await parked(store, RetryAt(store.now_us + 10, "again"))

    early = await store.journal.commit(Promote(store.now_us + 9))
    late = await store.journal.commit(Promote(store.now_us + 10))

    assert early == Promoted(0, store.now_us + 10)
    assert late == Promoted(1, None)
    row = await store.run(run_id(1))
    assert (row.state, row.due_us, row.reason) == ("ready", None, None)


async def test_the_longest_due_come_first_and_a_bite_is_bounded(store: Store) -> None:
    due = [store.now_us + n for n in (5, 1, 4, 2, 3)]
    await parked(store, *(RetryAt(each, "again") for each in due))
    store.now_us += 10

    promoted = await store.journal.commit(Promote(store.now_us, limit=3))

    assert promoted == Promoted(3, due[2])
    ready = await store.views.read(v.ListRuns(state="ready"))
    assert {row.id for row in ready.rows} == {run_id(n) for n in (2, 4, 5)}


async def test_a_wait_with_a_time_ends_at_its_time(store: Store) -> None:
    await parked(store, Waiting(store.now_us + 10, None, "asleep"))

    assert await store.promote() == 0
    store.now_us += 10
    assert await store.promote() == 1


async def test_a_wait_for_a_thing_ends_when_the_thing_is_back(store: Store) -> None:
    await parked(
        store, Waiting(None, BOOKS, "down"), Waiting(None, waits_for_connection("crm"), "down")
    )
    store.now_us += 10**9

    assert await store.promote() == 0
    woken = await store.journal.commit(WakeWaiting(BOOKS, store.now_us))

    assert woken.count == 1
    assert [run.id for run in await store.claim()] == [run_id(1)]
    assert (await store.run(run_id(2))).waits == waits_for_connection("crm")


async def test_a_wait_for_a_thing_and_a_time_ends_with_the_first_of_them(store: Store) -> None:
    both = Waiting(store.now_us + 10, BOOKS, "down")
    await parked(store, both, both)

    woken = await store.journal.commit(WakeWaiting(BOOKS, store.now_us, limit=1))
    store.now_us += 10
    promoted = await store.promote()

    assert (woken.count, promoted) == (1, 1)
    again = await store.journal.commit(WakeWaiting(BOOKS, store.now_us))
    assert again.count == 0


async def test_a_thing_that_is_back_wakes_in_bites_the_longest_stored_first(store: Store) -> None:
    await parked(store, *(Waiting(None, BOOKS, "down") for _ in range(5)))

    counts = [
        (await store.journal.commit(WakeWaiting(BOOKS, store.now_us, limit=2))).count
        for _ in range(4)
    ]

    assert counts == [2, 2, 1, 0]


async def test_a_held_run_waits_for_nothing_but_a_person(store: Store) -> None:
    step = ("books POST /entries", "#1")
    await parked(store, Held("in doubt", step), Held("the author asked"))
    named = await store.run(run_id(1))
    store.now_us += 10**15

    assert (named.step_in_doubt, named.waits) == (step, None)
    assert await store.promote() == 0
    assert (await store.journal.commit(WakeWaiting(BOOKS, store.now_us))).count == 0
    assert (await store.journal.commit(Sweep(store.now_us, 0))).expired == ()


async def test_the_next_due_time_is_told_whatever_became_ready(store: Store) -> None:
    await parked(
        store,
        RetryAt(store.now_us + 50, "x"),
        Waiting(store.now_us + 20, BOOKS, "x"),
        RetryAt(store.now_us, "x"),
    )

    promoted = await store.journal.commit(Promote(store.now_us))

    assert promoted == Promoted(1, store.now_us + 20)


# --- workers --------------------------------------------------------------------------------------


async def silence(store: Store, seconds: int = 60) -> Sweep:
    """Time passes in which only Bob beats; returns the sweep that follows."""
    store.now_us += seconds * SECOND_US
    await store.beat(BOB)
    return Sweep(store.now_us, store.now_us - 30 * SECOND_US)


async def test_a_silent_worker_loses_its_runs_and_they_are_ready_at_once(store: Store) -> None:
    await store.ingest(1, 2, worker=ALICE)
    await store.ingest(3, worker=BOB)

    swept = await store.journal.commit(await silence(store))

    assert (swept.rescued, swept.expired) == (2, ())
    assert [(run.id, run.epoch) for run in await store.claim(BOB)] == [
        (run_id(1), 3),
        (run_id(2), 3),
    ]
    assert (await store.run(run_id(3))).worker == BOB


async def test_a_worker_that_beats_keeps_its_runs(store: Store) -> None:
    await store.ingest(1, worker=ALICE)
    store.now_us += 60 * SECOND_US
    await store.beat(ALICE)

    swept = await store.journal.commit(Sweep(store.now_us, store.now_us - 30 * SECOND_US))

    assert swept.rescued == 0


async def test_a_worker_that_wakes_up_late_can_write_nothing(store: Store) -> None:
    await store.ingest(1, worker=ALICE)
    await store.journal.commit(await silence(store))

    with pytest.raises(StaleClaim):
        await store.journal.commit(Settle(a_claim(), Returned(), Progress(), store.now_us))

    assert await store.state(run_id(1)) == "ready"


async def test_a_worker_that_nobody_knows_keeps_no_run(store: Store) -> None:
    """It died between its first claim and its first beat, or was forgotten while it slept."""
    ghost = WorkerId("wrk_ghost")
    await store.ingest(1, 2)
    await store.journal.commit(Claim(ghost, 1, {"post_invoice": 1}, store.now_us))

    swept = await store.journal.commit(Sweep(store.now_us, store.now_us - 1))

    assert swept.rescued == 1
    assert len(await store.claim()) == 2


async def test_a_sweep_is_bounded_and_goes_on_until_nothing_is_left(store: Store) -> None:
    await store.ingest(*range(1, 8), worker=ALICE)
    sweep = await silence(store)
    bite = Sweep(sweep.now_us, sweep.silent_since_us, limit=3)

    rescued = [(await store.journal.commit(bite)).rescued for _ in range(4)]

    assert rescued == [3, 3, 1, 0]


async def test_a_silent_worker_is_forgotten_once_it_holds_nothing(store: Store) -> None:
    await store.ingest(1, 2, worker=ALICE)
    sweep = await silence(store)
    bite = Sweep(sweep.now_us, sweep.silent_since_us, limit=1)

    await store.journal.commit(bite)
    after_one = await store.views.read(v.ListWorkers())
    await store.journal.commit(bite)
    after_two = await store.views.read(v.ListWorkers())

    assert {worker.id for worker in after_one} == {ALICE, BOB}
    assert {worker.id for worker in after_two} == {BOB}


async def test_a_beat_says_since_when_and_about_whom(store: Store) -> None:
    cora = WorkerId("wrk_cora")
    said = ("host pid 7", "1.2.3", "worker,console", "host", 7)
    await store.journal.commit(Beat(cora, 5, *said))
    await store.journal.commit(Beat(cora, 9, *said))

    (worker,) = (w for w in await store.views.read(v.ListWorkers()) if w.id == cora)

    assert worker == WorkerRow(cora, 9, 5, *said, runs=0)


async def test_a_beat_says_how_far_a_clock_is_off_and_how_long_to_wait(store: Store) -> None:
    cora = WorkerId("wrk_cora")
    await store.journal.commit(Beat(cora, 60, started_us=60))
    await store.journal.commit(Beat(cora, 9, started_us=7, ahead_us=-50, silent_us=4_000_000))

    worker = await worker_of(store, cora)

    assert (worker.beat_us, worker.started_us) == (9, 7)
    assert (worker.ahead_us, worker.silent_us, worker.stopped_us) == (-50, 4_000_000, None)


async def test_a_worker_that_leaves_is_forgotten_and_may_say_so_again(store: Store) -> None:
    await store.beat(ALICE)
    await store.beat(BOB)

    left = [(await store.journal.commit(EndPresence(ALICE, store.now_us))).count for _ in range(2)]

    assert left == [1, 0]
    assert [row.id for row in await store.views.read(v.ListWorkers())] == [BOB]


async def test_a_worker_that_leaves_gives_up_nothing_that_is_claimed(store: Store) -> None:
    await store.beat(ALICE)
    await store.ingest(1, worker=ALICE)
    (held,) = (await store.views.read(v.ListRuns(state="running"))).rows

    first, again = store.now_us, store.now_us + SECOND_US
    counts = [
        (await store.journal.commit(EndPresence(ALICE, at_us))).count for at_us in (first, again)
    ]

    assert counts == [0, 0]
    worker = await worker_of(store, ALICE)
    assert (worker.runs, worker.stopped_us) == (1, first)
    assert (await store.run(held.id)).state == "running"
    sweep = await silence(store)
    assert (await store.journal.commit(sweep)).rescued == 1
    assert [row.id for row in await store.views.read(v.ListWorkers())] == [BOB]


async def test_a_worker_that_was_called_stopped_and_beats_is_at_work(store: Store) -> None:
    await store.beat(ALICE)
    await store.ingest(1, worker=ALICE)
    await store.journal.commit(EndPresence(ALICE, store.now_us))

    await store.beat(ALICE)

    assert (await worker_of(store, ALICE)).stopped_us is None


async def worker_of(store: Store, worker: WorkerId) -> WorkerRow:
    (found,) = (row for row in await store.views.read(v.ListWorkers()) if row.id == worker)
    return found


async def test_a_beat_is_answered_with_the_time_of_the_store(store: Store) -> None:
    """A database has a clock of its own; a file is used by one process and has none."""
    clock = SystemClock()
    before_us = clock.now_us()
    beaten = await store.journal.commit(Beat(ALICE, before_us))

    # Another machine's clock may be a second off; nobody's is an hour.
    assert abs(beaten.store_us - before_us) < 3_600_000_000


async def test_the_list_of_workers_says_how_many_runs_each_holds(store: Store) -> None:
    await store.beat(ALICE)
    await store.beat(BOB)
    await store.ingest(1, 2, 3, worker=ALICE)
    await store.ingest(4, worker=BOB)
    await store.ingest(5)

    rows = await store.views.read(v.ListWorkers())

    assert {row.id: row.runs for row in rows} == {ALICE: 3, BOB: 1}


# --- duties ---------------------------------------------------------------------------------------


async def take(store: Store, worker: WorkerId, until_us: int, name: str = "sweep") -> int:
    counted = await store.journal.commit(TakeLeaderLease(name, worker, store.now_us, until_us))
    return counted.count


async def test_a_duty_is_one_workers_until_its_time_is_up(store: Store) -> None:
    until_us = store.now_us + 10

    assert [await take(store, who, until_us) for who in (ALICE, BOB, ALICE)] == [1, 0, 1]
    store.now_us += 9
    assert await take(store, BOB, store.now_us + 10) == 0
    store.now_us += 1
    assert await take(store, BOB, store.now_us + 10) == 1
    assert await take(store, ALICE, store.now_us + 10) == 0


async def test_a_duty_that_is_kept_up_does_not_pass_on(store: Store) -> None:
    for _ in range(5):
        assert await take(store, ALICE, store.now_us + 10) == 1
        store.now_us += 9
        assert await take(store, BOB, store.now_us + 10) == 0


async def test_a_duty_that_is_given_away_is_free_at_once(store: Store) -> None:
    assert await take(store, ALICE, store.now_us + 10) == 1
    assert await take(store, ALICE, store.now_us) == 1

    assert await take(store, BOB, store.now_us + 10) == 1


async def test_duties_are_apart(store: Store) -> None:
    assert await take(store, ALICE, store.now_us + 10, "one") == 1
    assert await take(store, BOB, store.now_us + 10, "two") == 1


# --- deadlines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outcome",
    [None, RetryAt(2**50, "x"), Waiting(None, BOOKS, "x")],
    ids=["running", "retrying", "waiting"],
)
async def test_a_run_past_its_deadline_dies_whatever_it_is_doing(
    store: Store, outcome: Outcome | None
) -> None:
    await store.ingest(1, deadline_us=store.now_us + 10)
    run = await store.claim_one()
    if outcome is not None:
        await store.settle(run, outcome)

    early = await store.journal.commit(Sweep(store.now_us + 9, 0))
    late = await store.journal.commit(Sweep(store.now_us + 10, 0))

    assert (early.expired, late.expired) == ((), (run_id(1),))
    dead = (await store.detail(run_id(1))).dead
    assert dead is not None
    assert (dead.kind, dead.reason) == ("deadline", "the run's deadline passed")
    with pytest.raises(StaleClaim):
        await store.journal.commit(Remember(run.claim, Progress(emitted=(an_admission(9),))))


async def test_a_run_that_nobody_claimed_dies_at_its_deadline_too(store: Store) -> None:
    await store.ingest(1, deadline_us=store.now_us)
    await store.ingest(2)

    swept = await store.journal.commit(Sweep(store.now_us, 0))

    assert swept.expired == (run_id(1),)
    assert [run.id for run in await store.claim()] == [run_id(2)]


async def test_a_held_run_outlives_its_deadline_and_then_has_none(store: Store) -> None:
    await store.ingest(1, deadline_us=store.now_us + 10)
    await store.settle(await store.claim_one(), Held("a person"))
    store.now_us += 20

    held = await store.journal.commit(Sweep(store.now_us, 0))
    await store.journal.commit(ResolveHeld(run_id(1), "retry", by()))
    resolved = await store.journal.commit(Sweep(store.now_us, 0))

    assert (held.expired, resolved.expired) == ((), ())
    assert (await store.claim_one()).deadline_us is None


# --- schedules ------------------------------------------------------------------------------------

DAILY = KeepSchedule("daily", "0 6 * * *", "UTC", next_us=1_000, now_us=0)


def a_firing(number: int, *, expected_us: int = 1_000, missed: int = 0) -> Fire:
    return Fire("daily", expected_us, expected_us + 1_000, missed, (an_admission(number),), 1_500)


async def test_a_new_schedule_is_due_at_its_next_time(store: Store) -> None:
    row = await store.journal.commit(DAILY)

    assert row == ScheduleRow("daily", "0 6 * * *", "UTC", 1_000, None, 0)


async def test_a_schedule_that_is_registered_again_keeps_its_history(store: Store) -> None:
    await store.journal.commit(DAILY)
    await store.journal.commit(a_firing(1, missed=2))

    row = await store.journal.commit(KeepSchedule("daily", "0 6 * * *", "UTC", 77_000, 1_600))

    assert row == ScheduleRow("daily", "0 6 * * *", "UTC", 2_000, 1_500, 2)


@pytest.mark.parametrize(("cron", "zone"), [("0 7 * * *", "UTC"), ("0 6 * * *", "Europe/Oslo")])
async def test_a_schedule_that_changed_starts_afresh(store: Store, cron: str, zone: str) -> None:
    await store.journal.commit(DAILY)
    await store.journal.commit(a_firing(1, missed=2))

    kept = await store.journal.commit(KeepSchedule("daily", cron, zone, 77_000, 1_600))
    changed = await store.journal.commit(
        KeepSchedule("daily", cron, zone, 77_000, 1_600, changes=True)
    )

    assert kept == ScheduleRow("daily", "0 6 * * *", "UTC", 2_000, 1_500, 2)
    assert changed == ScheduleRow("daily", cron, zone, 77_000, None, 0)


async def test_a_due_time_fires_once_whoever_tries(store: Store) -> None:
    await store.journal.commit(DAILY)

    answers = await asyncio.gather(*(store.journal.commit(a_firing(n)) for n in range(1, 6)))

    assert [answer.fresh for answer in answers].count(True) == 1
    assert len(await store.claim()) == 1


async def test_a_firing_stores_its_event_and_run_with_the_move(store: Store) -> None:
    await store.journal.commit(DAILY)

    fired = await store.journal.commit(a_firing(1))

    assert (fired.event_id, fired.fresh, fired.queued) == (event_id(1), True, 1)
    (row,) = await store.views.read(ListSchedules())
    assert (row.next_us, row.last_us) == (2_000, 1_500)


async def test_a_firing_that_is_skipped_only_moves_the_time_on(store: Store) -> None:
    await store.journal.commit(DAILY)

    fired = await store.journal.commit(Fire("daily", 1_000, 9_000, 8, (), 8_500))

    assert fired == Ingested(fired.event_id, fresh=False)
    (row,) = await store.views.read(ListSchedules())
    assert (row.next_us, row.missed) == (9_000, 8)
    assert await store.claim() == []


async def test_a_schedule_that_nobody_registered_does_not_fire(store: Store) -> None:
    fired = await store.journal.commit(a_firing(1))

    assert not fired.fresh
    assert await store.claim() == []


async def test_a_sweep_and_deliveries_in_one_batch_leave_each_other_alone(store: Store) -> None:
    await store.ingest(1, worker=ALICE)
    sweep = await silence(store)

    sweeping = asyncio.ensure_future(store.journal.commit(sweep))
    await asyncio.gather(
        *(store.journal.commit(an_ingest(n, worker=BOB)) for n in range(2, 9)),
    )

    assert (await sweeping).rescued == 1
    assert [run.id for run in await store.claim(BOB)] == [run_id(1)]


async def test_a_heartbeat_is_told_a_time_that_does_not_go_back(store: Store) -> None:
    told = [(await store.journal.commit(Beat(ALICE, store.now_us))).store_us for _ in range(3)]

    assert told == sorted(told)
    assert told[0] >= START_US


async def test_what_waits_for_a_time_of_a_clock_that_was_put_back_waits_by_the_new_one(
    store: Store,
) -> None:
    await store.ingest(1, 2, 3)
    first, second, third = await store.claim()
    ahead_us = store.now_us + 3600 * SECOND_US
    store.now_us = ahead_us
    await store.settle(first, Waiting(ahead_us + 60 * SECOND_US, None, "sleeps"))
    await store.settle(second, RetryAt(ahead_us + 90 * SECOND_US, "x"))
    store.now_us = ahead_us - 3600 * SECOND_US
    await store.settle(third, RetryAt(ahead_us, "x"))

    counts = [(await store.journal.commit(SetTimes(store.now_us, limit=1))).count for _ in range(3)]

    due = [(await store.views.read(v.ShowRun(one.id))).run.due_us for one in (first, second, third)]
    assert counts == [1, 1, 0]
    assert due == [store.now_us + 60 * SECOND_US, store.now_us + 90 * SECOND_US, ahead_us]
