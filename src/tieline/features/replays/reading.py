"""Replay reading: a filter and a cursor come in; the next events to run again go out."""

from collections import defaultdict
from dataclasses import replace

import orjson

from tieline.adapters.sql.reading.listing import BEGINNING_OF_TIME, is_everybody, type_bounds
from tieline.adapters.sql.statement import RowOut, Steps, Value, ask, ask_set
from tieline.model.base.ids import Micros
from tieline.model.inbound.event import Event
from tieline.model.views import views as v
from tieline.model.views.details import (
    BlockedLane,
    EffectCount,
    EventToReplay,
    ReplayBatch,
    RunOfEvent,
)
from tieline.rules.formats.id_time import end_id, first_id

LOOK = 2_000
"""Events that one bite looks at, when few of them are wanted."""


def next_bite(q: v.NextReplayBatch) -> Steps[ReplayBatch]:
    """The next wanted events, with their past. A bite may be empty and yet not the last."""
    bite = yield from _chosen(q)
    if not bite.events:
        return bite
    past = defaultdict[str, list[RunOfEvent]](list)
    for row in (yield from ask_set("run_past", [(one.event.id,) for one in bite.events])):
        past[row[0]].append(RunOfEvent(*row[1:]))
    events = [replace(one, past=tuple(past[one.event.id])) for one in bite.events]
    return replace(bite, events=tuple(events))


def blocked(q: v.ListBlockedLanes) -> Steps[tuple[BlockedLane, ...]]:
    """Lanes that wait for a person."""
    found = yield from ask_set("lane_blocked", sorted(set(q.lanes)))
    return tuple(BlockedLane(*row) for row in found)


def _chosen(q: v.NextReplayBatch) -> Steps[ReplayBatch]:
    if q.filter.event_ids:
        return (yield from _of_ids(q))
    if q.filter.issue is not None:
        return (yield from _of_issue(q))
    wanted = q.filter
    until_us = _until(q)
    end = end_id("event", until_us)
    # Behind an event that is still being committed lie others that are: they must wait for it.
    ((horizon,),) = yield from ask("replays.horizon")
    is_cut = horizon is not None and horizon < end
    answer = yield from ask(
        "replays.bite" if is_everybody(wanted.tenant) else "replays.bite_of_tenant",
        after=q.after,
        first=first_id("event", wanted.since_us),
        end=horizon if is_cut else end,
        look=LOOK,
        limit=q.limit,
        **_where(q),
    )
    looked, last = answer[0][:2]
    events = tuple(_replayable(row[2:]) for row in answer if row[2] is not None)
    if len(events) == q.limit:
        cursor = events[-1].event.id
        return ReplayBatch(events, cursor, finished=looked < LOOK and cursor == last and not is_cut)
    return ReplayBatch(events, last or q.after, finished=looked < LOOK and not is_cut)


def _until(q: v.NextReplayBatch) -> Micros:
    until_us = q.until_us + 1
    return until_us if q.filter.until_us is None else min(until_us, q.filter.until_us)


def _where(q: v.NextReplayBatch) -> dict[str, Value]:
    """Which of the events that are looked at are wanted."""
    wanted = q.filter
    return {
        "source": wanted.source,
        "flow": wanted.flow,
        "kind": wanted.kind,
        "connection": wanted.connection,
        "tenant": wanted.tenant,
        "states": orjson.dumps(wanted.states).decode() if wanted.states else None,
        "since_us": BEGINNING_OF_TIME if wanted.since_us is None else wanted.since_us,
        "until_us": _until(q),
        **type_bounds(wanted.type),
    }


def _of_issue(q: v.NextReplayBatch) -> Steps[ReplayBatch]:
    """Events that belong to an issue; the cursor is a run or a delivery of it."""
    answer = yield from ask(
        "replays.bite_of_issue",
        issue=q.filter.issue,
        after=q.after,
        look=LOOK,
        limit=q.limit,
        **_where(q),
    )
    looked, last = answer[0][:2]
    found = [row[2:] for row in answer if row[2] is not None]
    events = tuple(_replayable(row) for row in found)
    if len(events) == q.limit:
        cursor = str(found[-1][15])
        return ReplayBatch(events, cursor, finished=looked < LOOK and cursor == last)
    return ReplayBatch(events, last or q.after, finished=looked < LOOK)


def _of_ids(q: v.NextReplayBatch) -> Steps[ReplayBatch]:
    """Named events: the filter's other parts do not apply."""
    left = sorted(id_ for id_ in set(q.filter.event_ids) if id_ > q.after)
    taken = left[: q.limit]
    found = yield from ask_set("replays.bite_of_ids", [(id_,) for id_ in taken])
    events = tuple(sorted(map(_replayable, found), key=lambda one: one.event.id))
    cursor = taken[-1] if taken else q.after
    missing = tuple(sorted(set(taken) - {one.event.id for one in events}))
    return ReplayBatch(events, cursor, finished=len(taken) == len(left), missing=missing)


def _replayable(row: RowOut) -> EventToReplay:
    return EventToReplay(Event._make(row[:12]), row[12], row[13], is_aside=bool(row[14]))


def effects(q: v.CountEffects) -> Steps[tuple[EffectCount, ...]]:
    """What earlier runs of these events have already done."""
    found = yield from ask_set("step_effects", [(id_,) for id_ in q.event_ids])
    return tuple(EffectCount(*row) for row in found)
