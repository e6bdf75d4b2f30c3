"""What every backend promises about counts by minute and hour, and about sources."""

from typing import Any

import pytest

from tieline.model.commands import DeliveryTime, KeepTally, Purge, TallyRow
from tieline.model.views.series import (
    HOUR_US,
    MINUTE_US,
    CountBacklog,
    ListSources,
    ReadSeries,
    ReadSeriesCounts,
    ReadSums,
)
from tieline.ports.views import Views

HOUR = 1_767_225_600_000_000
"""Where an hour begins."""


def row(word: str, number: int, at_us: int = HOUR, name: str = "post") -> TallyRow:
    return TallyRow("flow", name, MINUTE_US, at_us, word, number)


def hourly(word: str, number: int, at_us: int = HOUR, kind: str = "flow") -> TallyRow:
    return TallyRow(kind, "post" if kind == "flow" else "billing", HOUR_US, at_us, word, number)


async def keep(house: Any, *rows: TallyRow, heard: tuple[DeliveryTime, ...] = ()) -> None:
    await house.journal.commit(KeepTally(rows, heard))


async def test_counts_of_several_processes_are_added_up(house: Any, views: Views) -> None:
    await keep(house, row("done", 2), row("most-queued", 7))
    await keep(house, row("most-queued", 3), row("done", 3), row("dead", 1))

    series = await views.read(ReadSeries("flow", "post", HOUR, HOUR + MINUTE_US))

    assert [dict(point.counts) for point in series.points] == [
        {"done": 5, "most-queued": 7, "dead": 1}
    ]
    assert series.total.success == pytest.approx(5 / 6)


async def test_a_series_has_a_point_for_each_step_also_where_nothing_happened(
    house: Any, views: Views
) -> None:
    await keep(house, row("done", 1, HOUR + 2 * MINUTE_US), row("took-01", 1, HOUR + 2 * MINUTE_US))
    await keep(house, row("done", 9, HOUR + 5 * MINUTE_US), row("done", 9, HOUR, "other"))

    series = await views.read(ReadSeries("flow", "post", HOUR + 1, HOUR + 5 * MINUTE_US))

    assert [point.at_us for point in series.points] == [HOUR + n * MINUTE_US for n in range(5)]
    assert [point.counts.get("done", 0) for point in series.points] == [0, 0, 1, 0, 0]
    assert [point.success for point in series.points] == [None, None, 1.0, None, None]
    assert series.points[2].p50_us == 1_500
    assert series.points[0].p95_us is None
    assert series.total.counts == {"done": 1}


async def test_longer_steps_add_up_and_keep_the_largest(house: Any, views: Views) -> None:
    for number in range(4):
        at_us = HOUR + number * MINUTE_US
        await keep(house, row("done", 1, at_us), row("most-age-us", 10 * number, at_us))

    series = await views.read(ReadSeries("flow", "post", HOUR, HOUR + 4 * MINUTE_US, 2 * MINUTE_US))

    assert [dict(point.counts) for point in series.points] == [
        {"done": 2, "most-age-us": 10}, {"done": 2, "most-age-us": 30},
    ]  # fmt: skip


async def test_long_series_are_made_of_hours_and_never_of_too_many_points(
    house: Any, views: Views
) -> None:
    await keep(house, hourly("done", 5), row("done", 4))

    week = await views.read(ReadSeries("flow", "post", HOUR, HOUR + 7 * 24 * HOUR_US))

    assert week.step_us == HOUR_US
    assert len(week.points) == 168
    assert week.total.counts == {"done": 5}
    long = await views.read(ReadSeries("flow", "post", HOUR, HOUR + 9_000 * HOUR_US, 1))
    assert len(long.points) <= 1_500


async def test_sums_are_of_every_name_of_a_kind(house: Any, views: Views) -> None:
    await keep(house, row("done", 1), row("done", 2, name="other"), row("took-00", 2, name="other"))
    await keep(house, row("done", 8, HOUR + 10 * MINUTE_US), hourly("accepted", 3, kind="source"))

    sums = await views.read(ReadSums("flow", HOUR, HOUR + 5 * MINUTE_US))

    assert {name: dict(point.counts) for name, point in sums.items()} == {
        "post": {"done": 1}, "other": {"done": 2},
    }  # fmt: skip
    assert sums["other"].p95_us == 950
    day = await views.read(ReadSums("source", HOUR, HOUR + 24 * HOUR_US))
    assert {name: dict(point.counts) for name, point in day.items()} == {"billing": {"accepted": 3}}
    assert await views.read(ReadSums("connection", HOUR, HOUR + HOUR_US)) == {}


async def test_sparklines_have_one_count_a_step_for_each_name(house: Any, views: Views) -> None:
    await keep(house, row("done", 1), row("dead", 2), row("held", 4, HOUR + 2 * MINUTE_US))
    names, words = ("post", "nobody"), ("dead", "held")

    sparks = await views.read(
        ReadSeriesCounts("flow", names, words, HOUR, HOUR + 3 * MINUTE_US, MINUTE_US)
    )

    assert sparks == {"post": (2, 0, 4), "nobody": (0, 0, 0)}
    assert await views.read(ReadSeriesCounts("flow", (), words, HOUR, HOUR + 1)) == {}


async def test_a_source_is_listed_with_its_rhythm_and_its_day(house: Any, views: Views) -> None:
    now_us = HOUR + 30 * MINUTE_US
    heard = DeliveryTime("billing", HOUR, HOUR + 10 * MINUTE_US, 11)
    await keep(house, hourly("accepted", 10, kind="source"), heard=(heard,))
    await keep(house, hourly("refused", 1, kind="source"))

    [source] = await views.read(ListSources(now_us))

    assert (source.name, source.last_us, source.gap_us) == (
        "billing", HOUR + 10 * MINUTE_US, MINUTE_US,
    )  # fmt: skip
    assert source.counts == {
        "accepted": 10, "duplicate": 0, "refused": 1, "quarantined": 0, "unmatched": 0,
        "challenge": 0,
    }  # fmt: skip
    assert (source.heard, source.first_us) == (11, source.last_us), "only hours of it are kept"
    await keep(house, hourly("rate-limited", 3, kind="source"))
    [source] = await views.read(ListSources(now_us))
    assert source.counts["rate-limited"] == 3


async def test_a_source_that_was_heard_by_two_processes_has_one_rhythm(
    house: Any, views: Views
) -> None:
    await keep(house, heard=(DeliveryTime("billing", HOUR, HOUR + MINUTE_US, 2),))
    await keep(
        house, heard=(DeliveryTime("billing", HOUR + 2 * MINUTE_US, HOUR + 2 * MINUTE_US, 1),)
    )
    await keep(
        house, heard=(DeliveryTime("billing", HOUR, HOUR, 1), DeliveryTime("shop", HOUR, HOUR, 1))
    )

    sources = await views.read(ListSources(HOUR + HOUR_US))

    assert [(s.name, s.last_us, s.gap_us) for s in sources] == [
        ("billing", HOUR + 2 * MINUTE_US, MINUTE_US), ("shop", HOUR, None),
    ]  # fmt: skip


async def test_the_backlog_is_what_is_queued_by_flow(
    house: Any, views: Views, invoice: Any
) -> None:
    assert await views.read(CountBacklog()) == ()
    first_us = house.clock.at_us
    await house.deliver("invoice.paid", invoice(1))
    house.clock.advance(seconds=60)
    await house.deliver("invoice.paid", invoice(2, "cus_2"))
    await house.deliver("order.made", {"id": 1})

    rows = {row.flow: row for row in await views.read(CountBacklog())}

    assert {flow: row.queued for flow, row in rows.items()} == {"post_invoice": 2, "ship_order": 1}
    assert rows["post_invoice"].oldest_us == first_us
    await house.claim()
    assert await views.read(CountBacklog()) == ()


async def test_minutes_are_kept_for_days_and_hours_for_months(house: Any, views: Views) -> None:
    await keep(house, row("done", 1), hourly("done", 1))
    day_us = 24 * HOUR_US
    for days, minutes, hours in ((2, 1, 1), (4, 0, 1), (91, 0, 0)):
        now_us = HOUR + days * day_us
        await house.journal.commit(Purge(0, 0, now_us))

        by_minute = await views.read(ReadSeries("flow", "post", HOUR, HOUR + MINUTE_US))
        by_hour = await views.read(ReadSeries("flow", "post", HOUR, HOUR + HOUR_US, HOUR_US))

        assert by_minute.total.counts.get("done", 0) == minutes
        assert by_hour.total.counts.get("done", 0) == hours
