"""Plan of a replay: what an address asks for comes in; what it would do is shown, then started."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.replays import passes as replay
from tieline.model.base.by import NOBODY
from tieline.model.base.errors import CommandRefused, SettingsError
from tieline.model.base.ids import EventId, IssueId, Micros, ReceiptId, ReplayId, RunId
from tieline.model.commands import By, ReplayFilter, StartReplay
from tieline.model.inbound.receipt import Verdict
from tieline.model.plans.plan import Plan
from tieline.model.views.views import ShowReceipt, ShowRun
from tieline.rules.formats.plain_time import iso, moment
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act, text_of
from tieline.surfaces.console.format import counted, number
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

MOST_PICKED = 200
PACE = 10
STATES = ("dead", "held", "done", "cancelled", "quarantined", "unmatched")


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/replays/new`` shows a plan, ``/replays/start`` starts it."""

    @needs(Permission.OPERATE)
    async def new(request: Request) -> Response:
        given = request.query_params
        view: dict[str, Any] = {
            "given": {name: given.get(name, "") for name in FILTERS},
            "states": STATES,
            "flows": sorted(desk.parts.hub.flows),
            "sources": sorted(desk.parts.hub.sources()),
            "types": sorted({flow.type for flow in desk.parts.hub.flows.values()}),
            "plan": None,
            "start": "",
            "wrong": None,
            "picked": [],
        }
        try:
            wanted = await _filter(desk, given)
            view["picked"] = wanted.event_ids
            if _is_narrow(wanted):
                plan = await desk.parts.plan_of(_order(wanted, given))
                view["plan"] = plan
                view["start"] = f"/replays/start?{_as_of(given, wanted, plan.at_us)}"
        except (SettingsError, CommandRefused) as error:
            view["wrong"] = str(error)
        return await desk.page(
            request, "replay_new.html", here="/replays", title="Plan a replay", **view
        )

    @needs(Permission.OPERATE)
    async def start(request: Request) -> Response:
        given = request.query_params
        wanted = await _filter(desk, given)
        order = _order(wanted, given)
        page = _starting(await desk.parts.plan_of(order), request.url.query)

        async def do(form: FormData, by: By) -> str:
            return await _start(desk, replace(order, by=by), page.plan, form)

        return await act(desk, request, page, do)

    return [
        Route("/replays/new", new),
        Route("/replays/start", start, methods=["GET", "POST"]),
    ]


FILTERS = (
    "source",
    "type",
    "flow",
    "state",
    "since",
    "until",
    "issue",
    "kind",
    "connection",
    "tenant",
    "as_new_action",
)


async def _filter(desk: PageParts, given: QueryParams) -> ReplayFilter:
    """What an address asks for. Raises SettingsError, NotFound."""
    events = [EventId(text) for text in given.getlist("event")]
    runs, receipts = given.getlist("run"), given.getlist("receipt")
    events_given = bool(events)
    picked = len(events) + len(runs) + len(receipts)
    if picked > MOST_PICKED:
        wanted = f"select at most {MOST_PICKED}, or filter instead"
        raise SettingsError("the choice", picked, wanted)
    bad = next((text for text in events if not text.startswith("evt_")), None)
    if bad is not None:
        raise SettingsError("the event", bad, "use ids such as evt_…")
    for text in runs:
        detail = await desk.read(ShowRun(RunId(text)))
        events += [detail.run.event_id]
    for text in receipts:
        delivery = await desk.read(ShowReceipt(ReceiptId(text)))
        events += [row.id for row in delivery.events]
    now_us = desk.now_us
    issue = given.get("issue") or None
    states = [text for text in given.getlist("state") if text]
    if receipts and not (events_given or runs or states):
        states = [Verdict.QUARANTINED]
    return ReplayFilter(
        event_ids=tuple(dict.fromkeys(events)),
        source=given.get("source") or None,
        type=given.get("type") or None,
        flow=given.get("flow") or None,
        since_us=_moment(given, "since", now_us),
        until_us=_moment(given, "until", now_us),
        states=tuple(states),
        issue=None if issue is None else IssueId(issue),
        kind=given.get("kind") or None,
        connection=given.get("connection") or None,
        tenant=given.get("tenant") or None,
    )


def _moment(given: QueryParams, name: str, now_us: Micros) -> Micros | None:
    text = given.get(name) or None
    return None if text is None else moment(text, now_us, name=name)


def _is_narrow(wanted: ReplayFilter) -> bool:
    """Whether it names anything: a replay of everything there is, is not planned by accident."""
    return wanted != ReplayFilter()


def _order(wanted: ReplayFilter, given: QueryParams) -> StartReplay:
    """What is ordered, as far as a plan of it goes. Raises CommandRefused for everything."""
    again = given.get("as_new_action") == "yes"
    return StartReplay(ReplayId(""), wanted, PACE, 0, again, NOBODY)


def _as_of(given: QueryParams, wanted: ReplayFilter, at_us: Micros) -> str:
    """The same address for what there was at a moment: what comes later is no part of the plan."""
    pairs = [(name, text) for name, text in given.multi_items() if name != "until"]
    until_us = at_us if wanted.until_us is None else wanted.until_us
    return urlencode([*pairs, ("until", iso(until_us))])


# --- starting -------------------------------------------------------------------------------


def _starting(plan: Plan, query: str) -> ConfirmPage:
    back = f"/replays/new?{query}"
    if not plan.would:
        return ConfirmPage("Nothing would be run", (), "", back, is_possible=False, plan=plan)
    least = "" if plan.exact else "at least "
    return ConfirmPage(
        f"Start this replay of {least}{counted(plan.found, 'event')}",
        (
            "Runs are made below live traffic, at the pace you give.",
            "You can stop it at any time; what has run by then stays.",
        ),
        "Start the replay",
        back,
        is_dangerous=plan.repeats_effects and plan.effects > 0,
        fields="fields/pace.html",
        view={"pace": PACE, "slowest": replay.SLOWEST, "fastest": replay.FASTEST},
        plan=plan,
    )


async def _start(desk: PageParts, order: StartReplay, plan: Plan | None, form: FormData) -> str:
    if plan is None or not plan.would:
        raise CommandRefused("nothing of this would be run; there is nothing to replay")
    text = text_of(form, "per_second") or str(PACE)
    pace = int(text) if text.isdecimal() and len(text) < 9 else 0
    if not replay.SLOWEST <= pace <= replay.FASTEST:
        wanted = f"use {replay.SLOWEST} to {number(replay.FASTEST)} events a second"
        raise SettingsError("the pace", text, wanted)
    id_ = desk.parts.ids.replay()
    order = replace(order, id=id_, per_second=pace, planned=plan.found, plan=plan)
    await desk.parts.carry_out(order)
    return f"/replays/{id_}?told=replaying"
