"""Claiming: ready work is shared out fairly, and handed to a worker with all that it needs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tieline.adapters.sql.statement import RowOut, Steps, ask, ask_set, put
from tieline.model.call import Effect
from tieline.model.commands import Claim, Claimed
from tieline.model.event import Event
from tieline.model.run import ClaimedRun, RunState, StepRecord, StepState
from tieline.rules.fairness import Group, share

GROUPS_LOOKED_AT = 500
"""Bound on distinct (priority, tenant, flow) looked at in one claim."""


def claim(command: Claim) -> Steps[Claimed]:
    """Take ready runs for a worker."""
    groups = [Group(*row) for row in (yield from ask("work_groups", limit=GROUPS_LOOKED_AT))]
    shares = share(groups, limit=command.limit, room=command.room, turn=command.turn)
    taken: list[tuple[str, int]] = []
    more = False
    for part in shares:
        rows = yield from ask("work_claim", worker=command.worker, **part._asdict())
        taken.extend((row[0], row[1]) for row in rows)
        more = more or len(rows) == part.limit
    now = command.now_us
    yield from put("run_move", [(run_id, RunState.RUNNING, now, None) for run_id, _ in taken])
    runs = yield from load([run_id for run_id, _ in taken])
    return Claimed(tuple(runs), more)


def load(run_ids: Sequence[str]) -> Steps[list[ClaimedRun]]:
    """Everything needed to execute runs that are claimed."""
    if not run_ids:
        return []
    rows = yield from ask_set("run_load", [(run_id,) for run_id in run_ids])
    again = [(row[0],) for row in rows if row[3] > 1]
    prior = [(row[0], row[2], row[10], row[19] or "") for row in rows if _may_have_prior(row)]
    steps: dict[str, list[StepRecord]] = defaultdict(list)
    for found in (yield from ask_set("step_of_runs", again)):
        steps[found[0]].append(_step(found))
    for found in (yield from ask_set("step_of_earlier_runs", prior)):
        steps[found[0]].append(_step(found[1:]))
    return [_claimed(row, steps) for row in sorted(rows)]


def _may_have_prior(row: RowOut) -> bool:
    """A replay, and an edited event, may repeat effects that another run has already made."""
    is_replay, cause = row[8] is not None, row[19] or ""
    return is_replay or cause.startswith("evt_")


def _step(row: RowOut) -> StepRecord:
    return StepRecord._make((*row[:3], StepState(row[3]), Effect(row[4]), *row[5:]))


def _claimed(row: RowOut, steps: Mapping[str, list[StepRecord]]) -> ClaimedRun:
    event = Event._make(row[10:22])
    own = steps.get(row[0], ())
    return ClaimedRun(*row[:10], event=event, body=row[22], steps=tuple(own))
