"""Plans: what changed between two, and that less made than planned is never done."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.plans.plan import LeftOut, Plan, PlanExample, PlannedAction, PlanWarning
from tieline.rules.plans.change import changed_since, changes, fingerprint
from tieline.rules.plans.count import MOST_NAMED, OTHERS, PlanCount
from tieline.rules.plans.end import GONE, PARTLY, added, alike, end_words, ending
from tieline.rules.plans.lines import lines, sentences
from tieline.rules.plans.stored import read_back, written

FORGOTTEN = "its payload has been forgotten (retention)"
PLAN = Plan(
    "replay",
    "type invoice.paid",
    "event",
    5,
    50,
    exact=True,
    does=(PlannedAction("new run of book", 47),),
    left_out=(LeftOut(FORGOTTEN, 3),),
    effects=9,
    fingerprint="a",
)
COUNTS = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.integers(0, 9))


# --- what changed since it was made -----------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (PLAN, ()),
        (replace(PLAN, at_us=9, warnings=(PlanWarning("slow"),)), ()),
        (
            replace(PLAN, found=51, does=(PlannedAction("new run of book", 48),), fingerprint="b"),
            ("finds 51 events, not 50", "new run of book: 48, not 47"),
        ),
        (
            replace(
                PLAN,
                does=(PlannedAction("new run of book", 40), PlannedAction("retry", 7)),
                fingerprint="b",
            ),
            ("new run of book: 40, not 47", "retry: 7, not 0"),
        ),
        (
            replace(PLAN, left_out=(), effects=8, fingerprint="b"),
            (f"left out: 0, not 3: {FORGOTTEN}", "effects that happened: 8, not 9"),
        ),
        (replace(PLAN, exact=False), ("finds at least 50 events, not 50",)),
        (replace(PLAN, fingerprint="b"), ("as many as before, but not the same events",)),
        (
            replace(PLAN, repeats_effects=True),
            ("it was a plan to replay, and this is one to replay, repeating side effects",),
        ),
        (replace(PLAN, action="retry"), ("it was a plan to replay, and this is one to retry",)),
    ],
)
def test_what_changed_is_said_in_words(now: Plan, told: tuple[str, ...]) -> None:
    assert changes(PLAN, now) == told


@given(COUNTS, COUNTS)
def test_two_plans_that_count_otherwise_are_never_the_same(
    before: dict[str, int], now: dict[str, int]
) -> None:
    first, second = _counted(before), _counted(now)

    same = {k: n for k, n in before.items() if n} == {k: n for k, n in now.items() if n}
    assert (changes(first, second) == ()) is same
    assert (changed_since(first.fingerprint, second) == ()) is same


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("50-47-3-9-00000000000000aa", ()),
        (
            "51-48-2-9-00000000000000ab",
            ("events found: 50, not 51", "would do: 47, not 48", "left out: 3, not 2"),
        ),
        ("50-47-3-8-00000000000000ab", ("effects that happened: 9, not 8",)),
        ("50-47-3-9-00000000000000ab", ("as many as before, but not the same events",)),
        ("anything", ("'anything' is no fingerprint of a plan",)),
    ],
)
def test_a_fingerprint_is_enough_to_say_what_changed(before: str, told: tuple[str, ...]) -> None:
    now = replace(PLAN, fingerprint=fingerprint(PLAN, "00000000000000aa"))

    assert now.fingerprint == "50-47-3-9-00000000000000aa"
    assert changed_since(before, now) == told


def test_a_plan_that_is_kept_comes_back_without_its_examples() -> None:
    example = PlanExample("evt_1", "x of y")
    plan = replace(
        PLAN,
        does=(PlannedAction("new run of book", 47, (example,), "book"),),
        warnings=(PlanWarning("slow", "run_1", 2),),
    )
    kept = replace(plan, does=(PlannedAction("new run of book", 47, (), "book"),))

    assert read_back(written(plan)) == kept
    assert read_back(written(plan).replace('"exact"', '"newer":1,"exact"')) == kept
    assert read_back(None) is None


def _counted(counts: dict[str, int]) -> Plan:
    count = PlanCount()
    for what in sorted(counts):
        for number in range(counts[what]):
            count.does(what, PlanExample(f"{what}{number}", ""))
    plan = replace(PLAN, does=count.planned, left_out=())
    return replace(plan, fingerprint=fingerprint(plan, count.digest))


# --- how it ended -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "told", "not_made", "state", "words"),
    [
        (50, {}, {}, "done", "made 50 of 50"),
        (50, {"old": 2}, {"old": 2}, "done", "made 50 of 50; 2 left out, as planned"),
        (52, {}, {}, "done", "made 52 of 50"),
        (47, {}, {"old": 3}, "partly", "made 47 of 50; 3 not made: 3: old"),
        (47, {"old": 2}, {"old": 4}, "partly", f"made 47 of 50; 3 not made: 2: old, 1: {GONE}"),
        (0, {}, {}, "partly", f"made 0 of 50; 50 not made: 50: {GONE}"),
        (48, {}, {"a": 1, "b": 1}, "partly", "made 48 of 50; 2 not made: 1: a, 1: b"),
    ],
)
def test_an_ending_says_made_and_not_made(
    made: int, told: dict[str, int], not_made: dict[str, int], state: str, words: str
) -> None:
    found = ending(50, made, told, not_made)

    assert (found.state, found.words) == (state, words)


@given(st.integers(0, 99), st.integers(0, 99), COUNTS, COUNTS)
def test_less_made_than_planned_is_never_done(
    would: int, made: int, told: dict[str, int], not_made: dict[str, int]
) -> None:
    found = ending(would, made, told, not_made)

    assert (found.state == PARTLY) is (made < would)
    assert found.words.startswith(f"made {made} of {would}")


def test_what_goes_on_or_was_stopped_says_how_far_it_came() -> None:
    assert end_words("running", (50, 3), {}, {}) == "made 3 of 50 so far"
    assert end_words("cancelled", (50, 3), {}, {}) == "made 3 of 50, then it was stopped"
    assert end_words("partly", (2, 1), {}, {"old": 1}) == "made 1 of 2; 1 not made: 1: old"
    assert end_words("done", (None, 3), {}, {}) == ""


def test_reasons_are_counted_without_the_ids_in_them() -> None:
    refused = [
        ("run_1", "run_1 is already decided: edited: run_7"),
        ("run_2", "run_2 is already decided: edited: run_8"),
        ("run_3", "run_3 is done; only a dead run can be retried"),
    ]

    counted = alike(refused)

    assert counted == {
        "it is already decided: edited: another": 2,
        "it is done; only a dead run can be retried": 1,
    }
    assert added({"x": 1}, [("x", 2), ("y", 1)]) == {"x": 3, "y": 1}


# --- counting, and saying it ------------------------------------------------------------------


def test_a_count_names_few_examples_and_few_reasons() -> None:
    count = PlanCount()
    for number in range(9):
        count.does("run", PlanExample(f"evt_{number}", "x"))
    for number in range(MOST_NAMED + 3):
        count.leaves(f"why {number}", PlanExample(f"evt_{number}", "x"))

    [run] = count.planned
    assert (run.count, [one.id for one in run.examples]) == (9, [f"evt_{n}" for n in range(5)])
    assert len(count.left_out) == MOST_NAMED + 1
    assert (count.left_out[-1].why, count.left_out[-1].count) == (OTHERS, 3)


def test_a_plan_is_said_alike_on_every_surface() -> None:
    plan = replace(PLAN, warnings=(PlanWarning("the flow book is paused"),))

    assert lines(plan) == (
        ("events", "50: type invoice.paid"),
        ("would do", "47: new run of book"),
        ("effects", "9 happened and are not repeated"),
        ("left out", f"3: {FORGOTTEN}"),
        ("warning", "the flow book is paused"),
    )
    assert sentences(plan) == (
        "47: new run of book.",
        "Effects: 9 happened and are not repeated.",
        f"Left out: 3: {FORGOTTEN}.",
        "The flow book is paused.",
    )
    assert lines(replace(plan, does=(), exact=False))[:2] == (
        ("events", "at least 50: type invoice.paid"),
        ("would do", "nothing"),
    )
