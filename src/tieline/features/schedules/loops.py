"""Loops: schedules that are due become events; each due time fires once, whoever tries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tieline.features.manifest import Engine, Repeats
from tieline.features.schedules.model import (
    Fire,
    FireAsked,
    KeepSchedule,
    ListSchedules,
    ScheduleRow,
)
from tieline.model.base.ids import NO_TENANT, Micros, TenantId
from tieline.model.base.json_text import json_text
from tieline.model.base.value import value
from tieline.model.commands import Admission
from tieline.model.hub.flow import FIRED, ScheduleSource
from tieline.model.runs.facts import ScheduleFired
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.ports.tenants import TenantBook
from tieline.rules.fleet.declaring import schedule_part
from tieline.rules.runs.schedule import due_firings, next_firing

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
AHEAD_US = 2_000_000
"""By how much the clock of who fired last may be ahead of ours."""
LONGEST_REST_S = 2.0
"""A person may have asked for a firing, in whatever process."""
NEVER_S = 30.0
SHORTEST_REST_S = 0.001


@value
class DueFiring:
    """What becomes one event for each tenant."""

    due: datetime
    missed: int
    """Firings before it that did not happen."""
    asked_by: str | None = None
    """A person, beside the schedule's own times."""


def loops(engine: Engine) -> Iterator[Repeats]:
    """Every scheduler looks at the clock, for a schedule fires once whoever tries."""
    scheduler = Scheduler(engine)
    yield Repeats("schedules", scheduler.pass_, once=False, begin=scheduler.register)


class Scheduler:
    """Fires the hub's schedules; several processes may try, each firing happens once."""

    def __init__(self, engine: Engine) -> None:
        sources = (flow.source for flow in engine.hub.flows.values())
        self._sources = {s.name: s for s in sources if isinstance(s, ScheduleSource)}
        self._rows: dict[str, ScheduleRow] = {}
        self._engine = engine

    async def register(self) -> None:
        """Make the store know every schedule; known ones keep what they are due for."""
        for source in self._sources.values():
            self._rows[source.name] = await self._kept(source)

    async def _kept(self, source: ScheduleSource, next_us: Micros | None = None) -> ScheduleRow:
        """The row as it stands: with our times, unless a newer release at work has others."""
        engine, schedule = self._engine, source.schedule
        now_us = engine.clock.now_us()
        if next_us is None:
            next_us = self._next_us(source, now_us)
        keep = KeepSchedule(source.name, schedule.cron, schedule.zone, next_us, now_us)
        row = await engine.journal.commit(keep)
        if is_alike(row, source) or not await engine.peers.decides(schedule_part(source.name)):
            return row
        return await engine.journal.commit(replace(keep, changes=True))

    def _next_us(self, source: ScheduleSource, now_us: Micros) -> Micros:
        return to_micros(next_firing(source.schedule, to_datetime(now_us)))

    async def pass_(self) -> float:
        """Fire what people asked for, and what is due; returns how long to rest."""
        await self.fire_asked()
        next_us = await self.fire_due()
        self._engine.look()
        if next_us is None:
            return NEVER_S
        rest_s = (next_us - self._engine.clock.now_us()) / 1e6
        return min(max(rest_s, SHORTEST_REST_S), LONGEST_REST_S)

    async def fire_due(self) -> Micros | None:
        """Fire what is due; returns when the next schedule is (None: there is none)."""
        now_us = self._engine.clock.now_us()
        for row in list(self._rows.values()):
            source = self._sources[row.name]
            if not is_alike(row, source):
                row = self._rows[row.name] = await self._kept(source)
            if not is_alike(row, source):
                continue
            if row.next_us <= now_us:
                await self._fire(source, row, now_us)
            elif (next_us := self._next_us(source, now_us + AHEAD_US)) < row.next_us:
                # The clock was put back.
                self._rows[row.name] = await self._kept(source, next_us)
        own = [row for row in self._rows.values() if is_alike(row, self._sources[row.name])]
        return min((row.next_us for row in own), default=None)

    async def fire_asked(self) -> None:
        """Fire what people want now, and is declared here."""
        if not self._sources:
            return
        for row in await self._engine.views.read(ListSchedules()):
            source = self._sources.get(row.name)
            if source is not None and row.asked_us is not None:
                await self._fire_asked(source, row, row.asked_us)

    async def _fire_asked(self, source: ScheduleSource, row: ScheduleRow, asked_us: Micros) -> None:
        engine = self._engine
        now_us = engine.clock.now_us()
        firing = DueFiring(to_datetime(asked_us), 0, row.asked_by)
        admissions = tuple(
            self._admission(source, firing, tenant, now_us)
            for tenant in for_whom(source, engine.tenants)
        )
        fired = await engine.journal.commit(FireAsked(row.name, asked_us, admissions, now_us))
        if fired.fresh:
            engine.observer.saw(ScheduleFired(row.name, asked_us, 0, fired.event_id))

    async def _fire(self, source: ScheduleSource, row: ScheduleRow, now_us: Micros) -> None:
        """Store the firing that is owed, with what was missed; then look where the row stands."""
        engine = self._engine
        before = to_datetime(row.next_us) - MICROSECOND
        owed = due_firings(source.schedule, before, to_datetime(now_us))
        missed = 0 if owed.missed is None else owed.missed.count
        admissions: tuple[Admission, ...] = ()
        if owed.fire is not None:
            admissions = tuple(
                self._admission(source, DueFiring(owed.fire, missed), tenant, now_us)
                for tenant in for_whom(source, engine.tenants)
            )
        next_us = self._next_us(source, now_us)
        engine.reach("fire.before")
        times = (row.cron, row.zone)
        fire = Fire(row.name, row.next_us, next_us, missed, admissions, now_us, times)
        fired = await engine.journal.commit(fire)
        engine.reach("fire.after")
        if fired.fresh or not admissions:
            told = ScheduleFired(row.name, row.next_us, missed, fired.event_id or None)
            engine.observer.saw(told)
        self._rows[row.name] = await self._kept(source)

    def _admission(
        self, source: ScheduleSource, firing: DueFiring, tenant: TenantId, now_us: Micros
    ) -> Admission:
        occurrence = _occurrence(source, firing, tenant)
        correlation = f"{source.name}@{firing.due:%FT%TZ}"
        if tenant != NO_TENANT:  # else one search would find the firings of all tenants
            correlation = f"{correlation}@{tenant}"
        origin = EventOrigin(tenant, source.name, now_us, correlation)
        return self._engine.admitter.admit([occurrence], origin).admissions[0]


def is_alike(row: ScheduleRow, source: ScheduleSource) -> bool:
    """Whether it is stored with the times that are declared here."""
    return (row.cron, row.zone) == (source.schedule.cron, source.schedule.zone)


def for_whom(source: ScheduleSource, tenants: TenantBook) -> tuple[TenantId, ...]:
    """On whose behalf a schedule fires now."""
    if source.each is None:
        return (NO_TENANT,)
    wanted = source.each.names
    return tuple(tenant for tenant in tenants.all() if not wanted or tenant in wanted)


def _occurrence(source: ScheduleSource, firing: DueFiring, tenant: TenantId) -> Occurrence:
    due = firing.due
    payload: dict[str, str | int] = {
        "schedule": source.name,
        "due": due.isoformat(),
        "missed_before": firing.missed,
    }
    if tenant != NO_TENANT:
        payload["tenant"] = tenant
    if firing.asked_by is None:
        return Occurrence(FIRED, due.isoformat(), payload, json_text(payload))
    payload["asked_by"] = firing.asked_by
    return Occurrence(FIRED, f"asked {due.isoformat()}", payload, json_text(payload))


def to_datetime(micros: Micros) -> datetime:
    """Stored time as a datetime in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def to_micros(moment: datetime) -> Micros:
    """A datetime as stored time."""
    return (moment - EPOCH) // MICROSECOND
