"""The audit chain: whatever is done to a line or to the order of lines shows."""

from dataclasses import replace

import pytest

from tieline.model.commands import By
from tieline.model.views.rows import AuditRow
from tieline.rules.people.audit_chain import first_break, link


def a_log(count: int) -> list[AuditRow]:
    lines: list[AuditRow] = []
    previous = ""
    for seq in range(1, count + 1):
        by = By("ops", f"reason {seq}", seq)
        own = link(previous, by, "pause", "flow:books")
        lines.append(
            AuditRow(seq, seq, "ops", "pause", "flow:books", f"reason {seq}", previous, own)
        )
        previous = own
    return lines


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_an_untouched_log_is_whole(count: int) -> None:
    assert first_break(a_log(count)) is None


def test_a_log_is_checked_from_any_line_on() -> None:
    log = a_log(5)

    assert first_break(log[3:], previous=log[2].hash) is None
    assert first_break(log[3:]) == log[3]


def test_a_removed_line_shows_at_the_next_one() -> None:
    log = a_log(5)

    assert first_break(log[:2] + log[3:]) == log[3]
    assert first_break(log[1:]) == log[1]


def test_two_lines_that_changed_places_show() -> None:
    log = a_log(5)
    log[1], log[2] = log[2], log[1]

    assert first_break(log) == log[1]


def test_a_line_that_is_there_twice_shows() -> None:
    log = a_log(3)

    assert first_break([*log[:2], log[1], log[2]]) == log[1]


def test_a_changed_line_shows_even_with_a_fresh_hash_of_its_own() -> None:
    log = a_log(4)
    forged = replace(log[1], reason="forged")
    forged = replace(
        forged, hash=link(forged.previous, By("ops", "forged", 2), "pause", "flow:books")
    )

    assert first_break([log[0], forged, *log[2:]]) == log[2]


def test_names_that_run_together_are_not_mistaken_for_each_other() -> None:
    assert link("", By("a", "", 1), "bc", "d") != link("", By("a", "", 1), "b", "cd")


def test_lines_cut_off_at_the_end_do_not_show() -> None:
    """Why the last hash is worth keeping elsewhere."""
    assert first_break(a_log(5)[:3]) is None
