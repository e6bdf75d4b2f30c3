"""Matching: which remembered step a use is, whatever a release put before it."""

from typing import Any

import pytest
from tests.makers import a_step

from tieline.model.calls.call import Effect
from tieline.model.calls.policy import Drift
from tieline.model.runs.run import StepRecord, StepState
from tieline.rules.runs.matching import ANY, StepMatch, another, base_of, family, match, number_of
from tieline.rules.runs.recall import StepDecision, recall

NEW, SURE, PERHAPS = (True, True), (True, True), (False, True)
ELSEWHERE = (False, False)
A, B, C = "a" * 32, "b" * 32, "c" * 32
LETTERS = {"a": A, "b": B, "c": C, "*": ANY}


def one(text: str) -> StepRecord:
    """``#1 done a``: key, standing, arguments."""
    key, standing, letter = text.split()
    state, result, finished = {
        "done": (StepState.DONE, b"1", 5),
        "refused": (StepState.REFUSED, b"1", 5),
        "intent": (StepState.INTENT, None, 5),
        "asked": (StepState.INTENT, b"1", None),
        "open": (StepState.FAILED, None, 5),
        "failed": (StepState.FAILED, None, None),
        "reopened": (StepState.FAILED, b"1", None),
    }[standing]
    changes: dict[str, Any] = {"state": state, "result": result, "finished_us": finished}
    return a_step("run_1", key=key, fingerprint=LETTERS[letter], **changes)


FOLLOWER = another("#1", B, ())


@pytest.mark.parametrize(
    ("remembered", "taken", "place", "wanted", "key", "how"),
    [
        # the same arguments, wherever they stand now
        (["#1 done a"], [], "#1", "a", "#1", SURE),
        (["#1 done a", "#2 done b"], [], "#1", "b", "#2", SURE),
        (["#1 done a", "#2 done a"], [], "#2", "a", "#2", SURE),
        (["#1 done a", "#2 done a"], ["#2"], "#3", "a", "#1", SURE),
        (["#1 done a", f"{FOLLOWER} refused b"], [], "#1", "b", FOLLOWER, SURE),
        # what a person declared done is whatever is asked for
        (["#1 done a", "#2 done *"], [], "#1", "b", "#2", SURE),
        (["#1 done a", "#2 done *"], [], "#1", "a", "#1", SURE),
        # what may have been made is found whatever its arguments are
        (["#1 done a", "#2 open b"], [], "#1", "c", "#2", SURE),
        (["#1 done a", "#2 intent b"], [], "#1", "c", "#2", SURE),
        (["#1 refused a", f"{FOLLOWER} open b"], [], "#1", "c", FOLLOWER, SURE),
        (["#1 open a", "#2 failed b"], [], "#2", "c", "#1", SURE),
        # what is to be tried again
        (["#1 done a", "#2 failed b"], [], "#1", "c", "#2", SURE),
        (["#1 reopened a"], [], "#1", "b", "#1", SURE),
        (["#1 reopened a", f"{FOLLOWER} failed b"], [], "#1", "c", FOLLOWER, SURE),
        # what ended: its place first, and nobody is sure
        (["#1 done a"], [], "#1", "b", "#1", PERHAPS),
        (["#1 done a", "#2 done b"], [], "#2", "c", "#2", PERHAPS),
        (["#1 done a", "#2 done b"], ["#2"], "#2", "c", "#1", ELSEWHERE),
        # what was given up for another: that one stands
        (["#1 refused a", f"{FOLLOWER} done b"], [], "#1", "c", FOLLOWER, PERHAPS),
        (["#1 reopened a", f"{FOLLOWER} done b"], [], "#1", "c", FOLLOWER, PERHAPS),
        (["#1 refused a", f"{FOLLOWER} done b"], [], "#2", "c", FOLLOWER, ELSEWHERE),
        (["#1 refused a", f"{FOLLOWER} done b"], [FOLLOWER], "#2", "c", "#1", ELSEWHERE),
        (["#1 done a", f"{FOLLOWER} reopened b"], [], "#1", "c", FOLLOWER, SURE),
        # nobody has been asked to an end: the step itself is asked about again
        (["#1 done a", f"{FOLLOWER} asked b"], [], "#1", "c", "#1", PERHAPS),
        # new
        ([], [], "#1", "a", "#1", NEW),
        (["#1 done a"], ["#1"], "#2", "b", "#2", NEW),
        (["#1 done a", "#3 done c"], ["#1", "#3"], "#3", "b", "#2", NEW),
        (["#1 done a"], ["#1", "#2"], "#2", "b", "#3", NEW),
    ],
)
def test_what_a_use_is(
    remembered: list[str],
    taken: list[str],
    place: str,
    wanted: str,
    key: str,
    how: tuple[bool, bool],
) -> None:
    known = {step.key: step for step in map(one, remembered)}

    assert match(known, taken, place, LETTERS[wanted]) == StepMatch(key, *how)


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_whatever_is_put_in_between_every_remembered_step_is_found_once(
    order: list[str], before: int
) -> None:
    known = {step.key: step for step in map(one, ["#1 done a", "#2 done b"])}
    uses = [*order[:before], "c", *order[before:]]
    taken: set[str] = set()
    found: dict[str, str] = {}
    for number, letter in enumerate(uses, 1):
        met = match(known, taken, f"#{number}", LETTERS[letter])
        if met.is_sure:
            taken.add(met.key)
            found[letter] = met.key

    assert (found["a"], found["b"]) == ("#1", "#2")
    assert found.get("c") in {None, "#3"}


@pytest.mark.parametrize(
    ("known", "drift", "in_place", "decision"),
    [
        ("#1 done a", Drift.HOLD, True, StepDecision.DRIFT),
        ("#1 done a", Drift.KEEP, True, StepDecision.RETURN),
        ("#1 done a", Drift.KEEP, False, StepDecision.DRIFT),
        ("#1 done a", Drift.RERUN, False, StepDecision.ANEW),
        ("#1 done *", Drift.HOLD, True, StepDecision.RETURN),
        ("#1 refused a", Drift.HOLD, True, StepDecision.ANEW),
        ("#1 open a", Drift.RERUN, True, StepDecision.CHANGED),
        ("#1 failed a", Drift.HOLD, True, StepDecision.GO),
        ("#1 reopened a", Drift.HOLD, True, StepDecision.ANEW),
        ("#1 intent a", Drift.RERUN, True, StepDecision.DOUBT),
        ("#1 asked b", Drift.RERUN, True, StepDecision.DRIFT),
    ],
)
def test_what_other_arguments_mean(
    known: str, drift: Drift, in_place: bool, decision: StepDecision
) -> None:
    step = one(known)
    found = recall(step, fingerprint=B, effect=Effect.IDEMPOTENT, drift=drift, is_in_place=in_place)

    assert found.next is decision


def test_a_key_of_the_authors_is_never_taken_for_that_of_a_follower() -> None:
    follower = another("order", A, ())
    keys = ["order", "order~2", follower, another("order", A, [follower])]
    records = [a_step("run_1", key=key) for key in keys]

    assert list(family(records, "order")) == ["order", *keys[2:]]
    assert list(family(records, "order~2")) == ["order~2"]
    assert [base_of(key) for key in keys] == ["order", "order~2", "order", "order"]
    numbers = [number_of(key) for key in ("#12", another("#12", A, ()), "#", "#x", "12")]
    assert numbers == [12, 12, 0, 0, 0]
