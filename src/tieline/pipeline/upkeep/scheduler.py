"""Clockwork: schedules that are due come in; each due time becomes one event, fired once."""

from datetime import UTC, datetime, timedelta

from tieline.model.base.ids import NO_TENANT, Micros
from tieline.model.commands import Fire, KeepSchedule, ScheduleRow
from tieline.model.hub.flow import FIRED, HubSpec, ScheduleSource
from tieline.model.runs.facts import ScheduleFired
from tieline.pipeline.admit import Admitter, Occurrence, Origin, to_json
from tieline.ports.clock import Clock
from tieline.ports.crashpoints import Reach, go_on
from tieline.ports.journal import Journal
from tieline.ports.observer import NOBODY, Observer
from tieline.rules.runs.schedule import due_firings, next_firing

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Clockwork:
    """Fires the hub's schedules; several processes may try, each firing happens once."""

    def __init__(  # noqa: PLR0913 - the parts of a clockwork
        self,
        hub: HubSpec,
        admitter: Admitter,
        journal: Journal,
        clock: Clock,
        reach: Reach = go_on,
        observer: Observer = NOBODY,
    ) -> None:
        sources = (flow.source for flow in hub.flows.values())
        self._sources = {s.name: s for s in sources if isinstance(s, ScheduleSource)}
        self._rows: dict[str, ScheduleRow] = {}
        self._admitter = admitter
        self._journal = journal
        self._clock = clock
        self._reach = reach
        self._observer = observer

    async def register(self) -> None:
        """Make the store know every schedule; known ones keep what they are due for."""
        now_us = self._clock.now_us()
        for source in self._sources.values():
            schedule = source.schedule
            next_us = to_micros(next_firing(schedule, to_datetime(now_us)))
            self._rows[source.name] = await self._journal.commit(
                KeepSchedule(source.name, schedule.cron, schedule.zone, next_us, now_us)
            )

    async def fire_pass(self) -> Micros | None:
        """Fire what is due; returns when the next schedule is (None: there is none)."""
        now_us = self._clock.now_us()
        for row in list(self._rows.values()):
            if row.next_us <= now_us:
                await self._fire(self._sources[row.name], row, now_us)
        return min((row.next_us for row in self._rows.values()), default=None)

    async def _fire(self, source: ScheduleSource, row: ScheduleRow, now_us: Micros) -> None:
        """Store the firing that is owed, with what was missed; then look where the row stands."""
        before = to_datetime(row.next_us) - MICROSECOND
        owed = due_firings(source.schedule, before, to_datetime(now_us))
        missed = 0 if owed.missed is None else owed.missed.count
        admission = None
        if owed.fire is not None:
            occurrences = [_occurrence(source, owed.fire, missed)]
            origin = Origin(NO_TENANT, source.name, now_us, f"{source.name}@{owed.fire:%FT%TZ}")
            admission = self._admitter.admit(occurrences, origin).admissions[0]
        next_us = to_micros(next_firing(source.schedule, to_datetime(now_us)))
        self._reach("fire.before")
        fire = Fire(row.name, row.next_us, next_us, missed, admission, now_us)
        fired = await self._journal.commit(fire)
        self._reach("fire.after")
        if fired.fresh or admission is None:
            told = ScheduleFired(row.name, row.next_us, missed, fired.event_id or None)
            self._observer.saw(told)
        schedule = source.schedule
        self._rows[row.name] = await self._journal.commit(
            KeepSchedule(row.name, schedule.cron, schedule.zone, next_us, now_us)
        )


def _occurrence(source: ScheduleSource, due: datetime, missed: int) -> Occurrence:
    payload = {"schedule": source.name, "due": due.isoformat(), "missed_before": missed}
    return Occurrence(FIRED, due.isoformat(), payload, to_json(payload))


def to_datetime(micros: Micros) -> datetime:
    """Stored time as a datetime in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def to_micros(moment: datetime) -> Micros:
    """A datetime as stored time."""
    return (moment - EPOCH) // MICROSECOND
