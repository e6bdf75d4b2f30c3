"""Which failures are alike: by flow, connection, kind, status and the shape of the message."""

from dataclasses import replace

import pytest
from tests.makers import a_receipt

from tieline.features.issues.rules import LONGEST_SHAPE, incident, issue_of, shape_of
from tieline.model.base.ids import RunId
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import AttemptRecord, Dead, Held, Outcome, RetryAt, Returned, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.rules.runs.failure import Failure, failure_at_door, failure_of

FLOW = "post_invoice"


@pytest.mark.parametrize(
    ("message", "shape"),
    [
        ("HTTP 503: Service Unavailable", "HTTP <n>: Service Unavailable"),
        ("no invoice in_1Mabc2345 for customer 84219", "no invoice <id> for customer <n>"),
        ("oops 3fa85f64-5717-4562-b3fc-2c963f66afa6", "oops <id>"),
        ("field 'customer_id' is missing", "field 'customer_id' is missing"),
        ("KeyError: 'amount'", "KeyError: 'amount'"),
        ("name 'Zoë Müller' is not known", "name <value> is not known"),
        ('"8,5 %" is no number', "<value> is no number"),
        ("it can't read what isn't there", "it can't read what isn't there"),
        ("after 15.0 s at https://api.test/v1/a?b=1", "after <n> s at <url>"),
        ("since 2026-01-01T10:00:00.5Z or 10:15:00", "since <time> or <time>"),
        ("until Fri, 21 Nov 2025 14:00:00 GMT", "until <time>"),
        ("ana.b+c@mail.example.com is not known", "<email> is not known"),
        ("  two\n\n  lines\t", "two lines"),
        ("-3 or +4,000.50", "<n> or <n>"),
        ("", ""),
    ],
)
def test_the_shape_of_a_message_has_nothing_of_one_record(message: str, shape: str) -> None:
    assert shape_of(message) == shape


def test_a_shape_is_short_whatever_the_message() -> None:
    assert len(shape_of("x" * 100_000)) == LONGEST_SHAPE
    assert len(shape_of("'" * 50_000)) <= LONGEST_SHAPE
    assert len(shape_of("a@" * 50_000)) <= LONGEST_SHAPE
    assert len(shape_of("1" * 100_000)) <= LONGEST_SHAPE


def a_bug(flow: str) -> Failure:
    return Failure(flow, None, None, "bug", None, "x")


def at_books(kind: str, flow: str = "post", status: int | None = 503, words: str = "x") -> Failure:
    return Failure(flow, None, "books", kind, status, words)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (at_books("unavailable"), at_books("slow", "bill", None, "15 s are over"), True),
        (at_books("unreachable", words="no route"), at_books("broken", "bill", None), True),
        (at_books("unauthorised", status=401), at_books("unauthorised", "bill", 403), True),
        (at_books("unauthorised", status=401), at_books("unavailable"), False),
        (at_books("unavailable"), replace(at_books("unavailable"), connection="chat"), False),
        (at_books("rejected", status=422), at_books("rejected", "bill", 422), False),
        (at_books("throttled", status=429), at_books("throttled", "bill", 429), False),
        (a_bug("post"), a_bug("bill"), False),
    ],
)  # fmt: skip
def test_one_outage_is_one_incident_of_the_connection(
    one: Failure, other: Failure, alike: bool
) -> None:
    ids = [issue_of(incident(failure)) for failure in (one, other)]

    assert (ids[0] == ids[1]) == alike
    assert (incident(one).flow is None) == (one.kind not in {"rejected", "throttled", "bug"})


def a_try(outcome: str = "unavailable", detail: str | None = "HTTP 503: busy") -> AttemptRecord:
    return AttemptRecord(
        RunId("run_1"), "books POST /x", "#1", 1, "books", 0, 1, 503, outcome, None, detail, None
    )


SAID = "books POST /x: HTTP 503: busy"


@pytest.mark.parametrize(
    "outcome",
    [
        RetryAt(5, SAID),
        Dead("unavailable", f"books POST /x: given up after 8 tries: {SAID}"),
        Held(SAID, ("books POST /x", "#1")),
        Waiting(5, waits_for_connection("books"), SAID),
    ],
)
def test_what_comes_of_one_failed_try_is_one_issue(outcome: Outcome) -> None:
    failure = failure_of(FLOW, outcome, [a_try()])

    assert failure == Failure(FLOW, None, "books", "unavailable", 503, "HTTP 503: busy")


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Dead("KeyError", "KeyError: 'x'"), (None, "KeyError", None)),
        (Dead("refused-404", "books GET /x: no such"), (None, "rejected", 404)),
        (RetryAt(5, "again, please"), (None, "retry", None)),
        (Held("what now?"), (None, "held", None)),
    ],
)
def test_what_no_try_tells_is_told_by_the_end(
    outcome: Dead | Held | RetryAt, expected: tuple[str | None, str, int | None]
) -> None:
    failure = failure_of(FLOW, outcome, [a_try(), a_try("done", None)])

    assert failure is not None
    assert (failure.connection, failure.kind, failure.status) == expected
    assert failure.words == outcome.reason


@pytest.mark.parametrize(
    "outcome", [Returned(), Waiting(5, waits_for_connection("books"), "the breaker is open")]
)
def test_what_did_not_fail_belongs_to_no_issue(outcome: Outcome) -> None:
    assert failure_of(FLOW, outcome, [a_try()]) is None


def test_a_try_that_was_overcome_does_not_give_its_name_to_a_later_failure() -> None:
    failure = failure_of(FLOW, Dead("KeyError", "KeyError: 'x'"), [a_try()])

    assert failure is not None
    assert failure.connection is None


def test_an_id_depends_on_every_part_and_on_nothing_else() -> None:
    words = "HTTP 503: order 1"
    one = issue_of(Failure(FLOW, None, "books", "unavailable", 503, words))
    others = [
        Failure("other", None, "books", "unavailable", 503, words),
        Failure(FLOW, "billing", "books", "unavailable", 503, words),
        Failure(FLOW, None, "crm", "unavailable", 503, words),
        Failure(FLOW, None, "books", "slow", 503, words),
        Failure(FLOW, None, "books", "unavailable", 502, words),
        Failure(FLOW, None, "books", "unavailable", 503, "HTTP 503: customer 1"),
    ]

    like_it = Failure(FLOW, None, "books", "unavailable", 503, "HTTP 503: order 2")
    assert issue_of(like_it) == one
    assert len({one, *map(issue_of, others)}) == 7
    assert one.startswith("iss_")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"reason": "bad-encoding: 'a' is unknown"}, {"reason": "bad-encoding: 'b' is unknown"}),
        ({"source": "a", "status": 404}, {"source": "b", "status": 404}),
    ],
)
def test_strangers_cannot_make_issues_as_they_like(
    one: dict[str, object], other: dict[str, object]
) -> None:
    made = [
        failure_at_door(a_receipt(1, **({"verdict": Verdict.REFUSED, "status": 401} | changes)))
        for changes in (one, other)
    ]

    assert made[0] is not None
    assert made[1] is not None
    assert issue_of(made[0]) == issue_of(made[1])


def test_deliveries_that_were_taken_belong_to_no_issue() -> None:
    for verdict in set(Verdict) - {Verdict.REFUSED, Verdict.QUARANTINED}:
        assert failure_at_door(a_receipt(1, verdict=verdict)) is None
