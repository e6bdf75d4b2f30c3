"""Plan of a replay: what an address asks for comes in; what it would do is shown, then started."""

from typing import Any

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.errors import CommandRefused, SettingsError
from tieline.model.base.ids import EventId, IssueId, Micros, ReceiptId, RunId
from tieline.model.commands import By, ReplayFilter, StartReplay
from tieline.model.views.replay_plan import Plan
from tieline.model.views.views import ShowReceipt, ShowRun
from tieline.operations import replay
from tieline.rules.formats.plain_time import moment, short
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act, text_of
from tieline.surfaces.console.format import counted, kind_words, number, said
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.console.pages.events import sources
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
            "sources": sources(desk.parts.hub),
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
                again = given.get("as_new_action") == "yes"
                parts = desk.parts
                view["plan"] = await replay.plan(
                    parts.views, parts.admitter, wanted, now_us=desk.now_us, as_new_action=again
                )
                view["what"] = words_of(view["plan"].filter)
                view["start"] = f"/replays/start?{request.url.query}"
        except (SettingsError, CommandRefused) as error:
            view["wrong"] = str(error)
        return await desk.page(
            request, "replay_new.html", here="/replays", title="Plan a replay", **view
        )

    @needs(Permission.OPERATE)
    async def start(request: Request) -> Response:
        wanted = await _filter(desk, request.query_params)
        again = request.query_params.get("as_new_action") == "yes"
        parts = desk.parts
        made = await replay.plan(
            parts.views, parts.admitter, wanted, now_us=desk.now_us, as_new_action=again
        )

        async def do(form: FormData, by: By) -> str:
            return await _start(desk, made, form, by)

        return await act(desk, request, _starting(made, request.url.query), do)

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
    return ReplayFilter(
        event_ids=tuple(dict.fromkeys(events)),
        source=given.get("source") or None,
        type=given.get("type") or None,
        flow=given.get("flow") or None,
        since_us=_moment(given, "since", now_us),
        until_us=_moment(given, "until", now_us),
        states=tuple(text for text in given.getlist("state") if text),
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


def words_of(wanted: ReplayFilter) -> str:
    """What a replay is about, in a line."""
    parts: dict[str, str | None] = {
        "": counted(len(wanted.event_ids), "named event") if wanted.event_ids else None,
        "source": wanted.source,
        "type": wanted.type,
        "flow": wanted.flow,
        "state": ", ".join(map(said, wanted.states)) or None,
        "issue": wanted.issue,
        "kind": None if wanted.kind is None else kind_words(wanted.kind),
        "connection": wanted.connection,
        "tenant": wanted.tenant,
        "since": None if wanted.since_us is None else f"{short(wanted.since_us)} UTC",
        "until": None if wanted.until_us is None else f"{short(wanted.until_us)} UTC",
    }
    told = [f"{name} {value}".strip() for name, value in parts.items() if value is not None]
    return ", ".join(told) or "everything"


# --- starting -------------------------------------------------------------------------------


def _starting(made: Plan, query: str) -> ConfirmPage:
    back = f"/replays/new?{query}"
    runs = sum(count for _, count in made.runs)
    if not runs:
        return ConfirmPage("Nothing would be run", (), "", back, is_possible=False)
    least = "" if made.exact else "at least "
    effects = (
        f"{counted(made.effects_done, 'effect')} that happened would be REPEATED."
        if made.as_new_action and made.effects_done
        else f"{counted(made.effects_done, 'effect')} that happened are not repeated."
    )
    return ConfirmPage(
        f"Start this replay of {least}{counted(made.events, 'event')}",
        (
            f"Makes {least}{counted(runs, 'run')}, below live traffic, at the pace you give.",
            *_retried(made),
            effects,
            *(
                f"{one.runs} of these runs would wait behind {one.head}, "
                f"which is {said(one.state)}."
                for one in made.queues
            ),
            "You can stop it at any time; what has run by then stays.",
        ),
        "Start the replay",
        back,
        is_dangerous=made.as_new_action and made.effects_done > 0,
        fields="fields/pace.html",
        view={"pace": PACE, "slowest": replay.SLOWEST, "fastest": replay.FASTEST},
    )


def _retried(made: Plan) -> tuple[str, ...]:
    words = f"{counted(made.retries, 'dead run')} of them are retried, in their old places."
    return (words,) if made.retries else ()


async def _start(desk: PageParts, made: Plan, form: FormData, by: By) -> str:
    if not made.runs:
        raise CommandRefused("nothing of this would be run; there is nothing to replay")
    text = text_of(form, "per_second") or str(PACE)
    pace = int(text) if text.isdecimal() and len(text) < 9 else 0
    if not replay.SLOWEST <= pace <= replay.FASTEST:
        wanted = f"use {replay.SLOWEST} to {number(replay.FASTEST)} events a second"
        raise SettingsError("the pace", text, wanted)
    id_ = desk.parts.ids.replay()
    command = StartReplay(id_, made.filter, pace, made.events, made.as_new_action, by)
    await desk.parts.carry_out(command)
    return f"/replays/{id_}?told=replaying"
