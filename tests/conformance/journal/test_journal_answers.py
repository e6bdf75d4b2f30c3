"""Answers: what a commit returns is what the type of its command says, to mypy and at run time."""

from collections.abc import Callable
from typing import Any, assert_type, get_args

import pytest
from tests.makers import ALICE, FLOW, START_US, a_receipt, an_ingest, by, run_id
from tests.stores import Store

from tieline.features.schedules.model import Fire, KeepSchedule
from tieline.model import commands as c
from tieline.model.command import Command, OperatorCommand, name_of
from tieline.model.fleet.limits import LeasedQuotas, LeaseQuotas
from tieline.model.people.kept_answer import KeyTaken, TakeKey
from tieline.model.runs.run import Returned
from tieline.ports.journal import Journal

ROOM = {FLOW: 5}
DAILY = KeepSchedule("daily", "0 6 * * *", "UTC", next_us=1_000, now_us=0)

COMMANDS: list[Callable[[], Command[Any]]] = [
    an_ingest,
    lambda: c.KeepReceipt(a_receipt()),
    lambda: c.Claim(ALICE, 5, ROOM, START_US),
    lambda: c.Promote(START_US),
    lambda: c.Sweep(START_US, START_US - 1),
    lambda: c.Beat(ALICE, START_US),
    lambda: LeaseQuotas(ALICE, ()),
    lambda: DAILY,
    lambda: Fire("daily", 1_000, 2_000, 0, (), 1_500),
    lambda: c.DecideMany("retry", (run_id(1),), by()),
    lambda: c.CloseDeliveries((), by()),
    lambda: TakeKey("ann", "k1", "f", START_US, 0, 0),
    lambda: c.Pause("flow", "books", by()),
]


@pytest.mark.parametrize("make", COMMANDS, ids=lambda make: name_of(type(make())))
async def test_a_commit_returns_what_its_command_says(
    store: Store, make: Callable[[], Command[Any]]
) -> None:
    await store.journal.commit(DAILY)
    command = make()
    (base,) = type(command).__orig_bases__  # type: ignore[attr-defined]

    answer = await store.journal.commit(command)

    assert [type(answer)] == list(get_args(base))


async def test_the_type_checker_knows_the_answer(store: Store) -> None:
    await store.ingest(1)

    claimed = assert_type(await store.journal.commit(c.Claim(ALICE, 5, ROOM, START_US)), c.Claimed)
    (run,) = claimed.runs
    settle = c.Settle(run.claim, Returned(), c.Progress(), START_US)
    assert_type(await store.journal.commit(settle), c.Settled)
    assert_type(await store.journal.commit(LeaseQuotas(ALICE, ())), LeasedQuotas)
    assert_type(await store.journal.commit(TakeKey("ann", "k", "f", START_US, 0, 0)), KeyTaken)
    assert_type(await store.journal.commit(c.DecideMany("retry", (), by())), c.Decided)
    assert_type(await store.journal.commit(c.Resume("flow", "books", by())), c.Counted)


async def order(journal: Journal, command: OperatorCommand[c.Counted]) -> int:
    """A command of any kind keeps its answer's type; what the engine does is not to be ordered."""
    return assert_type(await journal.commit(command), c.Counted).count


async def test_the_type_checker_knows_who_may_order_what(store: Store) -> None:
    assert await order(store.journal, c.Pause("flow", "books", by())) == 1
    assert await order(store.journal, c.Promote(START_US)) == 0  # type: ignore[arg-type]


async def test_the_type_checker_refuses_another_answer(store: Store) -> None:
    other: c.Claimed = await store.journal.commit(c.Promote(START_US))  # type: ignore[arg-type]

    assert isinstance(other, c.Promoted)
