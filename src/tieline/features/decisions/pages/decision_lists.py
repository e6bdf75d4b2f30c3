"""Decision lists: dead and held runs: lists, and one decision about many."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.by import NOBODY
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import IssueId, RunId
from tieline.model.commands import By, DecideMany
from tieline.model.people.decisions import MOST_DECIDED, BulkAction
from tieline.model.views.views import ListDead, ListRuns
from tieline.rules.formats.labels import kind_of_label
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act, ended, planned
from tieline.surfaces.console.format import counted, kind_words
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import rows_of
from tieline.surfaces.console.naming import names_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

DEAD_FILTERS = ("flow", "kind", "connection", "issue", "tenant", "decided", "since")


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/dead``, ``/held`` and ``/decide``."""
    return [*_of_runs(desk), _of_many(desk)]


def _of_runs(desk: PageParts) -> list[BaseRoute]:
    @needs(Permission.READ)
    async def dead(request: Request) -> Response:
        of = asked(request, DEAD_FILTERS, desk.now_us)
        issue = of.get("issue")
        page = await rows_of(
            desk,
            lambda window: ListDead(
                of.get("flow"),
                kind_of_label(of.text("kind")) or None,
                of.get("decided") is not None,
                window,
                issue=None if issue is None else IssueId(issue),
                connection=of.get("connection"),
                tenant=of.get("tenant"),
            ),
            of.window(),
        )
        return await desk.page(
            request,
            "dead.html",
            title="Dead letters",
            of=of,
            rows=page.rows,
            names=await names_of(desk, page.rows),
            pages=pages(of, page),
            flows=sorted(desk.parts.hub.flows),
            connections=sorted(desk.parts.hub.connections),
            kinds=[(kind, kind_words(kind)) for kind in sorted({row.kind for row in page.rows})],
        )

    @needs(Permission.READ)
    async def held(request: Request) -> Response:
        of = asked(request, ("flow", "tenant", "since"), desk.now_us)
        page = await rows_of(
            desk,
            lambda window: ListRuns(of.get("flow"), "held", None, window, tenant=of.get("tenant")),
            of.window(),
        )
        return await desk.page(
            request,
            "held.html",
            title="Held runs",
            of=of,
            rows=page.rows,
            names=await names_of(desk, page.rows),
            pages=pages(of, page),
            flows=sorted(desk.parts.hub.flows),
        )

    return [Route("/dead", dead), Route("/held", held)]


def _of_many(desk: PageParts) -> BaseRoute:
    @needs(Permission.OPERATE)
    async def decide(request: Request) -> Response:
        action = request.path_params["action"]
        ids = tuple(RunId(text) for text in request.query_params.getlist("run"))
        back = "/held" if action.startswith("resolve") else "/dead"

        page = _many(action, ids, back)
        if page.is_possible:
            page = await planned(desk, DecideMany(action, ids, NOBODY), page)

        async def do(_: FormData, by: By) -> str | Response:
            done = await desk.parts.carry_out(DecideMany(action, ids, by))
            return await ended(desk, request, page, done, f"{back}?told=decided")

        return await act(desk, request, page, do)

    return Route("/decide/{action}", decide, methods=["GET", "POST"])


MANY: Mapping[str, tuple[str, str, str]] = {
    BulkAction.RETRY: (
        "Retry {runs}",
        "Each is queued and runs again; what it remembers as done is not made again.",
        "Retry them",
    ),
    BulkAction.DISCARD: (
        "Discard {runs}",
        "Nothing more is done for the event of each; its lane goes on with the next run.",
        "Discard them",
    ),
    BulkAction.CONTINUE: (
        "Let {runs} pass",
        "The flow of each goes on behind its hold, and sees that you said so. A run of which the "
        "outcome of a write is unknown is left alone.",
        "Let them pass",
    ),
    BulkAction.ATTEMPT_AGAIN: (
        "Say of {runs} that it did not happen",
        "The step whose outcome is unknown is attempted again, under the same idempotency key; a "
        "flow that holds its run is asked again.",
        "Attempt them again",
    ),
    BulkAction.GIVE_UP: (
        "Give up {runs}",
        "Each ends here, cancelled; its lane goes on with the next run.",
        "Give them up",
    ),
}


def _many(action: str, ids: tuple[RunId, ...], back: str) -> ConfirmPage:
    if action not in MANY:
        raise SettingsError("the decision", action, f"use {', '.join(MANY)}")
    title, does, button = MANY[action]
    if not 1 <= len(ids) <= MOST_DECIDED:
        words = f"Select 1 to {MOST_DECIDED} runs; {len(ids)} are selected."
        return ConfirmPage("Nothing is selected", (words,), "", back, is_possible=False)
    runs = counted(len(ids), "run")
    return ConfirmPage(
        title.format(runs=runs),
        (
            does,
            "A run that is in another state by then is left alone.",
            "Every decision gets its own line in the audit log.",
        ),
        button,
        back,
        is_dangerous=action in {"discard", "resolve-give-up"},
    )
