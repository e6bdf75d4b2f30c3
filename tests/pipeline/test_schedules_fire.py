"""Schedules: each due time becomes one event, whatever was missed, moved or restarted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.engine import Engine, Town, Vendor, a_town
from tests.makers import START_US

from tieline import Event, MissedPolicy, Run, Tenant
from tieline.features.schedules.loops import Scheduler
from tieline.features.schedules.model import (
    FireSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
)
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.commands import By
from tieline.model.views.series import HOUR_US


def firing(town: Town, cron: str, heard: list[Event], **options: Any) -> None:
    @town.hub.flow(on=town.hub.schedule(cron, **options), name="fires")
    async def fires(fired: dict[str, Any], run: Run) -> None:
        heard.append(run.event)


def due(heard: list[Event]) -> list[str]:
    return [event.identity for event in heard]


async def fire(engine: Engine, **duration: float) -> None:
    """Move the clock, and make the pass that a hub makes by itself."""
    engine.clock.advance(**duration)
    await engine.parts.house.beat_pass()
    await engine.kept["schedules"].pass_()
    await engine.work()


async def test_a_due_time_fires_once_and_then_the_next(engine: Engine, town: Town) -> None:
    heard: list[Event] = []
    firing(town, "0 6 * * *", heard)
    await engine.open(town.hub)
    await fire(engine, hours=5, minutes=59)
    assert heard == []

    for _ in range(3):
        await fire(engine, minutes=1)
    assert due(heard) == ["2026-01-01T06:00:00+00:00"]
    await fire(engine, hours=24)
    assert due(heard)[1:] == ["2026-01-02T06:00:00+00:00"]


async def test_a_time_that_was_missed_is_made_up_for_once_and_the_rest_counted(
    engine: Engine, town: Town
) -> None:
    payloads: list[dict[str, Any]] = []

    @town.hub.flow(on=town.hub.schedule("0 * * * *"), name="fires")
    async def fires(fired: dict[str, Any], run: Run) -> None:
        payloads.append(fired)

    await engine.open(town.hub)
    engine.clock.advance(hours=7, minutes=30)
    await engine.restart(town.hub)
    await fire(engine, seconds=1)

    assert [(p["due"], p["missed_before"]) for p in payloads] == [("2026-01-01T07:00:00+00:00", 6)]


async def test_a_time_that_was_missed_may_be_skipped(engine: Engine, town: Town) -> None:
    heard: list[Event] = []
    firing(town, "0 * * * *", heard, missed=MissedPolicy.SKIP)
    await engine.open(town.hub)
    engine.clock.advance(hours=7, minutes=30)
    await engine.restart(town.hub)
    await fire(engine, seconds=1)
    assert heard == []

    await fire(engine, minutes=30)
    assert due(heard) == ["2026-01-01T08:00:00+00:00"]


async def test_a_schedule_follows_the_clock_on_the_wall_of_its_zone(
    engine: Engine, town: Town
) -> None:
    heard: list[Event] = []
    firing(town, "0 6 * * *", heard, zone="Europe/Berlin")
    at = datetime(2026, 3, 28, tzinfo=UTC)
    engine.clock.at_us = int(at.timestamp() * 1e6)
    await engine.open(town.hub)
    for _ in range(72):
        await fire(engine, hours=1)

    assert due(heard) == [
        "2026-03-28T05:00:00+00:00",
        "2026-03-29T04:00:00+00:00",
        "2026-03-30T04:00:00+00:00",
    ]


async def test_a_restart_neither_repeats_a_firing_nor_forgets_one(
    engine: Engine, town: Town
) -> None:
    heard: list[Event] = []
    firing(town, "*/10 * * * *", heard)
    await engine.open(town.hub)
    for _ in range(12):
        await fire(engine, minutes=5)
        await engine.restart(town.hub)
        await fire(engine, seconds=0)

    assert len(due(heard)) == len(set(due(heard))) == 6


async def test_two_that_look_at_the_same_time_fire_once(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    heard: list[Event] = []
    firing(town, "0 6 * * *", heard)
    await engine.open(town.hub)
    engine.clock.advance(hours=6)
    await engine.parts.house.beat_pass()
    parts = engine.parts
    other = Scheduler(parts)
    await other.register()
    await engine.kept["schedules"].pass_()
    await other.pass_()
    await engine.work()

    assert len(heard) == 1


async def test_a_schedule_that_a_release_changes_begins_afresh(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    heard: list[Event] = []
    firing(town, "0 6 * * *", heard, name="nightly")
    await engine.open(town.hub)
    await fire(engine, hours=6)
    later = a_town(vendor)
    firing(later, "0 9 * * *", heard, name="nightly")
    await engine.restart(later.hub)
    await fire(engine, hours=3)

    assert due(heard) == ["2026-01-01T06:00:00+00:00", "2026-01-01T09:00:00+00:00"]


async def test_flows_may_share_a_schedule(engine: Engine, town: Town) -> None:
    heard: list[str] = []
    source = town.hub.schedule("@daily")
    for name in ("one", "two"):

        async def flow(fired: dict[str, Any], run: Run) -> None:
            heard.append(run.id)

        town.hub.flow(on=source, name=name)(flow)
    await engine.open(town.hub)
    await fire(engine, hours=24)

    assert len(set(heard)) == 2


def whose(heard: list[Event]) -> list[tuple[str, str]]:
    return sorted((event.tenant, event.identity) for event in heard)


async def test_a_schedule_fires_once_for_each_tenant(engine: Engine, town: Town) -> None:
    heard: list[Event] = []
    town.hub.tenants("shop-a", "shop-b", "shop-c")
    firing(town, "0 6 * * *", heard, each=Tenant.every())

    @town.hub.flow(on=town.hub.schedule("0 6 * * *", name="some", each=("shop-b",)))
    async def some(fired: dict[str, Any], run: Run) -> None:
        heard.append(run.event)
        assert fired["tenant"] == run.event.tenant == "shop-b"

    await engine.open(town.hub)
    for _ in range(3):
        await fire(engine, hours=3)

    due_at = "2026-01-01T06:00:00+00:00"
    names = ("shop-a", "shop-b", "shop-b", "shop-c")
    assert whose(heard) == [(name, due_at) for name in names]
    assert len({event.correlation for event in heard}) == 4


async def test_a_schedule_for_each_of_nobody_goes_on_and_fires_for_whom_it_knows_later(
    engine: Engine, vendor: Vendor
) -> None:
    heard: list[Event] = []
    empty, later = a_town(vendor), a_town(vendor)
    later.hub.tenants("shop-a")
    for town in (empty, later):
        firing(town, "0 6 * * *", heard, each=Tenant.every())
    await engine.open(empty.hub)
    await fire(engine, hours=7)
    assert heard == []

    await engine.restart(later.hub)
    await fire(engine, hours=24)

    assert whose(heard) == [("shop-a", "2026-01-02T06:00:00+00:00")]


# --- by hand ------------------------------------------------------------------------------------


async def test_a_person_has_it_fire_now_once_and_its_own_times_stay(
    engine: Engine, town: Town
) -> None:
    """Whichever scheduler looks first; also while it is paused."""
    heard: list[Event] = []
    payloads: list[dict[str, Any]] = []

    @town.hub.flow(on=town.hub.schedule("0 6 * * *", name="nightly"), name="fires")
    async def fires(fired: dict[str, Any], run: Run) -> None:
        heard.append(run.event)
        payloads.append(fired)

    await engine.open(town.hub)
    by = By("ana", "the books are late", engine.clock.at_us)
    name = next(iter(engine.parts.hub.flows.values())).source.name
    await engine.parts.journal.commit(FireSchedule(name, by))
    with pytest.raises(Conflict, match="was asked for already"):
        await engine.parts.journal.commit(FireSchedule(name, by))
    other = Scheduler(engine.parts)
    await other.register()
    await other.pass_()
    await fire(engine, minutes=1)
    await engine.parts.journal.commit(PauseSchedule(name, by))
    again = By("ana", "once more", engine.clock.at_us)
    await engine.parts.journal.commit(FireSchedule(name, again))
    await fire(engine, minutes=1)

    assert [payload["asked_by"] for payload in payloads] == ["ana", "ana"]
    assert [identity.split()[0] for identity in due(heard)] == ["asked", "asked"]
    (row,) = await engine.parts.views.read(ListSchedules())
    assert (row.asked_us, row.next_us) == (None, START_US + 6 * HOUR_US)


async def test_the_times_of_a_paused_schedule_pass_and_count_as_missed(
    engine: Engine, town: Town
) -> None:
    heard: list[Event] = []
    firing(town, "0 * * * *", heard)
    await engine.open(town.hub)
    by = By("ana", "maintenance", engine.clock.at_us)
    (row,) = await engine.parts.views.read(ListSchedules())
    await engine.parts.journal.commit(PauseSchedule(row.name, by))
    with pytest.raises(Conflict, match="is paused already"):
        await engine.parts.journal.commit(PauseSchedule(row.name, by))
    for _ in range(3):
        await fire(engine, hours=1)
    (row,) = await engine.parts.views.read(ListSchedules())
    assert (heard, row.missed, row.paused_by) == ([], 3, "ana")

    await engine.parts.journal.commit(ResumeSchedule(row.name, by))
    await fire(engine, seconds=1)
    assert heard == []
    await fire(engine, hours=1)

    assert due(heard) == ["2026-01-01T04:00:00+00:00"]
    with pytest.raises(Conflict, match="is not paused"):
        await engine.parts.journal.commit(ResumeSchedule(row.name, by))
    with pytest.raises(NotFound):
        await engine.parts.journal.commit(FireSchedule("schedule:none", by))
