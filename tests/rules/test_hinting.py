"""Hinting: which commands are worth a hint to other processes, and how hints are gathered."""

from typing import Any

import pytest
from tests.makers import ALICE, START_US, a_claim, an_ingest, run_id

from tieline.model import commands as c
from tieline.model.base.errors import Conflict
from tieline.model.base.ids import EventId
from tieline.model.command import Command
from tieline.model.fleet.hint import EVERYTHING, LOOK, NOTHING, Hint
from tieline.model.runs.run import RetryAt, Returned, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.rules.fleet.hinting import MOST_LOST, hint_of, merged
from tieline.rules.fleet.pace import BUSY_S, IDLE_S, jittered, next_rest

BY = c.By("ann", "why not", START_US)
BOOKS = waits_for_connection("books")
EVENT = EventId("evt_1")


def a_settle(outcome: object) -> c.Settle:
    return c.Settle(a_claim(), outcome, c.Progress(), START_US)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("command", "answer", "hint"),
    [
        (an_ingest(1), c.Ingested(EVENT, fresh=True, queued=1), LOOK),
        (an_ingest(1), c.Ingested(EVENT, fresh=True, claimed=(run_id(1),)), NOTHING),
        (a_settle(Returned()), c.Settled(), NOTHING),
        (a_settle(Returned()), c.Settled(woke=1), LOOK),
        (a_settle(RetryAt(9, "down")), c.Settled(), Hint(due_us=9)),
        (a_settle(RetryAt(9, "down")), c.Settled(woke=1), Hint(look=True, due_us=9)),
        (a_settle(Waiting(None, BOOKS, "shut")), c.Settled(), NOTHING),
        (c.Promote(START_US), c.Promoted(3, None), LOOK),
        (c.Promote(START_US), c.Promoted(0, 9), NOTHING),
        (c.Sweep(1, 1), c.Swept(0, ()), NOTHING),
        (c.Sweep(1, 1), c.Swept(1, ()), LOOK),
        (c.Sweep(1, 1), c.Swept(0, (), 1), LOOK),
        (c.Sweep(1, 1), c.Swept(0, (run_id(2),)), Hint(look=True, lost=(run_id(2),))),
        (c.WakeWaiting(BOOKS, 1), c.Counted(2), LOOK),
        (c.WakeWaiting(BOOKS, 1), c.Counted(0), NOTHING),
        (c.ReturnClaims((a_claim(),), 1), c.Counted(1), LOOK),
        (c.Beat(ALICE, 1), c.Counted(1), NOTHING),
        (c.Purge(1, 1, 1), c.Counted(1), NOTHING),
        (c.Pause("flow", "f", BY), c.Counted(1), Hint(look=True, pauses=True)),
        (c.Resume("flow", "f", BY), c.Counted(1), Hint(look=True, pauses=True)),
        (c.Cancel(run_id(1), BY), c.Counted(1), Hint(look=True, lost=(run_id(1),))),
        (c.RetryDead(run_id(1), BY), c.Counted(1), LOOK),
        (c.DiscardDead(run_id(1), BY), c.Counted(1), LOOK),
        (c.ResolveHeld(run_id(1), "retry", BY), c.Counted(1), LOOK),
        (c.DecideMany("retry", (run_id(1),), BY), c.Decided((run_id(1),), ()), LOOK),
        (c.DecideMany("retry", (run_id(1),), BY), c.Decided((), ((run_id(1), "no"),)), NOTHING),
        (
            c.DecideMany("cancel", (run_id(1),), BY),
            c.Decided((run_id(1),), ()),
            Hint(look=True, lost=(run_id(1),)),
        ),
        (c.RetryDead(run_id(1), BY), Conflict("is not dead"), NOTHING),
    ],
)
def test_a_command_is_worth_a_hint_when_others_may_have_something_to_do(
    command: Command[Any], answer: object, hint: Hint
) -> None:
    assert hint_of(command, answer) == hint


def test_gathered_hints_say_what_each_of_them_said() -> None:
    both = merged(Hint(look=True, due_us=9), Hint(due_us=5, pauses=True, lost=(run_id(1),)))

    assert both == Hint(look=True, due_us=5, pauses=True, lost=(run_id(1),))
    assert merged(NOTHING, both) == merged(both, NOTHING) == both
    assert not NOTHING
    assert EVERYTHING


def test_a_hint_names_a_bounded_number_of_runs() -> None:
    many = Hint(lost=tuple(run_id(n) for n in range(MOST_LOST)))

    assert len(merged(many, Hint(lost=(run_id(999),))).lost) == MOST_LOST


def test_looks_become_rarer_while_nothing_is_found_and_frequent_after_a_find() -> None:
    rests = [next_rest(0, found=True)]
    for _ in range(6):
        rests.append(next_rest(rests[-1], found=False))

    assert rests == [BUSY_S, 0.1, 0.2, 0.4, 0.8, IDLE_S, IDLE_S]
    assert next_rest(IDLE_S, found=True) == BUSY_S
    assert [jittered(1.0, chance) for chance in (0.0, 0.5, 1.0)] == [0.75, 1.0, 1.25]
