"""Metrics: what the observers count goes out, to this machine and to tokens made for it."""

import asyncio
import ipaddress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.rules.people.access import Permission
from tieline.surfaces.web.authorize import open_to_all
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.viewer import viewer_if_any

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""A proxy on this machine speaks for somebody elsewhere."""


def routes(parts: WebParts) -> list[BaseRoute]:
    """``/metrics``."""

    @open_to_all
    async def metrics(request: Request) -> Response:
        viewer = viewer_if_any(request)
        is_allowed = viewer is not None and viewer.may(Permission.METRICS)
        if not is_allowed and not is_local(request, is_proxied=parts.policy.is_proxied):
            words = "send a token with the scope 'metrics'"
            raise Problem("unauthenticated" if viewer is None else "forbidden", words)
        if parts.metrics is None:
            raise Problem("not-found", "this hub counts nothing")
        body, media_type = await asyncio.to_thread(parts.metrics)
        return Response(body, media_type=media_type)

    return [Route("/metrics", metrics)]


def is_local(request: Request, *, is_proxied: bool) -> bool:
    """Whether a request comes from this machine itself, and not through a proxy."""
    if is_proxied or request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
