"""Replays: a plan that is shown first, its start, how far it is, and stopping it."""

from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.replays import plan_page
from tieline.model.base.ids import ReplayId
from tieline.model.commands import By, CancelReplay
from tieline.model.replays.filter import ReplayFilter
from tieline.model.views.details import ReplayDetail
from tieline.model.views.views import ListReplays, ShowReplay
from tieline.rules.formats.plain_time import iso
from tieline.rules.people.access import Permission
from tieline.rules.runs.replayed import filter_words
from tieline.rules.runs.transitions import UNFINISHED
from tieline.surfaces.console.confirm import ConfirmPage, act
from tieline.surfaces.console.format import counted
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import rows_of
from tieline.surfaces.console.page_parts import PageParts, is_part
from tieline.surfaces.web.authorize import needs


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/replays``: list, plan, one, and stopping it."""

    @needs(Permission.READ)
    async def list_(request: Request) -> Response:
        of = asked(request, ("state",), desk.now_us)
        page = await rows_of(desk, lambda window: ListReplays(of.get("state"), window), of.window())
        return await desk.page(
            request,
            "replays.html",
            title="Replays",
            of=of,
            rows=[(row, filter_words(row.filter)) for row in page.rows],
            pages=pages(of, page),
        )

    @needs(Permission.READ)
    async def show(request: Request) -> Response:
        detail = await desk.read(ShowReplay(ReplayId(request.path_params["id"])))
        view = _view(detail)
        if is_part(request):
            return desk.part(request, "replay_body.html", **view)
        return await desk.page(request, "replay.html", here="/replays", title="Replay", **view)

    @needs(Permission.OPERATE)
    async def stop(request: Request) -> Response:
        detail = await desk.read(ShowReplay(ReplayId(request.path_params["id"])))

        async def do(_: FormData, by: By) -> str:
            await desk.parts.carry_out(CancelReplay(detail.replay.id, by))
            return f"/replays/{detail.replay.id}?told=replay-stopped"

        return await act(desk, request, _stopping(detail), do)

    return [
        Route("/replays", list_),
        *plan_page.routes(desk),
        Route("/replays/{id}", show),
        Route("/replays/{id}/cancel", stop, methods=["GET", "POST"]),
    ]


def _stopping(detail: ReplayDetail) -> ConfirmPage:
    row = detail.replay
    back = f"/replays/{row.id}"
    if row.state != "running":
        words = f"It is {row.state} already."
        return ConfirmPage("There is nothing to stop", (words,), "", back, is_possible=False)
    waiting = dict(detail.states).get("ready", 0)
    return ConfirmPage(
        "Stop this replay",
        (
            f"{counted(waiting, 'run')} that have not begun are cancelled, and no more are made.",
            "Runs that have begun go on to their end.",
        ),
        "Stop it",
        back,
        is_dangerous=True,
    )


def _view(detail: ReplayDetail) -> dict[str, Any]:
    row = detail.replay
    states = dict(detail.states)
    open_runs = sum(states.get(name, 0) for name in UNFINISHED)
    over = sum(states.values()) - open_runs
    return {
        "detail": detail,
        "row": row,
        "what": filter_words(row.filter),
        "plan_query": plan_query(row.filter),
        "over": over,
        "most": max(row.admitted, row.planned if row.state == "running" else 0, over, 1),
        "is_over": row.state != "running" and not open_runs,
    }


def plan_query(wanted: ReplayFilter) -> str:
    """The end of the address of a plan for the same events."""
    given: dict[str, str | None] = {
        "source": wanted.source,
        "type": wanted.type,
        "flow": wanted.flow,
        "state": wanted.states[0] if wanted.states else None,
        "issue": wanted.issue,
        "kind": wanted.kind,
        "connection": wanted.connection,
        "tenant": wanted.tenant,
        "since": None if wanted.since_us is None else iso(wanted.since_us),
        "until": None if wanted.until_us is None else iso(wanted.until_us),
    }
    fields = [(name, value) for name, value in given.items() if value]
    return urlencode([*(("event", one) for one in wanted.event_ids), *fields])
