"""Pauses: a flow or a connection comes in; addresses that pause and resume it go out."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.errors import Conflict, NotFound
from tieline.model.commands import By, Pause, Resume
from tieline.model.views.views import ListPauses
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act
from tieline.surfaces.console.format import counted
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs


def holding(desk: PageParts, kind: str) -> list[BaseRoute]:
    """``/<kind>s/{name}/pause`` and ``…/resume``."""

    @needs(Permission.OPERATE)
    async def pause(request: Request) -> Response:
        name = request.path_params["name"]
        hub = desk.parts.hub
        if name not in (hub.flows if kind == "flow" else hub.connections):
            raise NotFound(kind, name)

        async def do(_: FormData, by: By) -> str:
            done = await desk.parts.carry_out(Pause(kind, name, by))
            if not done.count:
                raise Conflict(f"{kind} {name!r} is paused already")
            return f"/{kind}s/{name}?told=paused"

        return await act(desk, request, await _pausing(desk, kind, name), do)

    @needs(Permission.OPERATE)
    async def resume(request: Request) -> Response:
        name = request.path_params["name"]

        async def do(_: FormData, by: By) -> str:
            done = await desk.parts.carry_out(Resume(kind, name, by))
            if not done.count:
                raise Conflict(f"{kind} {name!r} is not paused")
            return f"/{kind}s/{name}?told=resumed"

        return await act(desk, request, await _resuming(desk, kind, name), do)

    return [
        Route(f"/{kind}s/{{name}}/pause", pause, methods=["GET", "POST"]),
        Route(f"/{kind}s/{{name}}/resume", resume, methods=["GET", "POST"]),
    ]


async def _pausing(desk: PageParts, kind: str, name: str) -> ConfirmPage:
    back = f"/{kind}s/{name}"
    does: tuple[str, ...]
    if kind == "flow":
        does = (
            "No run of it is started until somebody resumes it.",
            f"{counted(await _unfinished(desk, name), 'unfinished run')} of it wait meanwhile; "
            "runs under way end first.",
            "Deliveries are still taken, stored and answered.",
        )
    else:
        users = [flow.name for flow in desk.parts.hub.flows.values() if name in flow.uses]
        does = (
            "No call is made on it until somebody resumes it; no attempt is used up.",
            f"Runs of {', '.join(users) or 'no flow'} that need it wait.",
        )
    return ConfirmPage(f"Pause {kind} {name}", does, "Pause", back)


async def _resuming(desk: PageParts, kind: str, name: str) -> ConfirmPage:
    back = f"/{kind}s/{name}"
    rows = await desk.read(ListPauses())
    paused = next((row for row in rows if (row.kind, row.name) == (kind, name)), None)
    if paused is None:
        words = f"{kind.capitalize()} {name} is not paused."
        return ConfirmPage("There is nothing to resume", (words,), "", back, is_possible=False)
    does = (
        f"{paused.actor} paused it: “{paused.reason}”.",
        "What waits for it goes on at once, oldest first.",
    )
    return ConfirmPage(f"Resume {kind} {name}", does, "Resume", back)


async def _unfinished(desk: PageParts, flow: str) -> int:
    standing = await desk.standing()
    count = next((count for count in standing.counted.flows if count.flow == flow), None)
    if count is None:
        return 0
    return count.ready + count.behind + count.running + count.retrying + count.waiting
