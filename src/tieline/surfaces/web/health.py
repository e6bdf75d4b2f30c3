"""Health: whether the process lives, and whether it can do its work, for those who watch it."""

import asyncio

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.errors import StoreError
from tieline.model.views.views import ListPauses
from tieline.surfaces.web.authorize import open_to_all
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import Problem

STORE_S = 2.0
AGAIN = {"retry-after": "5"}


def routes(parts: WebParts) -> list[BaseRoute]:
    """``/health`` and its two questions; they tell nothing but yes or no."""

    @open_to_all
    async def live(_: Request) -> Response:
        return _ok()

    @open_to_all
    async def ready(_: Request) -> Response:
        try:
            async with asyncio.timeout(STORE_S):
                await parts.views.read(ListPauses())
        except (StoreError, TimeoutError):
            raise Problem("store", "the store does not answer", AGAIN) from None
        if parts.blocked() is not None:
            raise Problem("store", "somebody holds locks in the store", AGAIN)
        if (trouble := await parts.trouble()) is not None:
            raise Problem("store", trouble.partition(":")[0], AGAIN)
        return _ok()

    return [
        Route("/health", ready),
        Route("/health/live", live),
        Route("/health/ready", ready),
    ]


def _ok() -> Response:
    return Response(orjson.dumps({"status": "ok"}), media_type="application/json")
