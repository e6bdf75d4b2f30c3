"""Access: who may do what; users, invitations, sessions, tokens, and answers that are kept."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.people import access, reading
from tieline.features.manifest import Answers, Feature, Handles
from tieline.model.people import access as a
from tieline.model.views import access as q
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _invite_instead(command: a.AddUser | a.SetPassword) -> str:
    wanted = "invite them instead (tieline user invite): who is invited chooses it alone"
    return f"the password of {command.name!r} cannot be set over --url; {wanted}"


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.surfaces.api import people

    return people.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.surfaces.cli import token, user

    app.add_typer(user.app, name="user")
    app.add_typer(token.app, name="token")


def _pages() -> "Pages":
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import Entry, Link
    from tieline.surfaces.console.pages import people

    return Pages(
        people.routes,
        menu=(
            Entry("Records", Link("/audit", "Audit", "audit")),
            Entry("Access", Link("/users", "Users", "people")),
            Entry("Access", Link("/tokens", "Tokens", "key")),
        ),
        told={
            "invited": "The invitation is made.",
            "role": "The role is changed; it applies from the next page on.",
            "logged-out": "Every session of the user has ended.",
            "removed": "The user is removed. What they did stays in the audit log.",
            "revoked": "It is revoked, and works no longer.",
            "password": "The password is changed.",
        },
    )


_ADMIN = Permission.ADMIN
ACCESS = Feature(
    name="access",
    says="Says who may look and decide, and remembers who did.",
    commands=(
        Handles(a.AddUser, access.add_user, _ADMIN, beside_store=_invite_instead),
        Handles(a.SetRole, access.set_role, _ADMIN, call="/users/{name}/role"),
        Handles(a.SetPassword, access.set_password, _ADMIN, beside_store=_invite_instead),
        Handles(a.RemoveUser, access.remove_user, _ADMIN, call="/users/{name}/remove"),
        Handles(a.AddInvite, access.add_invite, _ADMIN),
        Handles(a.AcceptInvite, access.accept_invite),
        Handles(a.OpenSession, access.open_session),
        Handles(a.TouchSession, access.touch_session),
        Handles(a.EndSession, access.end_session),
        Handles(a.EndSessions, access.end_sessions),
        Handles(a.AddToken, access.add_token, _ADMIN, inverse=a.RevokeToken),
        Handles(a.TouchToken, access.touch_token),
        Handles(a.RevokeToken, access.revoke_token, _ADMIN, call="/tokens/{token}/revoke"),
        Handles(a.TakeKey, access.take_key),
        Handles(a.KeepAnswer, access.keep_answer),
        Handles(a.FreeKey, access.free_key),
    ),
    questions=(
        Answers(q.ListUsers, reading.users, needs=_ADMIN),
        Answers(q.ListTokens, reading.tokens, needs=_ADMIN),
        Answers(q.ListSessions, reading.sessions),
        Answers(q.FindCredentials, reading.credentials),
        Answers(q.FindSession, reading.session),
        Answers(q.FindToken, reading.token),
        Answers(q.FindInvite, reading.invite),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    tables=("user", "session", "token", "invite", "answer"),
)
