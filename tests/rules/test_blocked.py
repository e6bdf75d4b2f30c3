"""Blocked: of all that a standing loop is in the middle of, the author's own line is told."""

import pytest

from tieline.rules.fleet.blocked import (
    BlockedBy,
    OpenCall,
    author_place,
    blocked_words,
    is_worth_telling,
)

OURS, THEIRS = OpenCall("/lib/tieline/back.py", 3, "_work"), OpenCall("/lib/ssl.py", 9, "read")
FLOW, HELPER = OpenCall("/app/hub.py", 31, "flow"), OpenCall("/app/helper.py", 5, "ask")
FROZEN = OpenCall("<frozen importlib>", 1, "load")


@pytest.mark.parametrize(
    ("stack", "place"),
    [
        ([OURS, FLOW, HELPER, THEIRS], "/app/helper.py:5, in ask"),
        ([OURS, FLOW], "/app/hub.py:31, in flow"),
        ([OURS, FLOW, FROZEN, THEIRS], "/app/hub.py:31, in flow"),
        ([OURS, THEIRS], None),
        ([], None),
    ],
)
def test_the_innermost_line_of_an_author_is_named(stack: list[OpenCall], place: str | None) -> None:
    assert author_place(stack, ("/lib/",)) == place


def test_a_busy_machine_is_told_later_than_a_line() -> None:
    line, nothing = BlockedBy("a", "run_1", "hub.py:1, in a"), BlockedBy(None, None, None)

    assert [is_worth_telling(line, s) for s in (1.9, 2.0)] == [False, True]
    assert [is_worth_telling(nothing, s) for s in (2.0, 9.9, 10.0)] == [False, False, True]


def test_the_words_name_flow_run_line_and_what_to_write() -> None:
    said = blocked_words(BlockedBy("a", "run_1", "hub.py:1, in a"), 4.0)

    assert said == (
        "flow a (run_1) has blocked its process for 4s at hub.py:1, in a; await it, or give it to "
        "run.step as a plain function, which runs in a thread"
    )
