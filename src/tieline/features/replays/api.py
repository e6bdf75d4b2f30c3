"""Replays: recorded events run again, planned first."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from tieline.features.replays import passes as replay
from tieline.features.replays.before import ReplayPlan, in_earlier_form
from tieline.model.base.by import NOBODY
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import EventId, IssueId, ReplayId
from tieline.model.commands import CancelReplay, ReplayFilter, StartReplay
from tieline.model.views.details import ReplayDetail
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import ListReplays, ShowReplay
from tieline.operations.planning import check_unchanged
from tieline.rules.formats.plain_time import moment
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import AsPlanned, NotifyingJournal, Reason, Why
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, WHEN, Listed, TimedListing, listed, window
from tieline.surfaces.api.operation_shown import Operation, operation_of

_Text = Annotated[str, Field(max_length=LONGEST)]
_When = Annotated[str, Field(pattern=WHEN, max_length=40)]


class ReplayQuery(TimedListing):
    """Which replays."""

    state: Literal["running", "done", "partly", "cancelled"] | None = None


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
    as_planned: AsPlanned = None


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


async def plan(ask: ApiRequest) -> ReplayPlan:
    """What a replay would do; changes nothing."""
    order = _order(ask, ask.body)
    return in_earlier_form(await ask.parts.plan_of(order), order.filter)


async def start(ask: ApiRequest) -> Operation:
    """Plan, then record a replay; it goes on behind the answer."""
    body: Starting = ask.body
    order = replace(_order(ask, body), per_second=body.per_second, by=ask.by(body.reason))
    made = await ask.parts.plan_of(order)
    check_unchanged(body.as_planned, made)
    if made.repeats_effects and made.effects and not body.effects_again:
        words = f"{made.effects} effects happened and would be made once more"
        raise CommandRefused(f"{words}; say effects_again: true, or leave as_new_action out")
    order = replace(order, id=ask.parts.ids.replay())
    await replay.start(NotifyingJournal(ask), order, made)
    return operation_of((await ask.parts.views.read(ShowReplay(order.id))).replay)


def _order(ask: ApiRequest, body: Planning) -> StartReplay:
    """As far as a plan of it goes."""
    return StartReplay(ReplayId(""), _filter(ask, body), 1, 0, body.as_new_action, NOBODY)


async def cancel(ask: ApiRequest) -> Stopped:
    """Stop it; its runs that have not started are cancelled."""
    id_ = ReplayId(ask.path["id"])
    counted = await ask.parts.carry_out(CancelReplay(id_, ask.by(ask.body.reason)))
    return Stopped(id_, "cancelled", counted.count)


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
             status=202, location="/operations/{id}", problems=("refused", "conflict")),
    Endpoint("POST", "/replays/plan", _READ, "Say what a replay would do", plan, ReplayPlan,
             body=Planning, problems=("refused",)),
    Endpoint("GET", "/replays/{id}", _READ, "Show a replay", show_replay, ReplayDetail,
             problems=("not-found",)),
    Endpoint("POST", "/replays/{id}/cancel", _OPERATE, "Stop a replay", cancel, Stopped,
             body=Why, problems=_CHANGE),
)  # fmt: skip
