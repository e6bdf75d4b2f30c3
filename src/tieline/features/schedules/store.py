"""Store: schedules are registered, and each due time fires once, whoever tries."""

from tieline.adapters.sql.runs.admission import ClaimedAdmission, admit
from tieline.adapters.sql.statement import Steps, ask, do
from tieline.features.schedules.model import Fire, KeepSchedule, ScheduleRow
from tieline.model.base.ids import EventId
from tieline.model.commands import Ingested


def keep_schedule(command: KeepSchedule) -> Steps[ScheduleRow]:
    """Register a schedule; another cron text or zone starts from its next time, if it may."""
    yield from do(
        "schedules.keep",
        name=command.name,
        cron=command.cron,
        zone=command.zone,
        next_us=command.next_us,
        changes=int(command.changes),
    )
    (row,) = yield from ask("schedules.get", name=command.name)
    return ScheduleRow(*row)


def fire(command: Fire) -> Steps[Ingested]:
    """Move the schedule on and store its events, unless somebody else has done so."""
    moved = yield from do(
        "schedules.fire",
        name=command.name,
        expected_us=command.expected_us,
        next_us=command.next_us,
        missed=command.missed,
        now_us=command.now_us,
        cron=command.times[0],
        zone=command.times[1],
    )
    if not moved or not command.admissions:
        return Ingested(EventId(""), fresh=False)
    answers = yield from admit([ClaimedAdmission(one) for one in command.admissions])
    return next((answer for answer in answers if answer.fresh), answers[0])
