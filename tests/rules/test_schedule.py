"""When schedules fire, over the nights the clocks change too, and after a downtime."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.model.base.errors import DeclarationError, ScheduleError, TielineError
from tieline.model.hub.schedule import NOTHING_DUE, DueFirings, Missed, MissedPolicy, Schedule
from tieline.rules.runs.schedule import ALIASES, MOST_COUNTED, check, due_firings, next_firing

BERLIN = "Europe/Berlin"
EVEN_HOURS = [f"{hour:02}:00" for hour in range(0, 24, 2)]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local_firings(cron: str, zone: str, day: str) -> list[str]:
    """The firings of one local day, as local wall-clock times; ``*`` marks a repeated hour."""
    there = ZoneInfo(zone)
    start = datetime.fromisoformat(day).replace(tzinfo=there)
    end = (start + timedelta(days=1)).astimezone(UTC)
    at, found = start.astimezone(UTC) - timedelta(seconds=1), []
    while (at := next_firing(Schedule(cron, zone), at)) < end:
        local = at.astimezone(there)
        found.append(local.strftime("%H:%M") + "*" * local.fold)
    return found


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 6 * * *", "2026-11-21T05:59:59", "2026-11-21T06:00:00"),
        ("0 6 * * *", "2026-11-21T06:00:00", "2026-11-22T06:00:00"),
        ("*/15 * * * *", "2026-11-21T05:59:59.999999", "2026-11-21T06:00:00"),
        ("*/15 * * * *", "2026-11-21T06:00:00.000001", "2026-11-21T06:15:00"),
        ("0 9 * * MON", "2026-11-21T12:00:00", "2026-11-23T09:00:00"),
        ("0 0 29 2 *", "2026-11-21T12:00:00", "2028-02-29T00:00:00"),
        ("0 0 L * *", "2026-02-01T00:00:00", "2026-02-28T00:00:00"),
        ("0 9 * * 1#1", "2026-11-21T12:00:00", "2026-12-07T09:00:00"),
        ("@hourly", "2026-11-21T12:00:00", "2026-11-21T13:00:00"),
        ("@daily", "2026-11-21T12:00:00", "2026-11-22T00:00:00"),
        ("@midnight", "2026-11-21T12:00:00", "2026-11-22T00:00:00"),
        ("@weekly", "2026-11-21T12:00:00", "2026-11-22T00:00:00"),
        ("@monthly", "2026-11-21T12:00:00", "2026-12-01T00:00:00"),
        ("@YEARLY", "2026-11-21T12:00:00", "2027-01-01T00:00:00"),
        (" @annually ", "2026-11-21T12:00:00", "2027-01-01T00:00:00"),
    ],
)
def test_the_next_firing_is_the_first_one_later_than_the_moment(
    cron: str, after: str, expected: str
) -> None:
    assert next_firing(Schedule(cron), utc(after)) == utc(expected)


def test_the_wall_clock_is_that_of_the_zone() -> None:
    assert next_firing(Schedule("0 6 * * *", BERLIN), utc("2026-07-01T00:00")) == utc(
        "2026-07-01T04:00"
    )
    assert next_firing(Schedule("0 6 * * *", BERLIN), utc("2026-12-01T00:00")) == utc(
        "2026-12-01T05:00"
    )


@pytest.mark.parametrize(
    ("cron", "zone", "day", "expected"),
    [
        ("30 2 * * *", BERLIN, "2026-03-29", ["03:00"]),
        ("0,15,30 2 * * *", BERLIN, "2026-03-29", ["03:00"]),
        ("*/15 2 * * *", BERLIN, "2026-03-29", ["03:00"]),
        ("30 2,3 * * *", BERLIN, "2026-03-29", ["03:00", "03:30"]),
        ("0 2,3 * * *", BERLIN, "2026-03-29", ["03:00"]),
        ("0 */2 * * *", BERLIN, "2026-03-29", ["00:00", "03:00", *EVEN_HOURS[2:]]),
        ("0 * * * *", BERLIN, "2026-03-29", [f"{h:02}:00" for h in range(24) if h != 2]),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-04", ["02:30"]),
        ("30 0 * * *", "Africa/Cairo", "2026-04-24", ["01:00"]),
        ("@daily", "Africa/Cairo", "2026-04-24", ["01:00"]),
    ],
)
def test_a_local_time_that_does_not_exist_fires_once_when_the_gap_ends(
    cron: str, zone: str, day: str, expected: list[str]
) -> None:
    assert local_firings(cron, zone, day) == expected


@pytest.mark.parametrize(
    ("cron", "zone", "day", "expected"),
    [
        ("30 2 * * *", BERLIN, "2026-10-25", ["02:30"]),
        ("*/30 2 * * *", BERLIN, "2026-10-25", ["02:00", "02:30"]),
        ("0 */2 * * *", BERLIN, "2026-10-25", EVEN_HOURS),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-05", ["01:45"]),
    ],
)
def test_a_local_time_that_happens_twice_fires_the_first_time(
    cron: str, zone: str, day: str, expected: list[str]
) -> None:
    assert local_firings(cron, zone, day) == expected


def test_a_schedule_for_every_hour_leaves_no_hour_out() -> None:
    hours = local_firings("0 * * * *", BERLIN, "2026-10-25")

    assert hours == ["00:00", "01:00", "02:00", "02:00*", *[f"{h:02}:00" for h in range(3, 24)]]
    assert len(local_firings("* * * * *", BERLIN, "2026-10-25")) == 25 * 60
    assert len(local_firings("* * * * *", BERLIN, "2026-03-29")) == 23 * 60


@pytest.mark.parametrize(
    ("cron", "says"),
    [
        ("61 * * * *", "minute field"),
        ("0 24 * * *", "hour field"),
        ("0 0 32 * *", "day-of-month field"),
        ("0 0 30 2 *", "day-of-month field"),
        ("0 0 * 13 *", "month field"),
        ("0 0 * * 9", "day-of-week field"),
        ("0 0 * * MON-", "day-of-week field"),
        ("*/0 * * * *", "minute field"),
        ("5-1 * * * *", "minute field"),
        ("", "write five fields"),
        ("0 0 * *", "write five fields"),
        ("0 0 0 * * *", "write five fields"),
        ("@fortnightly", "write five fields"),
        ("every day", "write five fields"),
        ("0 " * 200, "write five fields"),
        ("9" * 150 + " * * * *", "minute field"),
    ],
)
def test_a_wrong_expression_is_named_with_its_field(cron: str, says: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        check(Schedule(cron))

    assert says in str(caught.value)
    assert repr(cron) in str(caught.value)
    assert caught.value.value == cron


@pytest.mark.parametrize(
    "zone",
    ["", "Mars/Base", "Europe", "../etc/passwd", "/etc/passwd", "localtime", "a\x00b", "CET+"],
)
def test_a_zone_that_is_none_is_named(zone: str) -> None:
    with pytest.raises(ScheduleError, match="IANA name") as caught:
        check(Schedule("@daily", zone))

    assert caught.value.value == zone


def test_a_schedule_error_is_a_value_error_that_fits_the_list_of_mistakes() -> None:
    with pytest.raises(ValueError, match="cron") as caught:
        check(Schedule("61 * * * *"))

    assert isinstance(caught.value, TielineError)
    assert str(caught.value) in str(DeclarationError([str(caught.value)]))


@given(st.text(max_size=30) | st.text("0123456789*/-,#LW@ ", max_size=30))
def test_no_expression_raises_anything_but_a_schedule_error(cron: str) -> None:
    for text in (cron, f"{cron} * * * *", f"* * * * {cron}", f"0 0 {cron} 2 *"):
        try:
            check(Schedule(text))
        except ScheduleError:
            continue


crons = st.sampled_from(
    [*ALIASES, "*/7 * * * *", "30 2 * * *", "*/20 1-3 * * *", "15 1,2 * * SUN", "5 0 L * *"]
)
zones = st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"])
moments = st.timedeltas(timedelta(), timedelta(days=1461)).map(lambda gap: utc("2024-01-01") + gap)


@settings(deadline=None)
@given(crons, zones, moments)
def test_firings_go_strictly_forward(cron: str, zone: str, start: datetime) -> None:
    schedule, firings = Schedule(cron, zone), [start]

    for _ in range(20):
        firings.append(next_firing(schedule, firings[-1]))

    assert all(earlier < later for earlier, later in pairwise(firings))


@settings(deadline=None)
@given(crons, zones, moments, st.timedeltas(timedelta(), timedelta(days=2)))
def test_whatever_the_start_the_same_firing_is_next(
    cron: str, zone: str, start: datetime, step: timedelta
) -> None:
    schedule = Schedule(cron, zone)
    first = next_firing(schedule, start)
    between = min(start + step, first - timedelta(microseconds=1))

    assert next_firing(schedule, between) == first


NOW = utc("2026-11-21T12:00:30")
HOURLY = Schedule("@hourly")
SKIPPING = Schedule("@hourly", missed=MissedPolicy.SKIP)


def test_nothing_is_due_before_the_next_firing() -> None:
    assert due_firings(HOURLY, utc("2026-11-21T12:00"), NOW) == NOTHING_DUE


@pytest.mark.parametrize("schedule", [HOURLY, SKIPPING])
def test_a_firing_on_time_happens_under_either_policy(schedule: Schedule) -> None:
    due = due_firings(schedule, utc("2026-11-21T11:00"), NOW)

    assert due == DueFirings(utc("2026-11-21T12:00"))


def test_run_once_makes_up_for_the_latest_and_records_the_others() -> None:
    due = due_firings(HOURLY, utc("2026-11-21T05:00"), utc("2026-11-21T12:40"))

    assert due == DueFirings(
        utc("2026-11-21T12:00"), Missed(6, utc("2026-11-21T06:00"), utc("2026-11-21T11:00"))
    )


def test_skip_records_all_that_were_missed_and_fires_none() -> None:
    due = due_firings(SKIPPING, utc("2026-11-21T05:00"), utc("2026-11-21T12:40"))

    assert due == DueFirings(None, Missed(7, utc("2026-11-21T06:00"), utc("2026-11-21T12:00")))


def test_skip_still_fires_the_one_that_is_due_right_now() -> None:
    due = due_firings(SKIPPING, utc("2026-11-21T05:00"), NOW)

    assert due == DueFirings(
        utc("2026-11-21T12:00"), Missed(6, utc("2026-11-21T06:00"), utc("2026-11-21T11:00"))
    )


def test_a_single_late_firing_is_made_up_for_or_missed() -> None:
    last, now = utc("2026-11-21T11:00"), utc("2026-11-21T12:40")

    assert due_firings(HOURLY, last, now) == DueFirings(utc("2026-11-21T12:00"))
    assert due_firings(SKIPPING, last, now) == DueFirings(
        None, Missed(1, utc("2026-11-21T12:00"), utc("2026-11-21T12:00"))
    )


def test_years_of_downtime_are_bounded_and_still_name_first_and_last() -> None:
    minutely = Schedule("* * * * *", BERLIN)

    due = due_firings(minutely, utc("2016-01-01T00:00"), NOW)

    assert due.fire == utc("2026-11-21T12:00")
    assert due.missed == Missed(
        MOST_COUNTED, utc("2016-01-01T00:01"), utc("2026-11-21T11:59"), and_more=True
    )


@settings(deadline=None, max_examples=50)
@given(crons, zones, moments, st.timedeltas(timedelta(), timedelta(days=3)))
def test_every_firing_is_either_fired_or_recorded(
    cron: str, zone: str, last: datetime, gap: timedelta
) -> None:
    schedule, now = Schedule(cron, zone), last + gap
    firings, at = [], last
    while (at := next_firing(schedule, at)) <= now:
        firings.append(at)

    due = due_firings(schedule, last, now)

    assert due.fire == (firings[-1] if firings else None)
    missed = due.missed
    if len(firings) < 2:
        assert missed is None
    else:
        assert missed is not None
        assert (missed.first, missed.last) == (firings[0], firings[-2])
        assert missed.count == min(len(firings) - 1, MOST_COUNTED)
        assert missed.and_more == (len(firings) - 1 > MOST_COUNTED)
