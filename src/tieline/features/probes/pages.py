"""Pages: a connection is probed, and how its latest probe went."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.probes.model import ProbeConnection, ShowProbe
from tieline.features.probes.rules import answered, in_words, path_of
from tieline.model.base.errors import NotFound
from tieline.model.commands import By
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act, text_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/connections/{name}/probe`` and ``…/probe/answer``."""

    @needs(Permission.OPERATE)
    async def probe(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in desk.parts.hub.connections:
            raise NotFound("connection", name)

        async def do(form: FormData, by: By) -> str:
            path = path_of(text_of(form, "path") or "/", name="the path")
            await desk.parts.carry_out(ProbeConnection(name, by, path))
            return f"/connections/{name}/probe/answer"

        does = (
            "A worker asks the other side at once, with our credential, past an open circuit "
            "breaker and a pause.",
            "If it answers, one call is let through at once, and what waits goes on behind it. "
            "If it does not, nothing changes.",
        )
        back = f"/connections/{name}"
        shown = ConfirmPage(f"Probe {name}", does, "Ask now", back, fields="fields/probe.html")
        return await act(desk, request, shown, do)

    @needs(Permission.READ)
    async def answer(request: Request) -> Response:
        row = await desk.read(ShowProbe(request.path_params["name"]))
        return await desk.page(
            request,
            "probe.html",
            here="/connections",
            title=f"Probe of {row.connection}",
            row=row,
            words=in_words(row),
            answered=answered(row),
        )

    return [
        Route("/connections/{name}/probe", probe, methods=["GET", "POST"]),
        Route("/connections/{name}/probe/answer", answer),
    ]
