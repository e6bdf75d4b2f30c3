"""Fault rules: which one strikes, and how often."""

from typing import Any

import pytest

from tieline_sim.faults import FaultBook, read_rules
from tieline_sim.messages import Request
from tieline_sim.mistake import Mistake


def book(*rules: dict[str, Any], seed: int = 0) -> FaultBook:
    made = FaultBook(seed)
    made.add(read_rules(list(rules)))
    return made


def a_post(path: str = "/entries", body: bytes = b"{}") -> Request:
    return Request("POST", path, "", {}, body)


def strikes(made: FaultBook, times: int, request: Request | None = None) -> list[bool]:
    return [made.for_request(request or a_post()) is not None for _ in range(times)]


def test_a_rule_strikes_as_often_as_it_says() -> None:
    made = book({"kind": "status", "count": 2})

    assert strikes(made, 4) == [True, True, False, False]
    assert made.fired == {"status": 2}


def test_a_rule_without_a_count_strikes_until_it_is_deleted() -> None:
    made = book({"kind": "status"}, {"kind": "hang", "count": 0})

    assert all(strikes(made, 10))
    assert made.clear("status") == 1
    assert not any(strikes(made, 3))
    assert [rule["kind"] for rule in made.shown()] == ["hang"]


def test_a_rule_may_let_the_first_ones_pass() -> None:
    assert strikes(book({"kind": "status", "skip": 2, "count": 1}), 4) == [
        False,
        False,
        True,
        False,
    ]


def test_chance_repeats_with_the_same_seed() -> None:
    rule = {"kind": "status", "probability": 0.3}

    first, again = strikes(book(rule, seed=7), 200), strikes(book(rule, seed=7), 200)

    assert first == again
    assert first != strikes(book(rule, seed=8), 200)
    assert 30 < sum(first) < 90


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({}, True),
        ({"method": "post"}, True),
        ({"method": "GET"}, False),
        ({"path_prefix": "/ent"}, True),
        ({"path_prefix": "/invoices"}, False),
        ({"body_contains": "ord-7"}, True),
        ({"body_contains": "ord-8"}, False),
        ({"method": "POST", "path_prefix": "/", "body_contains": "ord-8"}, False),
    ],
)
def test_a_rule_strikes_only_what_it_matches(match: dict[str, str], struck: bool) -> None:
    request = a_post(body=b'{"ref":"ord-7"}')

    assert strikes(book({"kind": "status", "match": match}), 1, request) == [struck]


def test_the_first_rule_that_matches_and_is_not_lost_claims_wins() -> None:
    made = book({"kind": "hang", "count": 1}, {"kind": "status"})

    kinds = [fault.kind for _ in range(3) if (fault := made.for_request(a_post()))]

    assert kinds == ["hang", "status", "status"]


def test_sender_kinds_never_strike_requests_nor_the_other_way_round() -> None:
    made = book({"kind": "duplicate", "match": {"event_type": "invoice."}}, {"kind": "status"})

    assert made.for_event("lead.captured", b"") is None
    event = made.for_event("invoice.paid", b"")
    request = made.for_request(a_post())
    assert event is not None
    assert request is not None
    assert (event.kind, request.kind) == ("duplicate", "status")


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"kind": "earthquake"}, "kind is 'earthquake'"),
        ({"kind": "status", "colour": 1}, "'colour'"),
        ({"kind": "status", "match": {"verb": "GET"}}, "'verb'"),
        ({"kind": "status", "match": "GET"}, "wanted an object"),
        ({"kind": "status", "params": {"code": 500}}, "'code'"),
        ({"kind": "status", "params": {"status": "500"}}, "status is '500'; wanted int"),
        ({"kind": "status", "params": {"apply": 1}}, "apply is 1; wanted bool"),
        ({"kind": "malformed", "params": {"mode": "odd"}}, "wanted one of garbage"),
        ({"kind": "status", "count": "many"}, "count is 'many'"),
    ],
)
def test_a_wrong_rule_is_refused_by_name(rule: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Mistake, match=complaint):
        read_rules([rule])
