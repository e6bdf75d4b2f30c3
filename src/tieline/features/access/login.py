"""Login: the pages by which people come in and go out; how they look is given."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tieline.features.access.accounts import Accounts, LoggedIn
from tieline.features.access.model import FindInvite
from tieline.features.access.rules.credentials import SHORTEST, can_be_accepted, digest
from tieline.features.access.session_cookie import forget, remember
from tieline.model.base.errors import CommandRefused, Conflict, NotFound
from tieline.rules.people.access import Permission
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import LOGIN, needs, open_to_all
from tieline.surfaces.web.origin import check_same_site
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.viewer import viewer_if_any, viewer_of

Page = Callable[[Request, str, Mapping[str, str], int], Response]
"""Draws ``login``, ``welcome`` or ``account`` with texts, under a status.

``login`` has next, name and error; ``welcome`` (an invitation) has key, user (empty: to be chosen),
role and error; ``account`` (the own password) has error and done. Fields of the forms: name,
password and next; name and password; old and new. Forms of a session carry ``csrf``.
"""


TITLES = {"login": "Log in", "welcome": "Welcome", "account": "Your password"}
UNCHANGED = "your session had ended, so nothing was changed; log in, and do it once more"


def routes(parts: WebParts, accounts: Accounts, page: Page) -> list[BaseRoute]:
    """``/login``, ``/logout``, ``/welcome/{key}`` and ``/account``."""
    pages = LoginPages(parts, accounts, page)
    return [
        Route(LOGIN, pages.show, methods=["GET"]),
        Route(LOGIN, pages.log_in, methods=["POST"]),
        Route("/logout", pages.log_out, methods=["POST"]),
        Route("/welcome/{key}", pages.invited, methods=["GET"]),
        Route("/welcome/{key}", pages.accept, methods=["POST"]),
        Route("/account", pages.account, methods=["GET"]),
        Route("/account", pages.change, methods=["POST"]),
    ]


class LoginPages:
    """Where people are let in."""

    def __init__(self, parts: WebParts, accounts: Accounts, page: Page) -> None:
        self._parts = parts
        self._accounts = accounts
        self._page = page

    @open_to_all
    async def show(self, request: Request) -> Response:
        """The form; who is in already goes on."""
        goal = local(request.query_params.get("next", "/"))
        if viewer_if_any(request) is not None:
            return RedirectResponse(goal, 303)
        error = UNCHANGED if request.query_params.get("unchanged") else ""
        return self._page(request, "login", {"next": goal, "name": "", "error": error}, 200)

    @open_to_all
    async def log_in(self, request: Request) -> Response:
        """A new session, or the form again with a word."""
        form = await _form(request)
        name, goal = form.get("name", ""), local(form.get("next", "/"))
        try:
            session = await self._accounts.log_in(request, name, form.get("password", ""))
        except Problem as problem:
            texts = {"next": goal, "name": name[:80], "error": problem.detail}
            answer = self._page(request, "login", texts, problem.kind.status)
            answer.headers.update(problem.headers)
            return answer
        return self._in(goal, session)

    def _in(self, goal: str, session: LoggedIn) -> Response:
        return remember(RedirectResponse(goal, 303), session.key, self._parts.policy)

    @needs(Permission.OWN)
    async def log_out(self, request: Request) -> Response:
        """Out, here or everywhere."""
        form = await _form(request)
        everywhere = form.get("everywhere") == "yes"
        await self._accounts.log_out(request, viewer_of(request), everywhere=everywhere)
        return forget(RedirectResponse(LOGIN, 303), self._parts.policy)

    @open_to_all
    async def invited(self, request: Request) -> Response:
        """The form of an invitation."""
        return await self._welcome(request, "", 200)

    @open_to_all
    async def accept(self, request: Request) -> Response:
        """A user, and their first session."""
        check_same_site(request)
        form = await _form(request)
        name, password = form.get("name", ""), form.get("password", "")
        try:
            user = await self._accounts.accept(request.path_params["key"], name, password)
        except (CommandRefused, Conflict) as error:
            return await self._welcome(request, str(error), 422)
        session = await self._accounts.open_session(request, user)
        return self._in("/", session)

    async def _welcome(self, request: Request, error: str, status: int) -> Response:
        key = request.path_params["key"]
        found = await self._parts.views.read(FindInvite(digest(key)))
        if found is None or not can_be_accepted(found, self._parts.clock.now_us()):
            raise NotFound("invitation", "that was given: it is used, replaced or expired")
        texts = {"key": key, "user": found.user or "", "role": found.role, "error": error}
        answer = self._page(request, "welcome", texts, status)
        answer.headers["referrer-policy"] = "no-referrer"
        return answer

    @needs(Permission.OWN)
    async def account(self, request: Request) -> Response:
        """The own password."""
        return self._page(request, "account", {"error": "", "done": ""}, 200)

    @needs(Permission.OWN)
    async def change(self, request: Request) -> Response:
        """Replace it."""
        form = await _form(request)
        old, new = form.get("old", ""), form.get("new", "")
        try:
            await self._accounts.change_password(request, viewer_of(request), old, new)
        except (CommandRefused, Problem) as error:
            words = error.detail if isinstance(error, Problem) else str(error)
            return self._page(request, "account", {"error": words, "done": ""}, 422)
        done = "The password is changed; every other session has ended."
        return self._page(request, "account", {"error": "", "done": done}, 200)


def page_of(desk: PageParts) -> Page:
    """Draws the pages as the console looks, without its menu."""

    def draw(request: Request, name: str, texts: Mapping[str, str], status: int) -> Response:
        viewer = viewer_if_any(request)
        return desk.outside(
            request,
            f"{name}.html",
            status=status,
            title=TITLES[name],
            shortest=SHORTEST,
            csrf=(viewer.csrf if viewer is not None else None) or "",
            **texts,
        )

    return draw


def local(goal: str) -> str:
    """*goal* when it is a path of ours, else the start page: nobody is sent elsewhere."""
    parts = urlsplit(goal)
    is_plain = goal.startswith("/") and not goal.startswith(("//", "/\\"))
    if not is_plain or parts.scheme or parts.netloc or any(ord(c) < 33 or c == "\\" for c in goal):
        return "/"
    return goal


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=20) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
