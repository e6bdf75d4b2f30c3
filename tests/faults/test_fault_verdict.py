"""Verdict: the judge of the campaign finds what it must, in histories that were spoiled for it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.faults.verdict import LANE_STEPS, Effect, History, Sent, verdict

EVENTS = 12
LANES = 3
SECOND_US = 1_000_000


def a_sound_history() -> History:
    """Each event is sent after the one before it was acknowledged, and done before the next."""
    sent, effects = [], []
    for number in range(EVENTS):
        at_us = number * SECOND_US
        ref = f"in_{number}"
        sent.append(Sent(f"evt_{number}", ref, f"lane-{number % LANES}", at_us, at_us + 1000))
        effects += [
            Effect("entry", ref, f"entry-{number}", 3 * number),
            Effect("invoice", ref, f"invoice-{number}", 3 * number + 1),
            Effect("refund", ref, f"refund-{number}", number),
        ]
    stored = frozenset(each.id for each in sent)
    return History(7, tuple(sent), tuple(effects), stored, {"done": 2 * EVENTS})


def found_in(history: History) -> str:
    return "\n".join(verdict(history))


def without(history: History, action: str, ref: str) -> History:
    kept = [e for e in history.effects if (e.action, e.ref) != (action, ref)]
    return replace(history, effects=tuple(kept))


def with_more(history: History, *effects: Effect) -> History:
    return replace(history, effects=(*history.effects, *effects))


def test_a_sound_history_is_left_alone() -> None:
    assert verdict(a_sound_history()) == []


def test_what_was_never_acknowledged_may_be_missing() -> None:
    history = a_sound_history()
    last = history.sent[-1]
    sent = (*history.sent[:-1], replace(last, acknowledged_us=0))
    effects = tuple(e for e in history.effects if e.ref != last.ref)

    assert (
        verdict(replace(history, sent=sent, effects=effects, stored=history.stored - {last.id}))
        == []
    )


def test_an_acknowledged_event_that_is_not_stored_is_found() -> None:
    history = a_sound_history()

    assert "1 acknowledged events are not in the store, such as evt_4" in found_in(
        replace(history, stored=history.stored - {"evt_4"})
    )


def test_an_effect_that_never_happened_is_found() -> None:
    for action in (*LANE_STEPS, "refund"):
        spoiled = without(a_sound_history(), action, "in_5")

        assert f"never became their {action}, such as in_5" in found_in(spoiled)


def test_an_effect_that_happened_twice_is_found() -> None:
    spoiled = with_more(a_sound_history(), Effect("entry", "in_2", "entry-2", 7))

    assert "effects were applied twice, such as entry of in_2" in found_in(spoiled)


def test_an_effect_under_two_keys_is_found() -> None:
    spoiled = with_more(a_sound_history(), Effect("refund", "in_2", "another", 99))

    assert "effects were asked for under two keys, such as refund of in_2" in found_in(spoiled)


def test_an_effect_that_nobody_asked_for_is_found() -> None:
    spoiled = with_more(a_sound_history(), Effect("refund", "in_99", "refund-99", 99))

    assert "effects belong to no event, such as in_99" in found_in(spoiled)


def test_a_key_of_two_effects_is_found() -> None:
    spoiled = with_more(
        without(a_sound_history(), "refund", "in_3"), Effect("refund", "in_3", "refund-2", 3)
    )

    assert "keys stand for several effects, such as refund-2" in found_in(spoiled)


def test_an_effect_without_a_key_is_found() -> None:
    spoiled = with_more(
        without(a_sound_history(), "refund", "in_3"), Effect("refund", "in_3", "", 3)
    )

    assert "effects were made without a key" in found_in(spoiled)


def test_two_events_of_a_lane_in_the_wrong_order_are_found() -> None:
    history = a_sound_history()
    place = {e.ref: e.at for e in history.effects if e.action == "entry"}
    swapped = {"in_1": place["in_4"], "in_4": place["in_1"]}  # both are of lane 1
    effects = tuple(
        replace(e, at=swapped[e.ref] + (e.action == "invoice"))
        if e.ref in swapped and e.action in LANE_STEPS
        else e
        for e in history.effects
    )

    assert "effects were made out of turn, such as entry of in_1 after that of in_4" in found_in(
        replace(history, effects=effects)
    )


def test_two_events_of_different_lanes_may_overtake_each_other() -> None:
    history = a_sound_history()
    place = {e.ref: e.at for e in history.effects if e.action == "entry"}
    swapped = {"in_1": place["in_2"], "in_2": place["in_1"]}
    effects = tuple(
        replace(e, at=swapped[e.ref] + (e.action == "invoice"))
        if e.ref in swapped and e.action in LANE_STEPS
        else e
        for e in history.effects
    )

    assert verdict(replace(history, effects=effects)) == []


def test_two_runs_of_a_lane_at_a_time_are_found() -> None:
    history = a_sound_history()
    late = next(e for e in history.effects if (e.action, e.ref) == ("invoice", "in_0"))
    begun = next(e for e in history.effects if (e.action, e.ref) == ("entry", "in_3"))
    effects = tuple(replace(e, at=begun.at) if e is late else e for e in history.effects)

    spoiled = replace(
        history, effects=(*tuple(e for e in effects if e is not begun), replace(begun, at=2))
    )

    assert "in_3 began while in_0 was at work" in found_in(spoiled)


def test_runs_that_died_or_hang_are_found() -> None:
    spoiled = replace(a_sound_history(), runs={"done": 20, "held": 1, "running": 2, "dead": 0})

    assert "runs did not end well: {'held': 1, 'running': 2}" in found_in(spoiled)


def test_rows_that_contradict_each_other_are_passed_on_with_the_seed() -> None:
    spoiled = replace(a_sound_history(), odd=("work of a run that has ended: [1]",))

    assert verdict(spoiled) == ["seed 7: work of a run that has ended: [1]"]


@pytest.mark.parametrize(("lost", "code"), [("", 0), ("evt_4", 1)])
def test_a_history_can_be_judged_again_by_a_command(tmp_path: Path, lost: str, code: int) -> None:
    history = a_sound_history()
    replace(history, stored=history.stored - {lost}).keep(tmp_path / "history.json")
    command = [sys.executable, "-m", "tests.faults.verdict", str(tmp_path / "history.json")]

    judged = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60
    )

    assert judged.returncode == code, judged.stderr
    assert lost in judged.stdout


def test_a_history_reads_as_it_was_written(tmp_path: Path) -> None:
    history = a_sound_history()

    history.keep(tmp_path / "history.json")

    assert History.of(tmp_path / "history.json") == history
