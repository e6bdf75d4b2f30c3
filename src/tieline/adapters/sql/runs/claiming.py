"""Claiming: ready work is looked at, dealt out fairly, and handed to a worker with all it needs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter

import orjson

from tieline.adapters.sql.statement import RowOut, Steps, ask, ask_set, put
from tieline.model.calls.call import Effect
from tieline.model.commands import Claim, Claimed
from tieline.model.hub.tenants import TenantLimits
from tieline.model.inbound.event import Event
from tieline.model.runs.run import ClaimedRun, RunState, StepRecord, StepState
from tieline.rules.runs.fairness import FIRST_TURNS, Hand, ReadyRuns, Turns, deal
from tieline.rules.runs.lost_claims import taken
from tieline.rules.runs.transitions import move

GROUPS_LOOKED_AT = 500
"""Bound on distinct (priority, tenant, flow) looked at in one claim."""
MOST_HANDS = 10_000
"""Bound on tenants of several flows whose turns are remembered."""


class TurnMemory:
    """Whose turn it is in this process's claims; to lose it costs nobody more than a turn."""

    def __init__(self) -> None:
        self._tenant = FIRST_TURNS.tenant
        self._flows: dict[Hand, str] = {}

    @property
    def now(self) -> Turns:
        """The turns for the next deal."""
        return Turns(self._tenant, self._flows)

    def keep(self, turns: Turns) -> None:
        """Remember *turns*, with those of earlier deals that they do not replace."""
        self._tenant = turns.tenant
        if len(self._flows) > MOST_HANDS:
            self._flows = {}
        self._flows |= turns.flows


def claim(command: Claim, memory: TurnMemory) -> Steps[Claimed]:
    """Take ready runs for a worker."""
    flows = sorted(flow for flow, count in command.room.items() if count > 0)
    turns = memory.now
    rooms = yield from _tenant_rooms(command.tenants)
    shut = {*command.tenants.paused, *(name for name, left in rooms.items() if left < 1)}
    ((found, is_cut),) = yield from ask(
        "work_groups",
        flows=orjson.dumps(flows).decode(),
        shut=orjson.dumps(sorted(shut)).decode(),
        first=turns.tenant,
        limit=GROUPS_LOOKED_AT,
    )
    groups = [ReadyRuns(*group) for group in orjson.loads(found)]
    tenant_room = {
        group.tenant: rooms.get(group.tenant, most)
        for group in groups
        if (most := command.tenants.most(group.tenant)) is not None
    }
    dealt = deal(
        groups, limit=command.limit, room=command.room, turns=turns, tenant_room=tenant_room
    )
    memory.keep(dealt.turns)
    # One row of JSON per chunk: fetching a row costs a hand-over of the interpreter lock.
    rows = yield from ask_set("work_pick", dealt.shares)
    picked = [
        ((tenant, run_id), lost, left)
        for row in rows
        for tenant, run_id, left, lost in orjson.loads(row[0])
    ]
    runs = list(taken([(run, lost) for run, lost, _ in picked], command.trials))
    yield from put("work_take", [(*run, command.worker) for run in runs])
    now, running = command.now_us, move(RunState.READY, RunState.RUNNING)
    yield from put("run_move", [(*run, running, now, None) for run in runs])
    claimed = yield from load(runs)
    is_passed_over = len(dealt.shares) < len(groups) or bool(is_cut) or len(runs) < len(picked)
    return Claimed(tuple(claimed), more=is_passed_over or any(left == 1 for *_, left in picked))


def _tenant_rooms(limits: TenantLimits) -> Steps[dict[str, int]]:
    """How many more runs may start of each tenant that has some at work.

    Two workers that counted at the same time would both fill the last places: one waits.
    """
    if not limits.counts:
        return {}
    yield from ask("work_count_alone")
    found = yield from ask("work_of_tenants")
    counted = [(name, limits.most(name), count) for name, count in found]
    return {name: most - count for name, most, count in counted if most is not None}


def load(runs: Sequence[tuple[str, str]]) -> Steps[list[ClaimedRun]]:
    """Everything needed to execute runs that are claimed; each as (tenant, id)."""
    found = yield from ask_set("run_load", runs)
    events, bodies = yield from _load_events({(row[1], row[10]) for row in found})
    rows = [(row, events[row[10]]) for row in found if row[10] in events]
    again = [(row[1], row[0]) for row, _ in rows if row[3] > 1]
    prior = [
        (row[1], row[0], row[2], event.id, event.cause or "")
        for row, event in rows
        if _may_have_prior(row, event)
    ]
    steps: dict[str, list[StepRecord]] = defaultdict(list)
    for step in (yield from ask_set("step_of_runs", again)):
        steps[step[0]].append(_step(step))
    for step in (yield from ask_set("step_of_earlier_runs", prior)):
        steps[step[0]].append(_step(step[1:]))
    return [_claimed(row, event, bodies, steps) for row, event in rows]


def _claimed(
    row: RowOut,
    event: Event,
    bodies: Mapping[str, bytes | None],
    steps: Mapping[str, Sequence[StepRecord]],
) -> ClaimedRun:
    body = bodies.get(event.receipt_id or "") if event.data is None else None
    rest: RowOut = (event, body, tuple(steps.get(row[0], ())), row[11])
    return ClaimedRun(*row[:10], *rest)


def _load_events(
    keys: Collection[tuple[str, str]],
) -> Steps[tuple[dict[str, Event], dict[str, bytes | None]]]:
    """Events by (tenant, id), and the bodies of receipts where one has no payload of its own.

    They are asked for in the order of ids: then only the days between the first and the last are
    looked into.
    """
    found = yield from ask_set("event_load", sorted(keys, key=itemgetter(1)))
    events = {row[0]: Event._make(row) for row in found}
    receipts = {
        (e.tenant, e.receipt_id) for e in events.values() if e.data is None and e.receipt_id
    }
    bodies = yield from ask_set("receipt_load", sorted(receipts, key=itemgetter(1)))
    return events, dict(bodies)


def _may_have_prior(row: RowOut, event: Event) -> bool:
    """A replay, and an edited event, may repeat effects that another run has already made."""
    return row[8] is not None or (event.cause or "").startswith("evt_")


def _step(row: RowOut) -> StepRecord:
    return StepRecord._make((*row[:3], StepState(row[3]), Effect(row[4]), *row[5:]))
