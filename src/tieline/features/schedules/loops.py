"""Loops: schedules that are due become events; each due time fires once, whoever tries."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tieline.features.manifest import Engine, Repeats
from tieline.features.schedules.model import Fire, KeepSchedule, ScheduleRow
from tieline.model.base.ids import NO_TENANT, Micros, TenantId
from tieline.model.base.json_text import json_text
from tieline.model.commands import Admission
from tieline.model.hub.flow import FIRED, ScheduleSource
from tieline.model.runs.facts import ScheduleFired
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.ports.tenants import TenantBook
from tieline.rules.runs.schedule import due_firings, next_firing

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST_REST_S = 30.0
SHORTEST_REST_S = 0.001


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
        now_us = self._engine.clock.now_us()
        for source in self._sources.values():
            schedule = source.schedule
            next_us = to_micros(next_firing(schedule, to_datetime(now_us)))
            self._rows[source.name] = await self._engine.journal.commit(
                KeepSchedule(source.name, schedule.cron, schedule.zone, next_us, now_us)
            )

    async def pass_(self) -> float:
        """Fire what is due; returns how long to rest."""
        next_us = await self.fire_due()
        self._engine.look()
        if next_us is None:
            return LONGEST_REST_S
        rest_s = (next_us - self._engine.clock.now_us()) / 1e6
        return min(max(rest_s, SHORTEST_REST_S), LONGEST_REST_S)

    async def fire_due(self) -> Micros | None:
        """Fire what is due; returns when the next schedule is (None: there is none)."""
        now_us = self._engine.clock.now_us()
        for row in list(self._rows.values()):
            if row.next_us <= now_us:
                await self._fire(self._sources[row.name], row, now_us)
        return min((row.next_us for row in self._rows.values()), default=None)

    async def _fire(self, source: ScheduleSource, row: ScheduleRow, now_us: Micros) -> None:
        """Store the firing that is owed, with what was missed; then look where the row stands."""
        engine = self._engine
        before = to_datetime(row.next_us) - MICROSECOND
        owed = due_firings(source.schedule, before, to_datetime(now_us))
        missed = 0 if owed.missed is None else owed.missed.count
        admissions: tuple[Admission, ...] = ()
        if owed.fire is not None:
            admissions = tuple(
                self._admission(source, owed.fire, missed, tenant, now_us)
                for tenant in for_whom(source, engine.tenants)
            )
        next_us = to_micros(next_firing(source.schedule, to_datetime(now_us)))
        engine.reach("fire.before")
        fire = Fire(row.name, row.next_us, next_us, missed, admissions, now_us)
        fired = await engine.journal.commit(fire)
        engine.reach("fire.after")
        if fired.fresh or not admissions:
            told = ScheduleFired(row.name, row.next_us, missed, fired.event_id or None)
            engine.observer.saw(told)
        schedule = source.schedule
        self._rows[row.name] = await engine.journal.commit(
            KeepSchedule(row.name, schedule.cron, schedule.zone, next_us, now_us)
        )

    def _admission(
        self, source: ScheduleSource, due: datetime, missed: int, tenant: TenantId, now_us: Micros
    ) -> Admission:
        occurrence = _occurrence(source, due, missed, tenant)
        correlation = f"{source.name}@{due:%FT%TZ}"
        if tenant != NO_TENANT:  # else one search would find the firings of all tenants
            correlation = f"{correlation}@{tenant}"
        origin = EventOrigin(tenant, source.name, now_us, correlation)
        return self._engine.admitter.admit([occurrence], origin).admissions[0]


def for_whom(source: ScheduleSource, tenants: TenantBook) -> tuple[TenantId, ...]:
    """On whose behalf a schedule fires now."""
    if source.each is None:
        return (NO_TENANT,)
    wanted = source.each.names
    return tuple(tenant for tenant in tenants.all() if not wanted or tenant in wanted)


def _occurrence(source: ScheduleSource, due: datetime, missed: int, tenant: TenantId) -> Occurrence:
    payload: dict[str, str | int] = {
        "schedule": source.name,
        "due": due.isoformat(),
        "missed_before": missed,
    }
    if tenant != NO_TENANT:
        payload["tenant"] = tenant
    return Occurrence(FIRED, due.isoformat(), payload, json_text(payload))


def to_datetime(micros: Micros) -> datetime:
    """Stored time as a datetime in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def to_micros(moment: datetime) -> Micros:
    """A datetime as stored time."""
    return (moment - EPOCH) // MICROSECOND
