"""Lost claims: a run that takes its workers with it is held, and others are not held for it."""

from tests.makers import ALICE, BOB, FLOW, SECOND_US, a_step, by, run_id
from tests.stores import Store

from tieline.model.commands import Claim, Progress, Promote, Remember, ResolveHeld, Sweep, Swept
from tieline.model.runs.run import ClaimedRun, RetryAt
from tieline.model.views import views as v

RUN = run_id(1)


async def lose(store: Store) -> Swept:
    """Whatever is at work loses its worker."""
    store.now_us += 60 * SECOND_US
    await store.beat(BOB)
    return await store.journal.commit(Sweep(store.now_us, store.now_us - 30 * SECOND_US))


async def claimed_and_lost(store: Store, times: int) -> Swept:
    """The last of so many sweeps, each after an execution that ended with its process."""
    swept = Swept(0, ())
    for _ in range(times):
        await store.beat(ALICE)
        await store.claim()
        swept = await lose(store)
    return swept


async def test_a_run_that_takes_four_workers_with_it_is_held_and_says_why(store: Store) -> None:
    await store.ingest(1)

    assert (await claimed_and_lost(store, 3)).held == ()
    swept = await claimed_and_lost(store, 1)

    run = await store.run(RUN)
    assert (swept.rescued, [(one, flow) for one, flow, _ in swept.held]) == (1, [(RUN, FLOW)])
    assert run.state == "held"
    assert (run.reason or "").startswith("4 executions in a row ended with their process")
    assert await store.claim() == []
    detail = await store.views.read(v.ShowRun(RUN))
    assert len(detail.issues) == 1


async def test_once_it_is_resolved_it_is_counted_anew(store: Store) -> None:
    await store.ingest(1)
    await claimed_and_lost(store, 4)
    await store.journal.commit(ResolveHeld(RUN, "retry", by()))

    assert (await claimed_and_lost(store, 3)).held == ()
    assert await store.state(RUN) == "ready"


async def test_an_execution_that_came_to_an_end_ends_the_row(store: Store) -> None:
    await store.ingest(1)
    await claimed_and_lost(store, 3)
    await store.settle(await store.claim_one(), RetryAt(store.now_us + 1, "again"))
    store.now_us += 2
    await store.journal.commit(Promote(store.now_us))

    assert (await claimed_and_lost(store, 3)).held == ()


async def test_a_run_that_remembers_something_new_goes_on_whatever_becomes_of_its_workers(
    store: Store,
) -> None:
    await store.ingest(1)
    for number in range(6):
        await store.beat(ALICE)
        run = await store.claim_one()
        store.now_us += 5
        step = a_step(RUN, f"step {number}", started_us=store.now_us, effect_key=None)
        await store.journal.commit(Remember(run.claim, Progress((step,))))
        assert (await lose(store)).held == ()

    assert await store.state(RUN) == "ready"


def _ids(runs: tuple[ClaimedRun, ...]) -> list[tuple[str, int]]:
    return [(run.id, run.lost) for run in runs]


async def test_runs_at_their_last_chance_are_given_one_at_a_time_and_others_beside_them(
    store: Store,
) -> None:
    await store.ingest(1, 2)
    await claimed_and_lost(store, 2)
    await store.claim(limit=1)
    await lose(store)
    await store.ingest(3)
    await store.beat(ALICE)

    full = await store.journal.commit(Claim(ALICE, 9, {FLOW: 9}, store.now_us, trials=0))
    assert (_ids(full.runs), full.more) == ([(run_id(3), 0)], True)
    alone = await store.journal.commit(Claim(ALICE, 9, {FLOW: 9}, store.now_us))
    assert (_ids(alone.runs), alone.more) == ([(RUN, 3)], True)
    rest = await store.journal.commit(Claim(ALICE, 9, {FLOW: 9}, store.now_us))
    assert (_ids(rest.runs), rest.more) == ([(run_id(2), 2)], False)
