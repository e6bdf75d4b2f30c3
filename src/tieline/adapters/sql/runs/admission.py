"""Admission: events come in with their runs; each is stored once, and its runs find their place."""

from collections.abc import Sequence

from tieline.adapters.sql.runs.identities import ClaimedAdmission as ClaimedAdmission
from tieline.adapters.sql.runs.identities import IdentityVerdict, identify
from tieline.adapters.sql.runs.timing import made_ready
from tieline.adapters.sql.statement import Steps, ask_set, put
from tieline.model.base.ids import RunId, WorkerId
from tieline.model.commands import Ingested
from tieline.model.runs.run import NewRun, RunState


def admit(entries: Sequence[ClaimedAdmission]) -> Steps[list[Ingested]]:
    """Store each entry's event unless its identity is known; returns one answer an entry."""
    found = yield from identify(entries)
    fresh = [one.entry for one in found if one.repeats is None]
    yield from put("event_insert", [e.admission.event for e in fresh])
    yield from put("reference_insert", _mentions(fresh))
    free = yield from store_runs([(run, e.worker) for e in fresh for run in e.admission.runs])
    woken = yield from _wake(fresh)
    return [
        _answer(one, free, woken if one.entry is fresh[0] else 0)
        if one.repeats is None
        else Ingested(one.repeats, fresh=False)
        for one in found
    ]


def _wake(fresh: Sequence[ClaimedAdmission]) -> Steps[int]:
    """In the commit of the events for which runs wait; asks nothing where none may."""
    admissions = [entry.admission for entry in fresh if entry.admission.wakes]
    if not admissions:
        return 0
    rows = {(a.event.tenant, waits.kind, waits.key) for a in admissions for waits in a.wakes}
    woken = yield from ask_set("work_wake_each", sorted(rows))
    yield from made_ready(woken, admissions[0].event.recorded_us)
    return len(woken)


def _mentions(fresh: Sequence[ClaimedAdmission]) -> list[tuple[str | int | None, ...]]:
    admissions = [entry.admission for entry in fresh]
    return [(a.event.tenant, *mention) for a in admissions for mention in a.mentions]


def store_runs(runs: Sequence[tuple[NewRun, WorkerId | None]]) -> Steps[frozenset[RunId]]:
    """Store runs and their work; returns those that may run now (all but queued lane members)."""
    if not runs:
        return frozenset()
    free = yield from take_lanes([run for run, _ in runs])
    yield from put("run_insert", [_run_row(run, _worker(run, w, free)) for run, w in runs])
    yield from put("work_insert", [_work_row(run, _worker(run, w, free), free) for run, w in runs])
    return free


def take_lanes(runs: Sequence[NewRun]) -> Steps[frozenset[RunId]]:
    """Put *runs* into their lanes; returns those that have none, or are the head of theirs."""
    laned = [run for run in runs if run.lane is not None]
    if not laned:
        return frozenset(run.id for run in runs)
    rows = [(run.tenant, run.flow, run.lane, run.id) for run in laned]
    if (yield from put("lane_insert", rows)) == len(rows):
        return frozenset(run.id for run in runs)
    heads = {row[0] for row in (yield from ask_set("lane_heads", [row[:3] for row in rows]))}
    return frozenset(run.id for run in runs if run.lane is None or run.id in heads)


def _worker(run: NewRun, worker: WorkerId | None, free: frozenset[RunId]) -> WorkerId | None:
    return worker if run.id in free else None


def _run_row(run: NewRun, worker: WorkerId | None) -> tuple[str | int | None, ...]:
    state = RunState.READY if worker is None else RunState.RUNNING
    return (
        run.id,
        run.tenant,
        run.flow,
        run.event_id,
        state,
        run.priority,
        run.lane,
        run.generation,
        run.replay_id,
        run.created_us,
        run.created_us,
        run.deadline_us,
    )


def _work_row(
    run: NewRun, worker: WorkerId | None, free: frozenset[RunId]
) -> tuple[str | int | None, ...]:
    state, epoch = (RunState.READY, 0) if worker is None else (RunState.RUNNING, 1)
    behind = 0 if run.id in free else 1
    return (
        run.id,
        run.tenant,
        run.flow,
        run.priority,
        run.lane,
        state,
        behind,
        worker,
        epoch,
        run.deadline_us,
    )


def _answer(one: IdentityVerdict, free: frozenset[RunId], woken: int) -> Ingested:
    entry = one.entry
    event_id, runs = entry.admission.event.id, entry.admission.runs
    if entry.worker is None:
        queued = len(runs) + woken
        return Ingested(event_id, fresh=True, queued=queued, doubt=one.doubt)
    claimed = tuple(run.id for run in runs if run.id in free)
    return Ingested(event_id, fresh=True, claimed=claimed, queued=len(runs) - len(claimed) + woken)
