"""Demo verdict: what counts as lost, and that a demo can fail."""

from dataclasses import replace
from typing import Any

import pytest

from tieline.demo.checks import Acknowledged, DemoCounts, acknowledged, applied, is_visible, missing

GOOD = DemoCounts(
    sent=9,
    accepted=9,
    refused=1,
    duplicates=1,
    effects=12,
    double_effects=0,
    lost=0,
    retried=2,
    held=1,
    dead=0,
)
CRM = [{"body": {"last_lead": "lead_1"}}, {"body": {"last_lead": "lead_2"}}]
BOOKS = [
    {"action": "invoice", "ref": "pi_1", "id": "inv_00000001"},
    {"action": "invoice", "ref": "pi_1", "id": "inv_00000003"},
    {"action": "invoice", "ref": "pi_2", "id": "inv_00000002"},
]
CHAT = [
    {"body": {"text": "Ada, Shop: demo (lead_1)"}},
    {"body": {"text": "12.50 EUR from cus_1: inv_00000001"}},
    {"body": {"text": "Ticket 7 (high): Where is it?"}},
]


def event(vendor: str, ref: str) -> Acknowledged:
    return Acknowledged(vendor, ref)


def test_only_what_was_answered_with_a_2xx_can_be_lost() -> None:
    rows: list[dict[str, Any]] = [
        {"ref": "pi_1", "state": "accepted"},
        {"ref": "pi_2", "state": "given_up"},
        {"ref": "pi_3", "state": "waiting"},
    ]
    assert acknowledged("payments", rows) == [event("payments", "pi_1")]


@pytest.mark.parametrize(
    ("vendor", "ref", "is_missing"),
    [
        ("leads", "lead_1", False),
        ("leads", "lead_2", True),
        ("leads", "lead_3", True),
        ("payments", "pi_1", False),
        ("payments", "pi_2", True),
        ("payments", "pi_3", True),
        ("helpdesk", "7", False),
        ("helpdesk", "8", True),
    ],
)
def test_an_event_is_missing_unless_each_of_its_effects_is_in_a_ledger(
    vendor: str, ref: str, *, is_missing: bool
) -> None:
    there = applied(CRM, BOOKS, CHAT)
    assert missing([event(vendor, ref)], there) == ([event(vendor, ref)] if is_missing else [])


@pytest.mark.parametrize("state", ["ready", "running", "retrying", "waiting", "held", "dead"])
def test_a_run_that_is_not_finished_can_be_seen(state: str) -> None:
    assert is_visible(["done", state])


@pytest.mark.parametrize("states", [[], ["done"], ["cancelled"]])
def test_finished_runs_do_not_excuse_a_missing_effect(states: list[str]) -> None:
    assert not is_visible(states)


@pytest.mark.parametrize(("name", "is_good"), [("double_effects", False), ("lost", False)])
def test_one_doubled_or_lost_effect_makes_a_demo_fail(name: str, *, is_good: bool) -> None:
    assert GOOD.is_good
    assert replace(GOOD, **{name: 1}).is_good is is_good


def test_held_and_dead_runs_are_no_broken_promise() -> None:
    assert replace(GOOD, held=5, dead=5).is_good
