"""Authorize: a route says what it needs; nobody without it gets to the route's function.

Every route of the application has to say so, or the application cannot be made.
"""

from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieline.rules.people.access import Permission
from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.viewer import KEY, Viewer

F = TypeVar("F", bound=Callable[..., Any])
OPEN = "open"
"""In place of a permission: whoever comes may see it, and a viewer is known all the same. What such
a route changes is by its own proof (a password, an invitation), and it checks the origin itself."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOGIN = "/login"
STILL = "tieline.still"
_NEEDS = "tieline_needs"


class Authenticator(Protocol):
    """The role of whoever says who sends a request; the composition gives it."""

    async def identify(self, request: Request) -> Viewer | None:
        """Who sent it; None: nobody we know. Raises Problem for a token that is not valid."""
        ...

    async def check_origin(self, request: Request, viewer: Viewer) -> None:
        """Raises Problem when an unsafe request was not sent by a page of ours."""
        ...


def needs(permission: Permission) -> Callable[[F], F]:
    """Decorates a route's function: who may use it."""

    def mark(function: F) -> F:
        setattr(function, _NEEDS, permission)
        return function

    return mark


def open_to_all(function: F) -> F:
    """Decorates a route's function that shows nothing of the hub."""
    setattr(function, _NEEDS, OPEN)
    return function


def need_of(route: BaseRoute) -> Permission | str | None:
    """What *route* says it needs; None: it says nothing."""
    return getattr(getattr(route, "endpoint", None), _NEEDS, None)


def guarded(routes: Sequence[BaseRoute], authenticator: Authenticator) -> list[BaseRoute]:
    """*routes*, each behind its guard. Raises TypeError for one that does not say what it needs."""
    made: list[BaseRoute] = []
    for route in routes:
        if isinstance(route, Mount):
            raise TypeError(f"{route.path} is a mount; only /static may be one")
        need = need_of(route)
        if not isinstance(route, Route) or need is None:
            path = getattr(route, "path", route)
            raise TypeError(f"the route {path} does not say who may use it: @needs(Permission.…)")
        behind = copy(route)
        behind.app = Authorize(route.app, need, authenticator)
        made.append(behind)
    return made


class Authorize:
    """Stands before one route."""

    def __init__(self, app: ASGIApp, need: Permission | str, authenticator: Authenticator) -> None:
        self._app = app
        self._need = need
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        viewer = await self._authenticator.identify(request)
        if viewer is None and self._need != OPEN:
            if not _wants_page(request):
                raise Problem(
                    "unauthenticated", "log in, or send a token", {"www-authenticate": "Bearer"}
                )
            await _to_login(request)(scope, receive, send)
            return
        scope[STILL] = self._still(request)
        scope[KEY] = viewer  # also where it is turned away: its page of that has the menu
        if viewer is not None and self._need != OPEN:
            if self._need not in viewer.permissions:
                raise Problem("forbidden", f"this needs the permission {str(self._need)!r}")
            if request.method not in SAFE:
                await self._authenticator.check_origin(request, viewer)
        await self._app(scope, await _again(request, receive), send)

    def _still(self, request: Request) -> Callable[[], Awaitable[bool]]:
        async def still() -> bool:
            try:
                viewer = await self._authenticator.identify(request)
            except Problem:  # a token that is revoked
                return False
            return self._need == OPEN or (viewer is not None and self._need in viewer.permissions)

        return still


async def may_still(request: Request) -> bool:
    """Whether whoever sent *request* may see its route now: what goes on for long asks again."""
    still: Callable[[], Awaitable[bool]] = request.scope[STILL]
    return await still()


async def _again(request: Request, receive: Receive) -> Receive:
    """What the route receives: the body once more, when the guard has read a form's token."""
    if not hasattr(request, "_body"):
        return receive
    body: bytes | None = await request.body()

    async def replayed() -> Message:
        nonlocal body
        if body is None:
            return await receive()
        message, body = {"type": "http.request", "body": body, "more_body": False}, None
        return message

    return replayed


def _wants_page(request: Request) -> bool:
    is_page = "text/html" in request.headers.get("accept", "")
    return is_page and not request.url.path.startswith("/api/")


def _to_login(request: Request) -> Response:
    """Back to where they were going, once they are in; only a path of ours.

    A page that asks for a piece of itself is told to leave as a whole: it would put the form where
    the piece belongs. Whoever wanted a change is told that it was not made; every address that
    takes one shows what it is about when it is only looked at.
    """
    path, query = request.url.path, request.url.query
    if request.headers.get("hx-request") == "true":
        page = urlsplit(request.headers.get("hx-current-url", ""))
        path, query = page.path or "/", page.query
    wanted = {"next": "/" if path == "/logout" else path + (f"?{query}" if query else "")}
    if request.method not in SAFE:
        wanted["unchanged"] = "yes"
    address = f"{LOGIN}?{urlencode(wanted, safe='/')}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"hx-redirect": address})
    return RedirectResponse(address, 303)
