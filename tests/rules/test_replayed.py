"""Replayed: a dead run is taken up, a decided one left out, the others are run as new ones."""

import pytest

from tieline.model.base.ids import RunId
from tieline.model.views.details import RunOfEvent
from tieline.rules.runs.replayed import ReplayDecision, progress, treatment


def past(*runs: tuple[str, str | None]) -> list[RunOfEvent]:
    """(state, resolution), oldest first, with the ids run_1, run_2, …"""
    return [
        RunOfEvent(RunId(f"run_{n}"), "book", state, None, resolution)
        for n, (state, resolution) in enumerate(runs, 1)
    ]


ONE, TWO = RunId("run_1"), RunId("run_2")


@pytest.mark.parametrize(
    ("runs", "wanted"),
    [
        ([], ReplayDecision()),
        ([("done", None)], ReplayDecision()),
        ([("cancelled", None)], ReplayDecision()),
        ([("ready", None)], ReplayDecision()),
        ([("done", "retried")], ReplayDecision()),
        ([("dead", None)], ReplayDecision(retries=(ONE,))),
        ([("done", None), ("dead", None)], ReplayDecision(retries=(TWO,))),
        ([("dead", None), ("dead", None)], ReplayDecision(retries=(ONE, TWO))),
        ([("dead", "discarded"), ("dead", None)], ReplayDecision(retries=(TWO,))),
        ([("dead", "discarded")], ReplayDecision(left_out="its dead run was discarded")),
        (
            [("dead", "discarded"), ("done", None)],
            ReplayDecision(left_out="its dead run was discarded"),
        ),
        (
            [("dead", "edited: run_9")],
            ReplayDecision(left_out="its dead run was edited, and runs as another event"),
        ),
        (
            [("running", "retried")],
            ReplayDecision(left_out="its dead run was retried, and has not ended"),
        ),
    ],
)
def test_what_a_replay_does_with_an_event_follows_from_its_runs(
    runs: list[tuple[str, str | None]], wanted: ReplayDecision
) -> None:
    assert treatment(past(*runs)) == wanted


@pytest.mark.parametrize(
    ("state", "waiting", "words"),
    [
        ("running", 0, "running"),
        ("running", 4, "running"),
        ("done", 3, "all made, 3 still waiting"),
        ("done", 0, "done"),
        ("cancelled", 2, "cancelled, 2 still going on"),
        ("cancelled", 0, "cancelled"),
    ],
)
def test_a_replay_is_done_when_its_runs_have_ended(state: str, waiting: int, words: str) -> None:
    assert progress(state, waiting) == words
