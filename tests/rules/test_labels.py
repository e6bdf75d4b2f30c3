"""Labels: what people read stands for one stored word, and leads back to it."""

import pytest

from tieline.model.calls.call import Effect
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import RunState
from tieline.model.runs.waits import (
    Waits,
    waits_for_connection,
    waits_for_event,
    waits_for_run,
)
from tieline.rules.formats import labels as l


def test_each_state_is_found_by_what_people_read() -> None:
    assert [l.state_of_label(l.label(state)) for state in RunState] == list(RunState)
    assert l.state_of_label("failed") == "dead"


def test_each_verdict_is_found_by_what_people_read() -> None:
    assert [l.verdict_of_label(l.label(verdict)) for verdict in Verdict] == list(Verdict)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("refused-422", "rejected-422"),
        ("refused-invalid", "rejected-invalid"),
        ("refused", "rejected-at-the-door"),
        ("rejected", "rejected"),
        ("in-doubt", "outcome-unknown"),
        ("unavailable", "unavailable"),
        ("KeyError", "KeyError"),
    ],
)
def test_a_kind_of_failure_is_found_by_what_people_read(stored: str, shown: str) -> None:
    assert l.kind_label(stored) == shown
    assert l.kind_of_label(shown) == stored


def test_no_two_words_of_one_sort_are_read_alike() -> None:
    for words in (RunState, Verdict, Effect):
        shown = l.labels(words)
        assert len(set(shown)) == len(shown)


@pytest.mark.parametrize(
    ("state", "waits", "shown"),
    [
        ("waiting", waits_for_connection("crm-2"), "waiting for crm-2"),
        ("waiting", waits_for_run("run_1"), "waiting for run_1"),
        (
            "waiting",
            waits_for_event("payment.settled", "84219"),
            "waiting for event payment.settled/84219",
        ),
        ("waiting", None, "waiting"),
        ("held", None, "held"),
        ("ready", None, "queued"),
    ],
)
def test_a_run_that_waits_says_for_what(state: str, waits: Waits | None, shown: str) -> None:
    assert l.state_label(state, waits) == shown
