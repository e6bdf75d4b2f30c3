"""What every backend promises about one decision for many runs."""

import pytest
from tests.makers import by, run_id
from tests.stores import Store

from tieline.model.base.errors import Conflict
from tieline.model.base.ids import RunId
from tieline.model.commands import DecideMany, DiscardDead
from tieline.model.runs.run import ClaimedRun, Dead, Held, Outcome, Returned

DEAD, HELD = Dead("x", "no"), Held("a doubt")


async def ended(store: Store, *ends: Outcome) -> list[ClaimedRun]:
    await store.ingest(*range(1, len(ends) + 1))
    runs = await store.claim()
    for run, end in zip(runs, ends, strict=True):
        await store.settle(run, end)
    return runs


@pytest.mark.parametrize(
    ("end", "action", "state"),
    [
        (DEAD, "retry", "ready"),
        (DEAD, "discard", "dead"),
        (HELD, "resolve-retry", "ready"),
        (HELD, "resolve-give-up", "cancelled"),
        (HELD, "cancel", "cancelled"),
    ],
)
async def test_one_decision_is_carried_out_for_each_with_its_own_audit_line(
    store: Store, end: Outcome, action: str, state: str
) -> None:
    runs = await ended(store, end, end, end)
    ids = tuple(run.id for run in runs)

    decided = await store.journal.commit(DecideMany(action, (ids[1], ids[0]), by("the same")))

    assert (decided.done, decided.refused) == ((ids[0], ids[1]), ())
    shown = [await store.detail(id_) for id_ in ids]
    assert [detail.run.state for detail in shown][:2] == [state, state]
    assert shown[2].run.state == type(end).__name__.lower()
    assert [[line.reason for line in detail.audit] for detail in shown] == [
        ["the same"], ["the same"], [],
    ]  # fmt: skip


async def test_what_the_decision_does_not_fit_is_left_alone_and_named(store: Store) -> None:
    dead, done, decided = await ended(store, DEAD, Returned(), DEAD)
    await store.journal.commit(DiscardDead(decided.id, by()))
    unknown = run_id(99)

    answer = await store.journal.commit(
        DecideMany("retry", (dead.id, done.id, decided.id, unknown, dead.id), by())
    )

    assert answer.done == (dead.id,)
    words = dict(answer.refused)
    assert set(words) == {done.id, decided.id, unknown}
    assert "only a dead run" in words[done.id]
    assert "already decided" in words[decided.id]
    assert unknown in words[unknown]


async def test_too_many_or_an_unknown_action_is_refused_whole(store: Store) -> None:
    [dead] = await ended(store, DEAD)
    with pytest.raises(Conflict, match="'burn' is not one of retry, discard"):
        await store.journal.commit(DecideMany("burn", (dead.id,), by()))
    many = tuple(RunId(f"run_{number}") for number in range(201))
    with pytest.raises(Conflict, match="at most 200"):
        await store.journal.commit(DecideMany("retry", (dead.id, *many), by()))

    assert (await store.detail(dead.id)).run.state == "dead"
