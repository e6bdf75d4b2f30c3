"""Schedule: a cron expression and a moment come in; when it fires next, or what it owes, goes out.

Firings are on the wall clock of the schedule's zone. On the night the clocks go forward, a local
time that does not exist fires once, at the moment the gap ends (02:30 at 03:00); on the night
they go back, a local time that happens twice fires once, the first time. The one exception is a
schedule for every hour (hour field ``*``): it follows elapsed time, so the repeated hour has its
firings too and no hour is without them. Results are in UTC.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from tieline.model.base.errors import ScheduleError
from tieline.model.hub.schedule import NOTHING_DUE, DueFirings, Missed, MissedPolicy, Schedule

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
ON_TIME = timedelta(minutes=1)
"""A firing noticed within this time was not missed."""
MOST_COUNTED = 500
"""Missed firings beyond this are not counted one by one: a count costs 50 us each."""

_LONGEST_CRON = 200
_FIELDS = "minute hour day-of-month month day-of-week"
_MACHINE_ZONES = frozenset({"", "localtime", "posixrules"})


def check(schedule: Schedule) -> None:
    """Raise ScheduleError if the expression or the zone cannot be used, or would never fire."""
    next_firing(schedule, datetime(2024, 1, 1, tzinfo=UTC))


def next_firing(schedule: Schedule, after: datetime) -> datetime:
    """The first firing later than *after*, in UTC. Raises ScheduleError."""
    start = after.astimezone(_zone(schedule.zone))
    try:
        firings = CronSim(_expression(schedule.cron), start)
    except (CronSimError, ValueError, AssertionError) as error:
        raise _unusable(schedule.cron, str(error)) from None
    for firing in firings:
        moment = firing.astimezone(UTC)
        if moment > after:
            return moment
    raise ScheduleError("cron", schedule.cron, "no date of the next 50 years matches it")


def due_firings(schedule: Schedule, last_fired: datetime, now: datetime) -> DueFirings:
    """What fell due after *last_fired* and not after *now*: one firing at most, and the missed.

    Bounded, however long nobody looked. Raises ScheduleError.
    """
    first = next_firing(schedule, last_fired)
    if first > now:
        return NOTHING_DUE
    latest = _latest(schedule, first, now)
    if schedule.missed is MissedPolicy.SKIP and now - latest > ON_TIME:
        return DueFirings(None, _missed(schedule, first, latest))
    if first == latest:
        return DueFirings(latest)
    before = _latest(schedule, first, latest - timedelta(microseconds=1))
    return DueFirings(latest, _missed(schedule, first, before))


def _latest(schedule: Schedule, found: datetime, now: datetime) -> datetime:
    """The last firing not after *now*, by halving the time between *found* and *now*."""
    end = now
    while end - found > timedelta(seconds=1):
        middle = found + (end - found) / 2
        firing = next_firing(schedule, middle)
        if firing <= now:
            found = firing
        else:
            end = middle
    return found


def _missed(schedule: Schedule, first: datetime, last: datetime) -> Missed:
    count, at = 1, first
    while at < last and count < MOST_COUNTED:
        count, at = count + 1, next_firing(schedule, at)
    return Missed(count, first, last, and_more=at < last)


def _zone(name: str) -> ZoneInfo:
    try:
        if name in _MACHINE_ZONES:
            raise ValueError(name)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ScheduleError("time zone", name, "use an IANA name such as Europe/Berlin") from None


def _expression(cron: str) -> str:
    """*cron* in five fields, in the spelling that makes the DST rules above hold."""
    text = ALIASES.get(cron.strip().lower(), cron)
    fields = text.split() if len(text) <= _LONGEST_CRON else []
    if len(fields) != 5:
        raise CronSimError("Wrong number of fields")
    # A field that begins with a star makes the library follow elapsed time instead of the wall
    # clock; that is only right for "every hour".
    if fields[1] != "*":
        fields[0] = _without_star(fields[0], "0-59")
        fields[1] = _without_star(fields[1], "0-23")
    return " ".join(fields)


def _without_star(field: str, everything: str) -> str:
    return everything + field[1:] if field.startswith("*") else field


def _unusable(cron: str, complaint: str) -> ScheduleError:
    field = complaint.removeprefix("Bad ")
    if field in _FIELDS.split():
        wanted = f"its {field} field is not valid"
    else:
        names = ", ".join(ALIASES)
        wanted = f"write five fields ({_FIELDS}) or one of {names}"
    return ScheduleError("cron", cron, wanted)
