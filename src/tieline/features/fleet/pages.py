"""Pages of the fleet: its workers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.ids import WorkerId
from tieline.model.views.views import ListWorkers
from tieline.model.views.work_lists import CountHands, ShowWorker
from tieline.rules.fleet.presence import clock_told, presence
from tieline.rules.people.access import Permission
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/workers``."""

    @needs(Permission.READ)
    async def workers(request: Request) -> Response:
        return await desk.page(
            request,
            "workers.html",
            title="Workers",
            rows=await desk.read(ListWorkers()),
            hands=dict(await desk.read(CountHands())),
            presence=presence,
            clock_told=clock_told,
        )

    @needs(Permission.READ)
    async def worker(request: Request) -> Response:
        detail = await desk.read(ShowWorker(WorkerId(request.path_params["id"])))
        return await desk.page(
            request,
            "worker.html",
            here="/workers",
            title="Worker",
            worker=detail.worker,
            runs=detail.runs,
            state=presence(detail.worker, desk.now_us),
            clock=clock_told(detail.worker),
        )

    return [Route("/workers", workers), Route("/workers/{id}", worker)]
