"""Store: schedules are registered, and each due time fires once, whoever tries."""

from collections.abc import Sequence

from tieline.adapters.sql.runs.admission import ClaimedAdmission, admit
from tieline.adapters.sql.runs.deciding import audit
from tieline.adapters.sql.statement import Steps, ask, do
from tieline.features.schedules.model import (
    Fire,
    FireAsked,
    FireSchedule,
    KeepSchedule,
    PauseSchedule,
    ResumeSchedule,
    ScheduleRow,
)
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.base.ids import EventId
from tieline.model.command import Counted
from tieline.model.commands import Admission, Ingested


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
    if not moved:
        yield from do(
            "schedules.pass_over",
            name=command.name,
            expected_us=command.expected_us,
            next_us=command.next_us,
            missed=command.missed + 1,
        )
    return (yield from _admitted(command.admissions if moved else ()))


def fire_asked(command: FireAsked) -> Steps[Ingested]:
    """Store the events of a firing that a person asked for, unless somebody else has done so."""
    moved = yield from do(
        "schedules.fire_asked",
        name=command.name,
        expected_us=command.asked_us,
        now_us=command.now_us,
    )
    return (yield from _admitted(command.admissions if moved else ()))


def _admitted(admissions: Sequence[Admission]) -> Steps[Ingested]:
    if not admissions:
        return Ingested(EventId(""), fresh=False)
    answers = yield from admit([ClaimedAdmission(one) for one in admissions])
    return next((answer for answer in answers if answer.fresh), answers[0])


# --- people -----------------------------------------------------------------------------------


def ask_for(command: FireSchedule) -> Steps[Counted]:
    """It fires at the next look of a scheduler."""
    name, by = command.name, command.by
    yield from _refuse(name)
    count = yield from do("schedules.ask", name=name, at_us=by.at_us, actor=by.actor)
    if not count:
        words = "a firing was asked for already, and happens as soon as a scheduler looks"
        raise Conflict(f"{name}: {words}; tieline schedules show {name} says by whom")
    yield from audit(by, "fire-schedule", name)
    return Counted(count)


def pause(command: PauseSchedule) -> Steps[Counted]:
    """Its times pass; the first reason stands."""
    name, by = command.name, command.by
    yield from _refuse(name)
    count = yield from do(
        "schedules.pause", name=name, at_us=by.at_us, actor=by.actor, reason=by.reason
    )
    if not count:
        raise Conflict(f"{name} is paused already; tieline schedules show {name} says by whom")
    yield from audit(by, "pause-schedule", name)
    return Counted(count)


def resume(command: ResumeSchedule) -> Steps[Counted]:
    """Its pause is over."""
    yield from _refuse(command.name)
    count = yield from do("schedules.resume", name=command.name)
    if not count:
        raise Conflict(f"{command.name} is not paused")
    yield from audit(command.by, "resume-schedule", command.name)
    return Counted(count)


def _refuse(name: str) -> Steps[None]:
    if not (yield from ask("schedules.get", name=name)):
        raise NotFound("schedule", name)
