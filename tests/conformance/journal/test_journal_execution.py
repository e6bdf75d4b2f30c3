"""Execution: what claimed runs remember and how they end; a lost claim stores nothing."""

import asyncio

import pytest
from tests.makers import (
    ALICE,
    BOB,
    a_claim,
    a_step,
    an_admission,
    an_attempt,
    by,
    run_id,
)
from tests.stores import Store

from tieline.model.base.errors import StaleClaim
from tieline.model.calls.call import Effect
from tieline.model.commands import (
    Cancel,
    Progress,
    Remember,
    RetryDead,
    ReturnClaims,
    Settle,
    Sweep,
)
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import (
    ClaimedRun,
    Dead,
    Held,
    Outcome,
    RetryAt,
    Returned,
    StepState,
    Waiting,
)
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views import views as v

OUTCOMES: dict[str, Outcome] = {
    "done": Returned(),
    "retrying": RetryAt(2**50, "later"),
    "waiting": Waiting(None, waits_for_connection("books"), "it is down"),
    "held": Held("a person", ("books POST /entries", "#1")),
    "dead": Dead("bug", "it broke", "Traceback"),
}


# --- epochs ---------------------------------------------------------------------------------------


async def lost_claim(store: Store, how: str) -> ClaimedRun:
    """A claim that is no longer valid."""
    await store.ingest(1)
    run = await store.claim_one()
    if how == "settled":
        await store.settle(run, Returned())
    elif how == "given back":
        await store.journal.commit(ReturnClaims((run.claim,), store.now_us))
    elif how == "cancelled":
        await store.journal.commit(Cancel(run.id, by()))
    elif how == "taken by another worker":
        store.now_us += 60_000_000
        await store.beat(BOB)
        await store.journal.commit(Sweep(store.now_us, store.now_us - 1))
        await store.claim_one(BOB)
    elif how == "died at its deadline":
        await store.settle(run, RetryAt(store.now_us, "x"))
        await store.promote()
        run = await store.claim_one()
        await store.journal.commit(Sweep(store.now_us, store.now_us + 1))
    return run


LOST = ["settled", "given back", "cancelled", "taken by another worker", "died at its deadline"]


@pytest.mark.parametrize("how", LOST)
@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
async def test_a_settle_under_a_lost_claim_stores_nothing(
    store: Store, how: str, outcome: Outcome
) -> None:
    run = await lost_claim(store, how)
    before = await store.everything(), await store.detail(run.id)
    progress = everything_to_remember(run)

    with pytest.raises(StaleClaim) as caught:
        await store.settle(run, outcome, progress)

    assert (caught.value.run_id, caught.value.epoch) == (run.id, run.epoch)
    assert (await store.everything(), await store.detail(run.id)) == before


@pytest.mark.parametrize("how", LOST)
async def test_progress_under_a_lost_claim_stores_nothing(store: Store, how: str) -> None:
    run = await lost_claim(store, how)
    before = await store.everything(), await store.detail(run.id)

    with pytest.raises(StaleClaim):
        await store.journal.commit(Remember(run.claim, everything_to_remember(run)))

    assert (await store.everything(), await store.detail(run.id)) == before


def everything_to_remember(run: ClaimedRun) -> Progress:
    return Progress(
        steps=(a_step(run.id),),
        attempts=(an_attempt(run.id),),
        mentions=(Mention("order", "84219", run.event.id, run.id, 1),),
        emitted=(an_admission(99),),
    )


@pytest.mark.parametrize("epoch", [0, 2, 99])
async def test_an_epoch_that_was_never_given_out_is_refused(store: Store, epoch: int) -> None:
    await store.ingest(1, worker=ALICE)

    with pytest.raises(StaleClaim):
        await store.journal.commit(Remember(a_claim(1, epoch), Progress(steps=(a_step("x"),))))


async def test_a_claim_on_a_run_that_does_not_exist_is_stale(store: Store) -> None:
    with pytest.raises(StaleClaim):
        await store.journal.commit(Remember(a_claim(7), Progress(steps=(a_step(run_id(7)),))))


async def test_every_claim_raises_the_epoch_above_all_before(store: Store) -> None:
    await store.ingest(1)
    epochs = []
    for outcome in (RetryAt(store.now_us, "x"), Dead("bug", "x"), Dead("bug", "x")):
        run = await store.claim_one()
        epochs.append(run.epoch)
        await store.settle(run, outcome)
        if isinstance(outcome, Dead):
            await store.journal.commit(RetryDead(run.id, by()))
        await store.promote()
    epochs.append((await store.claim_one()).epoch)

    assert epochs == sorted(set(epochs))


async def test_a_run_given_back_is_ready_at_once_and_fenced(store: Store) -> None:
    await store.ingest(1, 2)
    runs = await store.claim()

    counted = await store.journal.commit(
        ReturnClaims(tuple(run.claim for run in [*runs, *runs]), store.now_us)
    )

    again = await store.claim(BOB)
    assert counted.count == 2
    assert [run.id for run in again] == [run.id for run in runs]
    assert all(new.epoch > old.epoch for new, old in zip(again, runs, strict=True))


async def test_giving_back_what_is_lost_does_nothing(store: Store) -> None:
    run = await lost_claim(store, "taken by another worker")

    counted = await store.journal.commit(ReturnClaims((run.claim,), store.now_us))

    assert counted.count == 0
    assert (await store.run(run.id)).worker == BOB


# --- progress and ends ----------------------------------------------------------------------------


async def test_what_a_run_remembers_is_kept_with_its_tries_names_and_events(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    progress = everything_to_remember(run)

    await store.journal.commit(Remember(run.claim, progress))

    detail = await store.detail(run.id)
    assert [step.name for step in detail.steps] == ["books POST /entries"]
    assert detail.attempts == progress.attempts
    assert detail.mentions == progress.mentions
    assert (await store.state(run_id(99))) == "ready"


async def test_a_settle_carries_progress_in_the_same_commit(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()

    settled = await store.settle(run, Returned(), everything_to_remember(run))

    assert settled.woke == 1
    assert len((await store.detail(run.id)).steps) == 1
    assert [each.id for each in await store.claim()] == [run_id(99)]


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
async def test_each_outcome_leads_to_its_state(store: Store, outcome: Outcome) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    store.now_us += 7

    await store.settle(run, outcome, Progress(steps=(a_step(run.id),)))

    row = await store.run(run.id)
    name = next(name for name, each in OUTCOMES.items() if each is outcome)
    assert (row.state, row.moved_us) == (name, store.now_us)
    assert row.reason == getattr(outcome, "reason", None)
    assert row.worker is None
    assert await store.claim() == []


async def test_a_dead_run_leaves_a_letter_with_reason_and_evidence(store: Store) -> None:
    await store.ingest(1)

    await store.settle(await store.claim_one(), Dead("bug", "it broke", "Traceback"))

    detail = await store.detail(run_id(1))
    assert detail.dead is not None
    assert (detail.dead.kind, detail.dead.reason, detail.evidence) == (
        "bug",
        "it broke",
        "Traceback",
    )
    assert detail.dead.resolution is None


async def test_only_counting_retries_use_up_the_runs_tries(store: Store) -> None:
    await store.ingest(1)
    for counts in (False, True, False, True):
        run = await store.claim_one()
        await store.settle(run, RetryAt(store.now_us, "x", counts))
        await store.promote()

    assert (await store.claim_one()).tries == 2


async def test_a_done_step_is_never_overwritten(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    first = a_step(run.id, result=b"first")
    await store.journal.commit(Remember(run.claim, Progress(steps=(first,))))

    for state in StepState:
        later = a_step(run.id, state=state, result=b"later", tries=9, fingerprint="other")
        await store.journal.commit(Remember(run.claim, Progress(steps=(later,))))

    await store.settle(run, RetryAt(store.now_us, "x"))
    await store.promote()
    assert (await store.claim_one()).steps == (first,)


async def test_a_read_is_read_again_only_if_it_is_said_so(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    read = a_step(run.id, "books GET /rate", effect=Effect.READ, effect_key=None)
    await store.journal.commit(Remember(run.claim, Progress(steps=(read,))))
    later = read._replace(result=b"later")
    await store.journal.commit(Remember(run.claim, Progress(steps=(later,))))
    await store.settle(run, RetryAt(store.now_us, "x"))
    await store.promote()
    run = await store.claim_one()
    assert run.steps == (read,)

    again = read._replace(state=StepState.FAILED, result=None, finished_us=None, tries=0)
    await store.settle(run, RetryAt(store.now_us, "x"), Progress(steps=(again,)))
    await store.promote()
    assert (await store.claim_one()).steps == (again,)


@pytest.mark.parametrize("state", [StepState.INTENT, StepState.FAILED, StepState.REFUSED])
async def test_a_step_that_is_not_done_is_replaced_by_what_is_known_later(
    store: Store, state: StepState
) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    before = a_step(run.id, state=state, result=None, finished_us=None)
    await store.journal.commit(Remember(run.claim, Progress(steps=(before,))))

    after = a_step(run.id, tries=2)
    await store.settle(run, RetryAt(store.now_us, "x"), Progress(steps=(after,)))

    await store.promote()
    assert (await store.claim_one()).steps == (after,)


async def test_the_same_step_twice_in_one_batch_keeps_what_was_said_last(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    intent = a_step(run.id, state=StepState.INTENT, result=None)
    done = a_step(run.id)

    await asyncio.gather(
        store.journal.commit(Remember(run.claim, Progress(steps=(intent,)))),
        store.settle(run, RetryAt(store.now_us, "x"), Progress(steps=(done,))),
    )

    await store.promote()
    assert [step.state for step in (await store.claim_one()).steps] == [StepState.DONE]


async def test_of_two_settles_in_one_batch_the_first_counts(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()

    first, second = await asyncio.gather(
        store.settle(run, Returned()),
        store.settle(run, RetryAt(2**50, "x"), Progress(steps=(a_step(run.id),))),
        return_exceptions=True,
    )

    assert not isinstance(first, BaseException)
    assert isinstance(second, StaleClaim)
    detail = await store.detail(run.id)
    assert (detail.run.state, detail.steps) == ("done", ())


async def test_progress_after_the_settle_of_its_batch_is_too_late(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()

    _, late = await asyncio.gather(
        store.settle(run, Returned()),
        store.journal.commit(Remember(run.claim, Progress(steps=(a_step(run.id),)))),
        return_exceptions=True,
    )

    assert isinstance(late, StaleClaim)
    assert (await store.detail(run.id)).steps == ()


async def test_a_stale_claim_does_not_harm_its_neighbours(store: Store) -> None:
    await store.ingest(*range(1, 11))
    runs = await store.claim()
    stale = runs[0].claim._replace(epoch=77)

    answers = await asyncio.gather(
        *(store.settle(run, Returned()) for run in runs[:5]),
        store.journal.commit(Settle(stale, Returned(), Progress(), store.now_us)),
        *(store.settle(run, Returned()) for run in runs[5:]),
        return_exceptions=True,
    )

    assert [isinstance(each, BaseException) for each in answers].count(True) == 1
    done = await store.views.read(v.ListRuns(state="done"))
    assert len(done.rows) == 10


async def test_progress_that_is_sent_again_stores_no_event_twice(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    command = Remember(run.claim, Progress(emitted=(an_admission(2),)))

    await store.journal.commit(command)
    await store.journal.commit(command)

    assert [each.id for each in await store.claim()] == [run_id(2)]


async def test_a_run_that_waits_for_nothing_is_refused(store: Store) -> None:
    """It would never go on, and nobody would see why."""
    await store.ingest(1)
    run = await store.claim_one()

    with pytest.raises(Exception, match=r"(?i)check"):
        await store.settle(run, Waiting(None, None, "for nothing"))

    assert await store.state(run.id) == "running"
