"""Not found: a request that no route takes comes in; what is at its path goes out, as a problem."""

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send

from tieline.surfaces.web.problem import Problem

LONGEST_SHOWN = 80


class RouteNotFound:
    """Stands around a router, which by itself says little, and of one route alone."""

    def __init__(self, router: Router) -> None:
        self._router = router

    @property
    def routes(self) -> list[BaseRoute]:
        """What it stands around, as the gate names it."""
        return self._router.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._router(scope, receive, send)
        except HTTPException as error:
            if error.status_code not in {404, 405}:
                raise
            raise self._problem(scope) from None

    def _problem(self, scope: Scope) -> Problem:
        path, method = shortened(scope["path"]), scope["method"][:LONGEST_SHOWN]
        methods = self._methods(scope)
        if methods and method not in methods:
            words = f"{method} cannot be done with {path}; it takes {', '.join(methods)}"
            return Problem("method-not-allowed", words, {"allow": ", ".join(methods)})
        hint = "; GET /api/v1/openapi.json lists the calls" if path.startswith("/api/") else ""
        return Problem("not-found", f"there is nothing at {path}{hint}")

    def _methods(self, scope: Scope) -> list[str]:
        """All that the path takes, whichever routes it has."""
        found = {
            method
            for route in self._router.routes
            if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE
            for method in route.methods or ()
        }
        return sorted(found)


def shortened(path: str) -> str:
    """Fit for a sentence."""
    return path if len(path) <= LONGEST_SHOWN else path[:LONGEST_SHOWN] + "…"
