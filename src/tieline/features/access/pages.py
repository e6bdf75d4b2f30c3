"""People: users, invitations and tokens, for administrators; each secret is shown once."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.access import login
from tieline.features.access.accounts import Accounts
from tieline.features.access.model import (
    AddInvite,
    AddToken,
    EndSessions,
    ListTokens,
    ListUsers,
    RemoveUser,
    RevokeToken,
    SetRole,
    UserRow,
)
from tieline.features.access.rules.credentials import INVITE_US, TOKEN_PREFIX, digest, user_name
from tieline.model.base.by import By
from tieline.model.base.errors import NotFound, SettingsError
from tieline.model.people.role import Role, Scope
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act, text_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

DAY_US = 86_400_000_000
LIVES = {"30": 30, "90": 90, "365": 365, "": None}
ROLES = (
    (Role.VIEWER, "sees everything, redacted, and changes nothing"),
    (Role.SUPPORT, "searches and reads stories, and sees nothing else"),
    (Role.OPERATOR, "also decides: retry, replay, pause, resolve"),
    (Role.ADMIN, "also says who may do what"),
)
SCOPES = (
    (Scope.STATUS, "ask how a thing stands, for a product's own pages"),
    (Scope.SEARCH, "find a record and read its story"),
    (Scope.READ, "see everything, redacted"),
    (Scope.OPERATE, "decide: retry, replay, pause, resolve"),
    (Scope.METRICS, "read /metrics"),
    (Scope.ADMIN, "users, invitations and tokens"),
)


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/users`` and ``/tokens``, and by which pages people come in."""
    office = PeoplePages(desk)
    both = ["GET", "POST"]
    return [
        *login.routes(desk.parts, Accounts(desk.parts), login.page_of(desk)),
        Route("/users", office.users),
        Route("/users/invite", office.invite, methods=both),
        Route("/users/{name}/role", office.role, methods=both),
        Route("/users/{name}/password", office.password, methods=both),
        Route("/users/{name}/log-out", office.log_out, methods=both),
        Route("/users/{name}/remove", office.remove, methods=both),
        Route("/tokens", office.tokens),
        Route("/tokens/new", office.new_token, methods=both),
        Route("/tokens/{id}/revoke", office.revoke, methods=both),
    ]


@dataclass(frozen=True, slots=True)
class PeoplePages:
    """Where administrators say who may do what."""

    desk: PageParts

    # --- users --------------------------------------------------------------------------------

    @needs(Permission.ADMIN)
    async def users(self, request: Request) -> Response:
        """The list."""
        rows = await self.desk.read(ListUsers())
        return await self.desk.page(
            request, "users.html", title="Users", rows=rows, roles=dict(ROLES)
        )

    @needs(Permission.ADMIN)
    async def invite(self, request: Request) -> Response:
        """A link with which somebody comes in."""

        async def do(form: FormData, by: By) -> Response:
            name, role = text_of(form, "name"), _role(form)
            return await self._invited(request, user_name(name) if name else None, role, by)

        shown = ConfirmPage(
            "Invite somebody",
            (
                "You get a link that works once, for a day. Whoever opens it chooses a password.",
                "Send it by a way on which only they can read it.",
            ),
            "Make the link",
            "/users",
            fields="fields/invite.html",
            view={"roles": ROLES},
        )
        return await act(self.desk, request, shown, do)

    @needs(Permission.ADMIN)
    async def role(self, request: Request) -> Response:
        """Change what a user is."""
        user = await self._user(request)

        async def do(form: FormData, by: By) -> str:
            await self.desk.parts.journal.commit(SetRole(user.name, _role(form), by))
            return "/users?told=role"

        shown = ConfirmPage(
            f"Change what {user.name} is",
            (f"{user.name} is {user.role}. The change is in force at once, in open pages too.",),
            "Change it",
            "/users",
            fields="fields/role.html",
            view={"roles": ROLES, "role": user.role},
        )
        return await act(self.desk, request, shown, do)

    @needs(Permission.ADMIN)
    async def password(self, request: Request) -> Response:
        """A link with which a user chooses a new password."""
        user = await self._user(request)

        async def do(_: FormData, by: By) -> Response:
            return await self._invited(request, user.name, Role(user.role), by)

        does = (
            "You get a link that works once, for a day, to choose a new password.",
            "The old password works until then.",
        )
        shown = ConfirmPage(f"A new password for {user.name}", does, "Make the link", "/users")
        return await act(self.desk, request, shown, do)

    @needs(Permission.ADMIN)
    async def log_out(self, request: Request) -> Response:
        """End a user's sessions."""
        user = await self._user(request)

        async def do(_: FormData, by: By) -> str:
            await self.desk.parts.journal.commit(EndSessions(user.name, by))
            return "/users?told=logged-out"

        does = ("Every session ends at once; the password still works.",)
        shown = ConfirmPage(f"Log {user.name} out everywhere", does, "Log out", "/users")
        return await act(self.desk, request, shown, do)

    @needs(Permission.ADMIN)
    async def remove(self, request: Request) -> Response:
        """Remove a user."""
        user = await self._user(request)

        async def do(_: FormData, by: By) -> str:
            await self.desk.parts.journal.commit(RemoveUser(user.name, by))
            return "/users?told=removed"

        does = (
            f"{user.name} is logged out and may not come back; tokens of theirs are void.",
            "What they did stays in the audit log.",
        )
        shown = ConfirmPage(f"Remove {user.name}", does, "Remove", "/users", is_dangerous=True)
        return await act(self.desk, request, shown, do)

    async def _user(self, request: Request) -> UserRow:
        name = request.path_params["name"]
        rows = await self.desk.read(ListUsers())
        user = next((row for row in rows if row.name == name), None)
        if user is None:
            raise NotFound("user", name)
        return user

    async def _invited(self, request: Request, user: str | None, role: Role, by: By) -> Response:
        key = self.desk.parts.secrecy.key()
        command = AddInvite(digest(key), user, role, False, by.at_us + INVITE_US, by)  # noqa: FBT003
        await self.desk.parts.journal.commit(command)
        return await self.desk.page(
            request,
            "secret.html",
            here="/users",
            title="The invitation",
            what=f"An invitation for {user or 'whoever opens it'} as {role}",
            secret=f"{request.url.scheme}://{request.url.netloc}/welcome/{key}",
            says="It works once, until tomorrow. It is shown only now.",
            back="/users",
        )

    # --- tokens -------------------------------------------------------------------------------

    @needs(Permission.ADMIN)
    async def tokens(self, request: Request) -> Response:
        """The list."""
        rows = await self.desk.read(ListTokens())
        return await self.desk.page(request, "tokens.html", title="Tokens", rows=rows)

    @needs(Permission.ADMIN)
    async def new_token(self, request: Request) -> Response:
        """A token for a program."""
        users = await self.desk.read(ListUsers())

        async def do(form: FormData, by: By) -> Response:
            return await self._made(request, form, by)

        shown = ConfirmPage(
            "Make a token",
            (
                "A program sends it as Authorization: Bearer tl_…; it may do what its scopes say.",
                "It is shown once. Whoever has it is the program.",
            ),
            "Make it",
            "/tokens",
            fields="fields/token.html",
            view={"scopes": SCOPES, "owners": [user.name for user in users]},
        )
        return await act(self.desk, request, shown, do)

    async def _made(self, request: Request, form: FormData, by: By) -> Response:
        name, scopes = text_of(form, "name"), _scopes(form)
        days = _days(form)
        if not name:
            raise SettingsError("the name", "", "say what the token is for, such as ci or grafana")
        key = TOKEN_PREFIX + self.desk.parts.secrecy.key()
        command = AddToken(
            id="tok_" + self.desk.parts.secrecy.key()[:20],
            name=name[:80],
            hash=digest(key),
            owner=text_of(form, "owner") or None,
            scopes=scopes,
            expires_us=None if days is None else by.at_us + days * DAY_US,
            by=by,
        )
        await self.desk.parts.journal.commit(command)
        return await self.desk.page(
            request,
            "secret.html",
            here="/tokens",
            title="The token",
            what=f"The token {name}",
            secret=key,
            says="Copy it now: it is not stored, and cannot be shown again.",
            back="/tokens",
        )

    @needs(Permission.ADMIN)
    async def revoke(self, request: Request) -> Response:
        """Make a token void."""
        id_ = request.path_params["id"]
        rows = await self.desk.read(ListTokens())
        token = next((row for row in rows if row.id == id_), None)
        if token is None:
            raise NotFound("token", id_)

        async def do(_: FormData, by: By) -> str:
            await self.desk.parts.journal.commit(RevokeToken(token.id, by))
            return "/tokens?told=revoked"

        does = ("Programs that use it are rejected from now on. This cannot be taken back.",)
        shown = ConfirmPage(f"Revoke {token.name}", does, "Revoke", "/tokens", is_dangerous=True)
        return await act(self.desk, request, shown, do)


def _role(form: FormData) -> Role:
    text = text_of(form, "role")
    if text not in {str(role) for role in Role}:
        raise SettingsError("the role", text, f"use {', '.join(Role)}")
    return Role(text)


def _scopes(form: FormData) -> tuple[str, ...]:
    chosen = [text for text in form.getlist("scope") if isinstance(text, str)]
    if not chosen or not set(chosen) <= {str(scope) for scope in Scope}:
        raise SettingsError("the scopes", ", ".join(chosen), f"use some of {', '.join(Scope)}")
    return tuple(dict.fromkeys(chosen))


def _days(form: FormData) -> int | None:
    text = text_of(form, "days")
    if text not in LIVES:
        raise SettingsError("the expiry", text, "use 30, 90 or 365 days, or never")
    return LIVES[text]
