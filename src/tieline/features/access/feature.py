"""Access: who may do what; users, invitations, sessions and tokens."""

from typing import TYPE_CHECKING

from tieline.features.access import model as m
from tieline.features.access import reading, store
from tieline.features.manifest import Answers, Feature, Handles
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.web.authorize import Authenticator
    from tieline.surfaces.web.parts import WebParts


def _invite_instead(command: m.AddUser | m.SetPassword) -> str:
    wanted = "invite them instead (tieline user invite): who is invited chooses it alone"
    return f"the password of {command.name!r} cannot be set over --url; {wanted}"


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.access import api

    return api.ENDPOINTS


def _authenticator(parts: "WebParts") -> "Authenticator":
    from tieline.features.access.authenticator import StoreAuthenticator

    return StoreAuthenticator(parts)


async def _notes(parts: "WebParts", address: str, *, is_private: bool) -> tuple[str, ...]:
    from tieline.features.access import bootstrap

    return await bootstrap.notes(parts, address, is_private=is_private)


def _commands(app: "typer.Typer") -> None:
    from tieline.features.access.cli import token, user

    app.add_typer(user.app, name="user")
    app.add_typer(token.app, name="token")


def _pages() -> "Pages":
    from tieline.features.access import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        pages.routes,
        menu=(
            MenuItem("Access", MenuLink("/users", "Users", "people")),
            MenuItem("Access", MenuLink("/tokens", "Tokens", "key")),
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
        Handles(m.AddUser, store.add_user, _ADMIN, beside_store=_invite_instead),
        Handles(m.SetRole, store.set_role, _ADMIN, call="/users/{name}/role"),
        Handles(m.SetPassword, store.set_password, _ADMIN, beside_store=_invite_instead),
        Handles(m.RemoveUser, store.remove_user, _ADMIN, call="/users/{name}/remove"),
        Handles(m.AddInvite, store.add_invite, _ADMIN),
        Handles(m.AcceptInvite, store.accept_invite),
        Handles(m.OpenSession, store.open_session),
        Handles(m.TouchSession, store.touch_session),
        Handles(m.EndSession, store.end_session),
        Handles(m.EndSessions, store.end_sessions),
        Handles(m.AddToken, store.add_token, _ADMIN, inverse=m.RevokeToken),
        Handles(m.TouchToken, store.touch_token),
        Handles(m.RevokeToken, store.revoke_token, _ADMIN, call="/tokens/{token}/revoke"),
    ),
    questions=(
        Answers(m.ListUsers, reading.users, needs=_ADMIN),
        Answers(m.ListTokens, reading.tokens, needs=_ADMIN),
        Answers(m.ListSessions, reading.sessions),
        Answers(m.FindCredentials, reading.credentials),
        Answers(m.FindSession, reading.session),
        Answers(m.FindToken, reading.token),
        Answers(m.FindInvite, reading.invite),
    ),
    endpoints=_endpoints,
    pages=_pages,
    authenticator=_authenticator,
    console_notes=_notes,
    commands_of_people=_commands,
    tables=("account", "session", "token", "invite"),
)
