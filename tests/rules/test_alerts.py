"""What is wrong, and what becomes of an alert: tables, a debounce, one notice each way."""

from dataclasses import replace

import pytest
from tests.makers import START_US

from tieline.model.people.alert import AlertKind, AlertRow, AlertState
from tieline.rules.watch.alerts import (
    FORGOTTEN_US,
    MINUTE_US,
    PATIENCE,
    AlertLimits,
    AlertProblem,
    AllSigns,
    BlockedSign,
    ConnectionSign,
    FlowSign,
    SourceSign,
    judged,
    messages,
    refused_only,
    wrong_now,
)
from tieline.rules.watch.slow_calls import CallTimes

LIMITS = AlertLimits(error_share=0.2, oldest_us=30 * MINUTE_US, disk_free_share=0.1)
FLOW = FlowSign("post_invoice", "finance-ops", dead=0, oldest_us=None)
BOOKS = ConnectionSign("books", "finance-ops", tries=100, failures=0, state="closed")
SHOP = SourceSign("shop", "sales", quiet_us=0, rhythm_us=60 * MINUTE_US, is_declared=True)
BREAKER = AlertProblem(AlertKind.BREAKER_OPEN, "connection:books", "finance-ops", "its calls fail")


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (AllSigns(flows=(FLOW,), connections=(BOOKS,), sources=(SHOP,), disk_free_share=0.5), []),
        (AllSigns(flows=(replace(FLOW, dead=1),)), ["dead-letters flow:post_invoice"]),
        (AllSigns(flows=(replace(FLOW, oldest_us=30 * MINUTE_US),)), []),
        (
            AllSigns(flows=(replace(FLOW, oldest_us=30 * MINUTE_US + 1),)),
            ["oldest-waiting flow:post_invoice"],
        ),
        (AllSigns(connections=(replace(BOOKS, failures=19),)), []),
        (AllSigns(connections=(replace(BOOKS, failures=20),)), ["error-ratio connection:books"]),
        (AllSigns(connections=(replace(BOOKS, tries=19, failures=19),)), []),
        (
            AllSigns(connections=(replace(BOOKS, tries=20, failures=4),)),
            ["error-ratio connection:books"],
        ),
        (AllSigns(connections=(replace(BOOKS, state="open"),)), ["breaker-open connection:books"]),
        (
            AllSigns(connections=(replace(BOOKS, state="probing"),)),
            ["breaker-open connection:books"],
        ),
        (AllSigns(connections=(replace(BOOKS, state="paused"),)), []),
        (
            AllSigns(connections=(replace(BOOKS, state="unhealthy"),)),
            ["connection-unhealthy connection:books"],
        ),
        (
            AllSigns(connections=(replace(BOOKS, slow=CallTimes(2_000_000, 20_000)),)),
            ["connection-slow connection:books"],
        ),
        (AllSigns(sources=(replace(SHOP, quiet_us=60 * MINUTE_US),)), []),
        (
            AllSigns(sources=(replace(SHOP, quiet_us=61 * MINUTE_US),)),
            ["source-silent source:shop"],
        ),
        (AllSigns(sources=(replace(SHOP, quiet_us=10**15, rhythm_us=None),)), []),
        (AllSigns(sources=(replace(SHOP, refused=2),)), []),
        (AllSigns(sources=(replace(SHOP, refused=3),)), ["source-refuses source:shop"]),
        (AllSigns(disk_free_share=0.1), []),
        (AllSigns(blocked=(BlockedSign("flow:a", "", "it blocks"),)), ["loop-blocked flow:a"]),
        (AllSigns(disk_free_share=0.0999), ["disk-low store"]),
    ],
)
def test_what_is_wrong_at_one_moment(now: AllSigns, found: list[str]) -> None:
    assert [one.key for one in wrong_now(now, LIMITS)] == found


def test_a_reason_says_how_bad_it_is_and_what_to_do() -> None:
    now = AllSigns(
        flows=(replace(FLOW, dead=3),),
        connections=(
            replace(BOOKS, failures=50),
            replace(BOOKS, state="open"),
            replace(BOOKS, state="unhealthy", credential="books-live"),
        ),
        sources=(replace(SHOP, quiet_us=125 * MINUTE_US), replace(SHOP, refused=7)),
    )

    assert [one.reason for one in wrong_now(now, LIMITS)] == [
        "3 dead letters wait for a decision: tieline dead list --flow post_invoice",
        "50 of the last 100 attempts failed (50%)",
        "its calls are kept back, because too many have failed; tieline connections show books "
        "says how they failed",
        "the other side does not accept the credential; put a valid one into the vault as "
        "'books-live'",
        "nothing came for 2h 5m; it is declared to deliver within 1h",
        "all of the latest 7 deliveries were rejected; tieline deliveries list --source shop "
        "--status rejected says why",
    ]


@pytest.mark.parametrize(
    ("counts", "count"),
    [
        ({}, 0),
        ({"refused": 4}, 4),
        ({"refused": 4, "rate-limited": 3}, 1),
        ({"refused": 4, "duplicate": 1}, 0),
        ({"refused": 4, "challenge": 1}, 0),
        ({"accepted": 9}, 0),
    ],
)
def test_a_source_refuses_all_only_while_it_takes_nothing(
    counts: dict[str, int], count: int
) -> None:
    assert refused_only(counts) == count


class Diary:
    """Judgements of one thing, minute after minute, as a store would keep them."""

    def __init__(self) -> None:
        self.rows: dict[str, AlertRow] = {}
        self.told: list[str] = []
        self.now_us = START_US

    def look(
        self, *wrong: AlertProblem, after_us: int = MINUTE_US // 2, reaches: bool = True
    ) -> str:
        self.now_us += after_us
        judgement = judged(tuple(self.rows.values()), wrong, self.now_us)
        for row in judgement.changed:
            self.rows[row.key] = row
        for key in judgement.forgotten:
            del self.rows[key]
        for row in judgement.to_tell if reaches else ():
            self.told.append(row.state)
            self.rows[row.key] = replace(row, told_us=self.now_us)
        return next((row.state for row in self.rows.values()), "unknown")


def test_what_lasts_fires_once_and_ends_once() -> None:
    diary = Diary()

    states = [diary.look(BREAKER) for _ in range(4)] + [diary.look() for _ in range(6)]

    assert states == ["pending", "pending", *["firing"] * 6, "ended", "ended"]
    assert diary.told == ["firing", "ended"]


def test_what_is_over_before_its_time_is_never_told() -> None:
    diary = Diary()

    states = [diary.look(BREAKER), diary.look(BREAKER), diary.look(), diary.look(BREAKER)]

    assert states == ["pending", "pending", "unknown", "pending"]
    assert diary.told == []


def test_a_thing_that_flaps_is_one_alert() -> None:
    diary = Diary()
    for _ in range(3):
        diary.look(BREAKER)

    for turn in range(20):
        diary.look(*([BREAKER] if turn % 2 else []))

    assert diary.told == ["firing"]


def test_people_who_could_not_be_reached_are_told_later() -> None:
    diary = Diary()
    for _ in range(3):
        diary.look(BREAKER, reaches=False)
    assert diary.told == []

    diary.look(BREAKER)
    diary.look(BREAKER)

    assert diary.told == ["firing"]


def test_what_nobody_heard_of_ends_without_a_word() -> None:
    diary = Diary()
    for _ in range(3):
        diary.look(BREAKER, reaches=False)

    states = [diary.look(reaches=False) for _ in range(5)]
    diary.look()

    assert states[-1] == "ended"
    assert diary.told == []


def test_the_same_thing_again_is_a_new_alert() -> None:
    diary = Diary()
    for wrong in ([BREAKER], []) * 2:
        for _ in range(8):
            diary.look(*wrong)

    assert diary.told == ["firing", "ended", "firing", "ended"]


def test_an_alert_that_ended_is_forgotten_after_a_week() -> None:
    diary = Diary()
    for wrong in ([BREAKER], []):
        for _ in range(8):
            diary.look(*wrong)

    kept = diary.look(after_us=FORGOTTEN_US - 10 * MINUTE_US)
    gone = diary.look(after_us=20 * MINUTE_US)

    assert (kept, gone) == ("ended", "unknown")


def test_only_what_changed_is_stored_and_a_move_is_seen_once() -> None:
    first = judged((), (BREAKER,), START_US)
    later_us = START_US + PATIENCE[AlertKind.BREAKER_OPEN].fires_us
    fired = judged(first.changed, (BREAKER,), later_us)
    again = judged(fired.changed, (BREAKER,), later_us + 1)

    assert first.moved == ()
    assert [row.state for row in fired.moved] == [AlertState.FIRING]
    assert (again.changed, again.moved) == ((), ())
    assert again.to_tell == fired.changed


def test_one_message_for_each_owner_with_all_that_concerns_them() -> None:
    fired = judged(
        (), (AlertProblem(AlertKind.DEAD_LETTERS, "flow:a", "finance", "2 wait"),), START_US
    )
    (firing,) = fired.changed
    ended_us = START_US + 3 * MINUTE_US
    ended = replace(firing, subject="flow:b", state="ended", ended_us=ended_us)
    orphan = replace(firing, subject="store", owner="", reason="no room")

    told = messages("acme", [firing, ended, orphan])

    assert [owner for owner, _ in told] == ["", "finance"]
    assert [text for _, text in told] == [
        "acme: 1 alert fires, for nobody in particular (declare an owner)\n"
        "FIRING store: no room (since 2026-01-01 00:00:00 UTC)",
        "acme: 1 alert fires, 1 has ended, for finance\n"
        "FIRING flow:a: 2 wait (since 2026-01-01 00:00:00 UTC)\n"
        "ended flow:b: dead-letters is over after 3m",
    ]
