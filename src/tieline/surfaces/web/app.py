"""App: the parts of a hub and the routes of its surfaces come in; one guarded application goes
out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from tieline.surfaces.web import health, metrics
from tieline.surfaces.web.authorize import Authenticator, guarded
from tieline.surfaces.web.not_found import RouteNotFound
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.request_limits import Draw, RequestLimits


def web_app(
    parts: WebParts,
    authenticator: Authenticator,
    surfaces: Sequence[BaseRoute],
    static: Path | None = None,
    draw: Draw | None = None,
) -> ASGIApp:
    """One application; *draw* shows problems to people.

    Raises TypeError for a route that does not say who may use it.
    """
    routes = [*health.routes(parts), *metrics.routes(parts), *surfaces]
    # No framework around the router: whatever is raised gets to the gate, which answers it.
    router = Router([*guarded(routes, authenticator), *_static(static)], redirect_slashes=False)
    return RequestLimits(RouteNotFound(router), parts.policy, parts.observer, draw)


def _static(folder: Path | None) -> list[BaseRoute]:
    if folder is None:
        return []
    return [Mount("/static", FilesToKeep(directory=folder), name="static")]


class FilesToKeep(StaticFiles):
    """Files that a browser may keep for a while; those that change have a version in their name."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["cache-control"] = "public, max-age=3600"
        return answer
