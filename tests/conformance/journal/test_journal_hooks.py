"""What every backend of the journal promises features: they take part in the engine's commits."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.makers import FLOW, SECOND_US, START_US, a_delivery, a_receipt, an_ingest, by, run_id
from tests.stores import BACKENDS, Store

from tieline.adapters.sql.catalogue import Catalogue
from tieline.adapters.sql.hooks import NO_HOOKS, CommitHooks, Failed, IssueHook, merged
from tieline.adapters.sql.statement import Steps, do
from tieline.compose.features import FEATURES, catalogue
from tieline.features.issues.feature import ISSUES
from tieline.features.manifest import Feature
from tieline.model.base.ids import IssueId
from tieline.model.commands import Ingest, KeepReceipt, Purge, RetryDead, Settle, Sweep
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.runs.run import Dead, RetryAt, Returned
from tieline.model.views.views import ListDead, ListRuns, ShowRun

ONE = IssueId("iss_1")
OTHERS = tuple(feature for feature in FEATURES if feature is not ISSUES)


@dataclass(slots=True)
class Scribe:
    """Writes down what it is given; its rows are marks of the store."""

    told: list[str] = field(default_factory=list)
    breaks: bool = False

    def note(self, words: str) -> Steps[None]:
        self.told.append(words)
        yield from do("mark_set", name=words[:200], reached="1")
        if self.breaks:
            raise RuntimeError(words)

    def ingested(self, receipts: Sequence[Receipt]) -> Steps[None]:
        yield from self.note(f"ingest {' '.join(receipt.verdict for receipt in receipts)}")

    def settled(self, settles: Sequence[Settle]) -> Steps[None]:
        yield from self.note(f"settle {' '.join(one.claim.run_id for one in settles)}")

    def forgot(self, runs: Sequence[tuple[str, str]]) -> Steps[None]:
        yield from self.note(f"forget {len(runs)}")

    def purged(self, command: Purge) -> Steps[None]:
        yield from self.note(f"purge {command.limit}")

    def group(self, failed: Sequence[Failed]) -> Steps[Sequence[Failed]]:
        yield from self.note(f"group {' '.join(one.failure.kind for one in failed)}")
        return [replace(one, issue=ONE) for one in failed]

    def count(self, failed: Sequence[Failed]) -> Steps[None]:
        yield from self.note(f"count {' '.join(str(one.issue) for one in failed)}")

    @property
    def hooks(self) -> CommitHooks:
        return CommitHooks(
            in_ingest=(self.ingested,),
            in_settle=(self.settled,),
            in_forget=(self.forgot,),
            in_purge=(self.purged,),
            grouping=IssueHook(self.group, self.count),
        )


async def opened(
    request: pytest.FixtureRequest, folder: Path, made: Catalogue
) -> AsyncIterator[Store]:
    store: Store = await request.param(folder, made)
    yield store
    oddities = await store.oddities()
    await store.close()
    assert oddities == []


@pytest.fixture
def scribe() -> Scribe:
    return Scribe()


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__)
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, scribe: Scribe
) -> AsyncIterator[Store]:
    """A store with a feature that takes part, instead of issues."""
    feature = Feature("scribe", "Writes all down.", commit_hooks=scribe.hooks)
    async for one in opened(request, tmp_path, catalogue((*OTHERS, feature))):
        yield one


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__)
async def bare(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A store without the feature that groups failures."""
    async for one in opened(request, tmp_path, catalogue(OTHERS)):
        yield one


async def test_receipts_are_shown_in_the_commit_that_stores_them(
    store: Store, scribe: Scribe
) -> None:
    await store.ingest(1)
    first = a_delivery(2)
    again = Ingest(first.admissions, a_receipt(4, event_id=first.admissions[0].event.id))
    await store.journal.commit(first)
    await store.journal.commit(again)
    refused = a_receipt(3, verdict=Verdict.REFUSED, status=401)
    await store.journal.commit(KeepReceipt(refused))

    assert scribe.told == ["ingest accepted", "ingest duplicate", "ingest refused"]


async def test_ends_are_shown_once_they_are_stored_and_failures_before_and_after(
    store: Store, scribe: Scribe
) -> None:
    await store.ingest(1, 2)
    well, ill = await store.claim()
    scribe.told.clear()

    await store.settle(well, Returned())
    await store.settle(ill, Dead("bug", "it broke"))

    assert scribe.told == [
        f"settle {well.id}", "group bug", f"count {ONE}", f"settle {ill.id}",
    ]  # fmt: skip
    [died] = (await store.views.read(ListDead())).rows
    assert (died.run_id, died.issue) == (ill.id, ONE)


async def test_what_a_hook_raises_leaves_nothing_of_the_commit(
    store: Store, scribe: Scribe
) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    scribe.breaks = True

    with pytest.raises(RuntimeError, match="settle run_"):
        await store.settle(run, Returned())

    scribe.breaks = False
    assert (await store.views.read(ShowRun(run.id))).run.state == "running"
    await store.settle(run, Returned())
    assert (await store.views.read(ShowRun(run.id))).run.state == "done"


async def test_retention_lets_features_forget_in_the_same_bite(
    store: Store, scribe: Scribe
) -> None:
    await store.ingest(1)
    await store.settle(await store.claim_one(), Returned())
    scribe.told.clear()

    later = store.now_us + SECOND_US
    await store.journal.commit(Purge(later, later, later, limit=7))

    assert scribe.told == ["forget 1", "purge 7"]
    assert (await store.views.read(ListRuns())).rows == ()


async def test_without_a_feature_that_groups_them_runs_fail_and_end_all_the_same(
    bare: Store,
) -> None:
    await bare.ingest(1, 2)
    again, ill = await bare.claim()
    await bare.settle(again, RetryAt(bare.now_us + SECOND_US, "busy"))
    await bare.settle(ill, Dead("bug", "it broke"))
    await bare.journal.commit(KeepReceipt(a_receipt(9, verdict=Verdict.REFUSED, status=401)))

    [died] = (await bare.views.read(ListDead())).rows

    assert (died.run_id, died.kind, died.issue) == (ill.id, "bug", None)
    assert (await bare.views.read(ShowRun(ill.id))).issues == ()
    await bare.journal.commit(RetryDead(ill.id, by()))
    await bare.settle(await bare.claim_one(), Returned())
    await bare.journal.commit(Purge(START_US, START_US, START_US))


async def test_without_it_a_run_past_its_deadline_ends_all_the_same(bare: Store) -> None:
    await bare.journal.commit(an_ingest(1, deadline_us=START_US + 1))

    swept = await bare.journal.commit(Sweep(START_US + SECOND_US, 0))

    [died] = (await bare.views.read(ListDead())).rows
    assert swept.expired == (run_id(1),)
    assert (died.kind, died.issue, died.flow) == ("deadline", None, FLOW)


def test_one_feature_may_group_failures_and_not_two() -> None:
    one = Scribe().hooks

    assert merged([NO_HOOKS, one]) == one
    with pytest.raises(ValueError, match="2 features"):
        merged([one, Scribe().hooks])
