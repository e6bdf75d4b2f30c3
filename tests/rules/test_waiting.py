"""Waiting: what a run waits for, and what is known of it, is said in a sentence."""

import pytest

from tieline.model.base.errors import SettingsError
from tieline.model.runs.waits import (
    Waits,
    read_waits,
    waits_for_connection,
    waits_for_event,
    waits_for_run,
)
from tieline.model.views.rows import ConnectionStateRow, PauseRow
from tieline.rules.runs.waiting import all_in_words, in_words, why_shut

NOW = 1_767_268_800_000_000  # 2026-01-01 12:00:00
MINUTE = 60_000_000
CRM = waits_for_connection("crm")
PAUSE = PauseRow("connection", "crm", "ana", "month end", NOW)


def state(**known: object) -> ConnectionStateRow:
    blank = {"breaker": "closed", "until_us": 0, "streak": 0, "successes": 0, "refusals": 0}
    blank |= {"refused_until_us": 0, "quiet_until_us": 0, "allowance": 0}
    return ConnectionStateRow("-", "crm", **(blank | known))  # type: ignore[arg-type]


OPEN = state(breaker="open", until_us=NOW + 13 * MINUTE)


@pytest.mark.parametrize(
    ("pauses", "states", "said"),
    [
        ((), (), None),
        ((), (state(),), None),
        ((PAUSE,), (OPEN,), "which is paused by ana: month end"),
        ((PauseRow("flow", "crm", "ana", "x", NOW),), (), None),
        ((), (OPEN,), "whose breaker is open; the next probe is at 12:13:00 UTC"),
        (
            (),
            (state(breaker="open", until_us=NOW),),
            "whose breaker is open; the next probe is now",
        ),
        (
            (),
            (state(breaker="probing"),),
            "whose breaker lets one call through to see whether it is back",
        ),
        (
            (),
            (state(refusals=2, refused_until_us=NOW + MINUTE, breaker="open"),),
            "which does not accept our credential; put a valid one into the vault, "
            "the next call finds out at 12:01:00 UTC",
        ),
        (
            (),
            (state(quiet_until_us=NOW + 1500 * MINUTE),),
            "whose provider asked for a pause; it ends at 2026-01-02 13:00:00 UTC",
        ),
        ((), (state(quiet_until_us=NOW - 1),), None),
    ],
)
def test_why_a_connection_takes_no_calls(
    pauses: tuple[PauseRow, ...], states: tuple[ConnectionStateRow, ...], said: str | None
) -> None:
    assert why_shut("crm", pauses, states, NOW) == said
    assert why_shut("crm2", pauses, states, NOW) is None


@pytest.mark.parametrize(
    ("waits", "shut", "due_us", "said"),
    [
        (None, None, NOW + MINUTE, "it waits and goes on in 1m: asleep"),
        (CRM, "whose breaker is open", NOW, "it waits for connection crm, whose breaker is open"),
        (
            CRM,
            None,
            NOW,
            "it waits for connection crm and goes on as soon as there is room: asleep",
        ),
        (
            waits_for_event("payment.settled", "84219"),
            None,
            NOW + MINUTE,
            "it waits for event payment.settled/84219, until 2026-01-01 12:01:00 UTC at the "
            "longest",
        ),
        (waits_for_run("run_1"), None, None, "it waits for run_1 to end"),
        (
            Waits("quota", "eu"),
            None,
            None,
            "it waits for quota eu and goes on when somebody lets it: asleep",
        ),
    ],
)
def test_what_a_run_waits_for(
    waits: Waits | None, shut: str | None, due_us: int | None, said: str
) -> None:
    assert in_words(waits, shut, due_us, "asleep", NOW) == said


def test_crowds_are_told_by_their_size() -> None:
    told = all_in_words((("books", 1), ("crm", 7), ("erp", 1000)), (PAUSE,), (), NOW)

    assert told == (
        "1,000 or more runs wait for connection erp",
        "7 runs wait for connection crm, which is paused by ana: month end",
        "1 run waits for connection books",
    )


def test_what_people_write_is_read_back() -> None:
    for waits in (CRM, waits_for_event("a.b", "x y"), waits_for_run("run_1")):
        assert read_waits(f" {waits}  ", name="--waits-for") == waits


@pytest.mark.parametrize("text", ["", "crm", "connection ", "connection:crm"])
def test_what_names_no_thing_is_told_with_what_would(text: str) -> None:
    with pytest.raises(SettingsError, match=f"--waits-for is '{text}'; write a kind and a key"):
        read_waits(text, name="--waits-for")
