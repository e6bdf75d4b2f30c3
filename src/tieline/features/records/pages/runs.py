"""Runs: the list, one run as a waterfall, and what a person can decide about it."""

from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.records.pages.waterfall import waterfall
from tieline.features.records.why import why
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import IssueId, ReplayId, RunId
from tieline.model.runs.run import RunState
from tieline.model.runs.waits import Waits, read_waits
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import RunRow
from tieline.model.views.views import ListRuns, ShowRun, Window
from tieline.operations import redaction as visible
from tieline.rules.formats.labels import state_of_label
from tieline.rules.people.access import Permission
from tieline.rules.runs.lines import lines_of
from tieline.rules.runs.transitions import TERMINAL, UNFINISHED
from tieline.surfaces.console.format import plain, said
from tieline.surfaces.console.forms import FilterForm, asked, pages
from tieline.surfaces.console.listing import rows_of, slowest_of, unfinished_of
from tieline.surfaces.console.naming import names_of
from tieline.surfaces.console.page_parts import PageParts, is_part
from tieline.surfaces.web.authorize import needs

FILTERS = ("flow", "state", "replay", "issue", "waits_for", "tenant", "order", "since", "until")


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/runs`` and everything about one."""

    @needs(Permission.READ)
    async def list_(request: Request) -> Response:
        of, waits = _waits(asked(request, FILTERS, desk.now_us))
        replay, issue = of.get("replay"), of.get("issue")
        wanted = ListRuns(
            of.get("flow"),
            state_of_label(of.text("state")) or None,
            None if replay is None else ReplayId(replay),
            of.window(),
            issue=None if issue is None else IssueId(issue),
            waits=waits,
            tenant=of.get("tenant"),
        )
        if wanted.state == "unfinished":
            page = await unfinished_of(desk, wanted)
        elif of.get("order") == "slowest":
            page = await slowest_of(desk, partial(_within, wanted), wanted.window, _took_us)
        else:
            page = await rows_of(desk, partial(_within, wanted), wanted.window)
        return await desk.page(
            request,
            "runs.html",
            title="Runs",
            of=of,
            rows=page.rows,
            names=await names_of(desk, page.rows),
            pages=pages(of, page),
            flows=sorted(desk.parts.hub.flows),
            states=[("unfinished", "unfinished"), *((str(s), _state_words(s)) for s in RunState)],
        )

    @needs(Permission.READ)
    async def show(request: Request) -> Response:
        detail = await desk.read(ShowRun(RunId(request.path_params["id"])))
        hub = desk.parts.hub
        values = await visible.sensitive_values(desk.parts.views, hub, detail.run.event_id)
        view = _view(desk, detail, values)
        if is_part(request):
            return desk.part(request, "run_body.html", **view)
        return await desk.page(
            request, "run.html", here="/runs", title=f"Run of {detail.run.flow}", **view
        )

    return [Route("/runs", list_), Route("/runs/{id}", show)]


def _state_words(state: RunState) -> str:
    """As people filter by it, whatever they call a run that failed for good."""
    return "dead (failed)" if state is RunState.DEAD else said(state)


def _waits(of: FilterForm) -> tuple[FilterForm, Waits | None]:
    """What the list is asked for as that for which runs wait; what names no such thing is told."""
    text = of.get("waits_for")
    try:
        return of, None if text is None else read_waits(text, name="waits for")
    except SettingsError as error:
        return replace(of, wrong=str(error)), None


def _within(wanted: ListRuns, window: Window) -> ListRuns:
    return replace(wanted, window=window)


def _took_us(row: RunRow) -> int:
    return row.moved_us - row.created_us


def _view(desk: PageParts, detail: RunDetail, values: tuple[str, ...]) -> dict[str, Any]:
    hub = desk.parts.hub
    results = {
        (step.name, step.key): visible.step_result(step.result, step.result_bytes, hub, values)
        for step in detail.steps
        if step.result is not None
    }
    run = detail.run
    spec = hub.flows.get(run.flow)
    sentence = plain(why(detail, desk.now_us, () if spec is None else spec.uses))
    used = {("tenant", run.tenant), ("flow", run.flow)}
    used |= {("connection", name) for name in (() if spec is None else spec.uses)}
    return {
        "detail": detail,
        "lines": lines_of(detail.steps),
        "pauses": [pause for pause in detail.pauses if (pause.kind, pause.name) in used],
        "run": run,
        "why": sentence[:1].upper() + sentence[1:],
        "fall": waterfall(detail, desk.now_us, results),
        "is_over": run.state in TERMINAL,
        "has_steps": bool(detail.steps),
        "is_live": run.state in UNFINISHED,
        "is_undecided": detail.is_undecided,
        "doubt": run.step_in_doubt,
        "owner": None if spec is None else spec.owner,
    }
