"""Replays: recorded events run again, planned first."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import EventId, IssueId, Micros, ReplayId
from tieline.model.commands import CancelReplay, ReplayFilter
from tieline.model.views.details import ReplayDetail
from tieline.model.views.replay_plan import Plan
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import ListReplays, ShowReplay
from tieline.operations import replay
from tieline.rules.formats.plain_time import moment
from tieline.rules.people.access import Permission
from tieline.surfaces.api.deciding import NotifyingJournal, Reason, Why
from tieline.surfaces.api.endpoint import PREFIX, ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, WHEN, Listed, TimedListing, listed, window

_Text = Annotated[str, Field(max_length=LONGEST)]
_When = Annotated[str, Field(pattern=WHEN, max_length=40)]


class ReplayQuery(TimedListing):
    """Which replays."""

    state: Literal["running", "done", "cancelled"] | None = None


class Planning(ApiBody):
    """Which recorded events to run again; at least one of these."""

    event_ids: list[_Text] = Field([], max_length=500)
    source: _Text | None = None
    type: _Text | None = None
    flow: _Text | None = None
    since: _When | None = None
    until: _When | None = None
    states: list[_Text] = Field(
        [], max_length=10, description="Only events with a run in such a state, or this verdict."
    )
    issue: _Text | None = None
    kind: _Text | None = None
    connection: _Text | None = None
    tenant: _Text | None = None
    as_new_action: bool = False


class Starting(Planning):
    """The same, with what starting needs."""

    reason: Reason
    per_second: int = Field(50, ge=replay.SLOWEST, le=replay.FASTEST)
    effects_again: bool = Field(
        False,  # noqa: FBT003
        description="Answers that effects which happened shall be made once more.",
    )


@dataclass(frozen=True, slots=True)
class Operation:
    """Long work that goes on behind the answer."""

    id: str
    kind: str
    state: str
    """running, done or cancelled."""
    progress: str
    """The same in words: all may be made, and some of it still waiting."""
    waiting: int
    """Runs of it that have not ended."""
    total: int
    """Things that were found when it was planned."""
    done: int
    """Things that are dealt with so far."""
    refused: int
    """Those whose state did not allow it any more."""
    started_us: Micros
    moved_us: Micros
    about: str
    """Where to see more."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A replay that was cancelled."""

    id: str
    state: str
    cancelled: int
    """Runs of it that had not begun, and ended with it."""


async def list_replays(ask: ApiRequest) -> Listed[ReplayRow]:
    """Replays, newest first."""
    return listed(
        await ask.parts.views.read(ListReplays(ask.query.state, await window(ask, "rpl_")))
    )


async def show_replay(ask: ApiRequest) -> ReplayDetail:
    """One replay with the states of its runs."""
    return await ask.parts.views.read(ShowReplay(ReplayId(ask.path["id"])))


async def plan(ask: ApiRequest) -> Plan:
    """What a replay would do; changes nothing."""
    body: Planning = ask.body
    wanted = _filter(ask, body)
    now_us = ask.now_us()
    return await replay.plan(
        ask.parts.views,
        ask.parts.admitter,
        wanted,
        now_us=now_us,
        as_new_action=body.as_new_action,
    )


async def start(ask: ApiRequest) -> Operation:
    """Plan, then record a replay; it goes on behind the answer."""
    body: Starting = ask.body
    by = ask.by(body.reason)
    made = await plan(ask)
    if made.as_new_action and made.effects_done and not body.effects_again:
        words = f"{made.effects_done} effects happened and would be made once more"
        raise CommandRefused(f"{words}; say effects_again: true, or leave as_new_action out")
    id_ = ask.parts.ids.replay()
    await replay.start(NotifyingJournal(ask), id_, made, body.per_second, by)
    return await of_replay(ask, id_)


async def cancel(ask: ApiRequest) -> Stopped:
    """Stop it; its runs that have not started are cancelled."""
    id_ = ReplayId(ask.path["id"])
    counted = await ask.parts.carry_out(CancelReplay(id_, ask.by(ask.body.reason)))
    return Stopped(id_, "cancelled", counted.count)


async def of_replay(ask: ApiRequest, id_: ReplayId) -> Operation:
    """A replay as an operation."""
    return operation_of((await ask.parts.views.read(ShowReplay(id_))).replay)


def operation_of(row: ReplayRow) -> Operation:
    """The same of its row."""
    about = f"{PREFIX}/replays/{row.id}"
    return Operation(
        id=row.id,
        kind="replay",
        state=row.state,
        progress=row.progress,
        waiting=row.waiting,
        total=row.planned,
        done=row.admitted,
        refused=0,
        started_us=row.started_us,
        moved_us=row.moved_us,
        about=about,
    )


def _filter(ask: ApiRequest, body: Planning) -> ReplayFilter:
    bad = next((text for text in body.event_ids if not text.startswith("evt_")), None)
    if bad is not None:
        raise CommandRefused(f"the event {bad[:80]!r} is no id; use ids such as evt_…")
    now_us = ask.now_us()
    since_us = None if body.since is None else moment(body.since, now_us, name="since")
    until_us = None if body.until is None else moment(body.until, now_us, name="until")
    if since_us is not None and until_us is not None and since_us >= until_us:
        words = f"since is {body.since!r}, which is not before until ({body.until!r})"
        raise CommandRefused(f"{words}; swap them, or leave one out")
    return ReplayFilter(
        event_ids=tuple(EventId(text) for text in body.event_ids),
        source=body.source,
        type=body.type,
        flow=body.flow,
        since_us=since_us,
        until_us=until_us,
        states=tuple(body.states),
        issue=None if body.issue is None else IssueId(body.issue),
        kind=body.kind,
        connection=body.connection,
        tenant=body.tenant,
    )


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_CHANGE = ("not-found", "conflict", "refused")
ENDPOINTS = (
    Endpoint("GET", "/replays", _READ, "List replays", list_replays, Listed[ReplayRow],
             query=ReplayQuery),
    Endpoint("POST", "/replays", _OPERATE, "Start a replay", start, Operation, body=Starting,
             status=202, location="/operations/{id}", problems=("refused",)),
    Endpoint("POST", "/replays/plan", _READ, "Say what a replay would do", plan, Plan,
             body=Planning, problems=("refused",)),
    Endpoint("GET", "/replays/{id}", _READ, "Show a replay", show_replay, ReplayDetail,
             problems=("not-found",)),
    Endpoint("POST", "/replays/{id}/cancel", _OPERATE, "Stop a replay", cancel, Stopped,
             body=Why, problems=_CHANGE),
)  # fmt: skip
