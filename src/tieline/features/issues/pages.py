"""Issues: like failures as one thing: the list, one of them, and saying what becomes of it."""

from collections.abc import Iterable, Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.issues.model import (
    UNRESOLVED,
    AcknowledgeIssue,
    IssueDetail,
    IssueRow,
    ListIssues,
    MuteIssue,
    ReopenIssue,
    ResolveIssue,
    ShowIssue,
)
from tieline.features.issues.owners import owner_of
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import IssueId, Micros
from tieline.model.commands import By
from tieline.model.views.series import ReadSeriesCounts
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act, text_of
from tieline.surfaces.console.format import counted
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import rows_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

HOUR_US = 3_600_000_000
SPARK_US = 24 * HOUR_US
STATES: Mapping[str, tuple[str, ...]] = {
    "": UNRESOLVED,
    "open": ("open",),
    "acknowledged": ("acknowledged",),
    "muted": ("muted",),
    "resolved": ("resolved",),
    "all": (),
}
MUTES: Mapping[str, int] = {"1h": HOUR_US, "1d": 24 * HOUR_US, "7d": 7 * 24 * HOUR_US}


TOLD_AS = {
    "acknowledge": "issue-acknowledged",
    "resolve": "issue-resolved",
    "mute": "issue-muted",
    "reopen": "issue-reopened",
}


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/issues`` and one of them."""

    @needs(Permission.READ)
    async def list_(request: Request) -> Response:
        of = asked(request, ("state", "flow", "connection", "source", "tenant"), desk.now_us)
        states = STATES.get(of.text("state"), UNRESOLVED)
        page = await rows_of(
            desk,
            lambda window: ListIssues(
                states,
                of.get("flow"),
                of.get("connection"),
                of.get("source"),
                window=window,
                tenant=of.get("tenant"),
            ),
            of.window(),
        )
        return await desk.page(
            request,
            "issues.html",
            title="Issues",
            of=of,
            issues=page.rows,
            pages=pages(of, page),
            sparks=await _sparks(desk, tuple(row.id for row in page.rows)),
            flows=sorted(desk.parts.hub.flows),
            connections=sorted(desk.parts.hub.connections),
            owners=_owners(desk, page.rows),
        )

    @needs(Permission.READ)
    async def show(request: Request) -> Response:
        detail = await desk.read(ShowIssue(IssueId(request.path_params["id"])))
        issue = detail.issue
        return await desk.page(
            request,
            "issue.html",
            here="/issues",
            title=f"{issue.where}: {issue.kind}",
            detail=detail,
            issue=issue,
            spark=(await _sparks(desk, (issue.id,))).get(issue.id, ()),
            owner=owner_of(desk.parts.hub, issue),
        )

    return [Route("/issues", list_), Route("/issues/{id}", show), *_decisions(desk)]


def _decisions(desk: PageParts) -> list[BaseRoute]:
    def route(name: str) -> BaseRoute:
        @needs(Permission.OPERATE)
        async def decide(request: Request) -> Response:
            detail = await desk.read(ShowIssue(IssueId(request.path_params["id"])))

            async def do(form: FormData, by: By) -> str:
                await desk.parts.carry_out(_command(name, detail.issue.id, form, by))
                return f"/issues/{detail.issue.id}?told={TOLD_AS[name]}"

            return await act(desk, request, _act(name, detail), do)

        return Route(f"/issues/{{id}}/{name}", decide, methods=["GET", "POST"])

    return [route(name) for name in ("acknowledge", "resolve", "mute", "reopen")]


async def _sparks(desk: PageParts, names: tuple[str, ...]) -> Mapping[str, tuple[int, ...]]:
    if not names:
        return {}
    now_us: Micros = desk.now_us
    return await desk.read(ReadSeriesCounts("issue", names, ("failed",), now_us - SPARK_US, now_us))


def _owners(desk: PageParts, issues: Iterable[IssueRow]) -> dict[IssueId, str | None]:
    return {issue.id: owner_of(desk.parts.hub, issue) for issue in issues}


def _command(
    name: str, id_: IssueId, form: FormData, by: By
) -> AcknowledgeIssue | ResolveIssue | MuteIssue | ReopenIssue:
    if name == "acknowledge":
        return AcknowledgeIssue(id_, by)
    if name == "resolve":
        return ResolveIssue(id_, by)
    if name == "reopen":
        return ReopenIssue(id_, by)
    chosen = text_of(form, "for")
    if chosen and chosen not in MUTES:
        raise SettingsError("the time", chosen, f"use {', '.join(MUTES)}, or nothing")
    return MuteIssue(id_, by, by.at_us + MUTES[chosen] if chosen else None)


def _act(name: str, detail: IssueDetail) -> ConfirmPage:
    issue, back = detail.issue, f"/issues/{detail.issue.id}"
    left = counted(detail.dead, "dead letter")
    does: tuple[str, ...]
    match name:
        case "acknowledge":
            does = (
                "You say that you work on it: the others see it, and it alerts nobody else.",
                f"Nothing is retried: {left} of it wait as before.",
            )
            return ConfirmPage("Acknowledge this issue", does, "Acknowledge", back)
        case "resolve":
            does = (
                "You say that its cause is fixed: it leaves the list of what fails.",
                "Its next failure opens it again, as a regression.",
                f"{left} of it still wait for a decision of their own." if detail.dead else "",
            )
            return ConfirmPage("Resolve this issue", tuple(filter(None, does)), "Resolve", back)
        case "mute":
            does = ("It stays quiet while it goes on to fail. Its runs fail as before.",)
            return ConfirmPage("Mute this issue", does, "Mute", back, fields="fields/mute.html")
        case _:
            words = f"It is {issue.state}; it counts as failing again."
            return ConfirmPage("Reopen this issue", (words,), "Reopen", back)
