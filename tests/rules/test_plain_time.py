"""Plain time: what people read of times and type for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.errors import SettingsError
from tieline.rules.formats.plain_time import ago, iso, moment, short, span, until

NOW_US = 1_767_225_600_000_000
HOUR_US = 3_600_000_000


def test_a_moment_is_exact_or_short_and_always_utc() -> None:
    assert iso(NOW_US + 1) == "2026-01-01T00:00:00.000001Z"
    assert iso(10**30) == "9999-12-31T23:59:59.999999Z"
    assert iso(-(10**30)) == "0001-01-01T00:00:00.000000Z"
    assert short(NOW_US * 1000) == "9999-12-31 23:59:59"
    assert short(NOW_US) == "2026-01-01 00:00:00"


@pytest.mark.parametrize(
    ("us", "words"),
    [
        (0, "0 ms"),
        (34_567, "34 ms"),
        (999_999, "999 ms"),
        (1_000_000, "1s"),
        (61_000_000, "1m 1s"),
        (HOUR_US, "1h"),
        (26 * HOUR_US + 1, "1d 2h"),
        (40 * 24 * HOUR_US, "40d"),
    ],
)
def test_a_duration_has_its_two_largest_units(us: int, words: str) -> None:
    assert span(us) == words


def test_times_are_told_from_now() -> None:
    assert ago(NOW_US - HOUR_US, NOW_US) == "1h ago"
    assert ago(NOW_US + HOUR_US, NOW_US) == "in 1h"
    assert until(NOW_US + HOUR_US, NOW_US) == "in 1h"
    assert until(NOW_US, NOW_US) == "as soon as there is room"
    assert until(None, NOW_US) == "when somebody lets it"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2h", "2025-12-31T22:00:00.000000Z"),
        ("90s", "2025-12-31T23:58:30.000000Z"),
        ("1w", "2025-12-25T00:00:00.000000Z"),
        ("2025-12-31", "2025-12-31T00:00:00.000000Z"),
        ("2025-12-31T08:00", "2025-12-31T08:00:00.000000Z"),
        ("2025-12-31T08:00+02:00", "2025-12-31T06:00:00.000000Z"),
        (" 2025-12-31T08:00:00.5Z ", "2025-12-31T08:00:00.500000Z"),
    ],
)
def test_a_typed_time_is_a_span_ago_or_iso_in_utc(text: str, at: str) -> None:
    assert iso(moment(text, NOW_US, name="--since")) == at


@pytest.mark.parametrize("text", ["", "yesterday", "2 h", "-2h", "2y", "2026-13-01", "٢h", "1h2m"])
def test_another_text_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(SettingsError, match=r"--since is .*; use a span such as 30m"):
        moment(text, NOW_US, name="--since")


@given(st.integers(min_value=0, max_value=2**52))
def test_what_is_read_can_be_typed(at_us: int) -> None:
    assert moment(iso(at_us), NOW_US, name="x") == at_us


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31T23:59:59Z", "0001-01-01T00:00+23:59"])
def test_before_the_beginning_is_the_beginning(text: str) -> None:
    assert moment(text, NOW_US, name="since") == 0


def test_what_cannot_be_shown_is_no_time() -> None:
    assert iso(moment("9999-12-31T23:59:59.999999Z", NOW_US, name="x")).startswith("9999-12-31")
    with pytest.raises(SettingsError, match="before the year 10000"):
        moment("9999-12-31T23:59:59-23:59", NOW_US, name="since")
