"""Retry-After in every spelling, and in none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.outbound.retry_after import LONGEST_WAIT, parse_http_date, parse_retry_after

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("40", 40),
        (" 40\t", 40),
        ("0040", 40),
        ("1.5", 1.5),
        ("2.", 2),
        ("86400", 86400),
        ("86401", 86400),
        ("9" * 60, 86400),
        ("9" * 65, 86400),
        ("9" * 9000, 86400),
        ("0" * 9000 + "40", 40),
        ("0." + "0" * 9000, 0),
        ("40." + "0" * 9000, 40),
        ("Sat, 21 Nov 2026 13:00:30 +0100", 30),
        ("Sat, 21 Nov 2026 04:30:30 -0730", 30),
        ("Sat, 21 Nov 2026 07:00:30 EST", 30),
        ("Sat, 21 Nov 2026 05:00:30 pdt", 30),
        ("Sat, 21 Nov 2026 12:00:30 Z", 30),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30),
        ("Saturday, 21-Nov-26 12:00:30 GMT", 30),
        ("Sat Nov 21 12:00:30 2026", 30),
        ("sat, 21 nov 2026 12:00:30 gmt", 30),
        ("Sat, 21 Nov 2026 12:00:30 +0000", 30),
        ("Sat, 21 Nov 2026 12:00:60 GMT", 60),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("Sun Nov  6 08:49:37 1994", 0),
        ("Fri, 31 Dec 2199 23:59:59 GMT", 86400),
        ("Fri, 31 Dec 9999 23:59:60 GMT", None),
    ],
)
def test_seconds_and_dates_are_understood_up_to_a_day(value: str, seconds: float | None) -> None:
    wanted = None if seconds is None else timedelta(seconds=seconds)

    assert parse_retry_after(value, NOW) == wanted


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "soon",
        "-1",
        "+5",
        "1e3",
        "1,5",
        "0x10",
        ".5",
        "٣٠",
        "³",
        "nan",
        "inf",
        "30 s",
        "30, 60",
        "9" * 65 + "s",
        "Sat, 21 Nov 2026 12:00:30 +2400",
        "Sat, 21 Nov 2026 12:00:30 +0160",
        "Sat, 31 Feb 2026 12:00:30 GMT",
        "Sat, 21 Nov 2026 24:00:30 GMT",
        "Sat, 21 Nov 0000 12:00:30 GMT",
        "Sat, 21 Nov 2026 12:00:30",
        "Sat, 21 Nov 2026 12:00:30 CET",
        "2026-11-21T12:00:30Z",
    ],
)
def test_anything_else_is_no_wish_at_all(value: str) -> None:
    assert parse_retry_after(value, NOW) is None


def test_now_may_be_in_any_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))

    assert parse_retry_after("Sat, 21 Nov 2026 12:00:30 GMT", elsewhere) == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("short", "full"), [("26", 2026), ("76", 2076), ("77", 1977), ("99", 1999)]
)
def test_a_two_digit_year_is_at_most_fifty_years_ahead(short: str, full: int) -> None:
    moment = parse_http_date(f"Sunday, 01-Mar-{short} 00:00:00 GMT", NOW)

    assert moment is not None
    assert moment.year == full


@given(st.text(max_size=80) | st.from_regex(r"[A-Z][a-z]{2,8},? [0-9A-Za-z :.+-]{0,30}"))
def test_no_text_makes_it_raise_or_leave_its_bounds(value: str) -> None:
    wait = parse_retry_after(value, NOW)

    assert wait is None or timedelta() <= wait <= LONGEST_WAIT


@given(st.integers(0, 24 * 3600))
def test_all_three_date_forms_name_the_same_moment_exactly(seconds: int) -> None:
    moment = NOW + timedelta(seconds=seconds)
    day = f"{moment.day:2d}"
    forms = (
        moment.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        moment.strftime("%A, %d-%b-%y %H:%M:%S GMT"),
        moment.strftime(f"%a %b {day} %H:%M:%S %Y"),
    )

    assert {parse_retry_after(form, NOW) for form in forms} == {moment - NOW}
