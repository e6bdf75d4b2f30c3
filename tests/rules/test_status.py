"""Status: the states of all runs of a thing come to one word for people."""

import pytest

from tieline.features.status.rules import status_of

CASES = [
    ((), (), "received"),
    (("ready",), (), "received"),
    (("ready", "ready"), (), "received"),
    (("running",), (), "working"),
    (("waiting",), (), "working"),
    (("retrying",), (), "working"),
    (("ready", "done"), (), "working"),
    (("done",), (), "done"),
    (("done", "cancelled"), (), "done"),
    (("done", "held"), (), "needs attention"),
    (("done", "dead"), ("run_1",), "needs attention"),
    (("done", "dead"), (), "done"),
    (("running", "dead"), ("run_1",), "needs attention"),
]


@pytest.mark.parametrize(("states", "undecided", "told"), CASES)
def test_one_word_is_told(states: tuple[str, ...], undecided: tuple[str, ...], told: str) -> None:
    assert status_of(states, undecided) == told
