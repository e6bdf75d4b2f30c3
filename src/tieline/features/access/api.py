"""People: users, invitations and tokens; each change is in the audit log."""

from dataclasses import dataclass

from pydantic import Field

from tieline.features.access import model as m
from tieline.features.access.model import (
    ListSessions,
    ListTokens,
    ListUsers,
    SessionRow,
    TokenRow,
    UserRow,
)
from tieline.features.access.rules import credentials as rule
from tieline.model.base.errors import NotFound
from tieline.model.base.ids import Micros
from tieline.model.people.role import Role, Scope
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import Why
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, Listed, Listing, by_key, in_order

DAY_US = 86_400_000_000
LONGEST_DAYS = 3650
DAYS = 90.0


class Inviting(Why):
    """Who is invited, as what."""

    name: str = Field(min_length=1, max_length=64)
    role: Role


class Changing(Why):
    """What a user becomes."""

    role: Role


class TokenMaking(Why):
    """What a token is for."""

    name: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    owner: str | None = Field(None, max_length=LONGEST, description="A user whose role bounds it.")
    days: float | None = Field(
        DAYS, ge=0, le=LONGEST_DAYS, description="Until it expires; null or 0: it never does."
    )


class UserQuery(Listing):
    """Which users."""

    role: Role | None = None


class TokenQuery(Listing):
    """Which tokens."""

    owner: str | None = Field(None, max_length=LONGEST)


@dataclass(frozen=True, slots=True)
class Me:
    """Who is asking."""

    name: str
    account: str | None
    role: str | None
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation; the path is shown once."""

    user: str
    role: str
    path: str | None
    """Behind the console's address."""
    expires_us: Micros


@dataclass(frozen=True, slots=True)
class TokenMade:
    """A token; it is shown once."""

    id: str
    name: str
    token: str | None
    scopes: tuple[str, ...]
    owner: str | None
    expires_us: Micros | None
    """None: never; whoever has it keeps it until it is revoked."""
    never_expires: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """What is no longer there."""

    removed: str


async def show_me(ask: ApiRequest) -> Me:
    """Who is asking, and what they may do."""
    viewer = ask.viewer
    permissions = tuple(sorted(viewer.permissions))
    return Me(viewer.name, viewer.account, viewer.role, permissions)


async def list_users(ask: ApiRequest) -> Listed[UserRow]:
    """Users by name."""
    q: UserQuery = ask.query
    rows = await ask.parts.views.read(ListUsers())
    wanted = [row for row in rows if q.role in {None, row.role}]
    return by_key(ask, wanted, lambda row: row.name)


async def show_user(ask: ApiRequest) -> UserRow:
    """One user."""
    return await _user(ask, ask.path["name"])


async def _user(ask: ApiRequest, name: str) -> UserRow:
    for row in await ask.parts.views.read(ListUsers()):
        if row.name == name:
            return row
    raise NotFound("user", name[:80])


async def list_sessions(ask: ApiRequest) -> Listed[SessionRow]:
    """Where a user is logged in, the latest first."""
    user = await _user(ask, ask.path["name"])
    return in_order(ask, await ask.parts.views.read(ListSessions(user.name)))


async def end_sessions(ask: ApiRequest) -> Removed:
    """Log a user out everywhere."""
    name = (await _user(ask, ask.path["name"])).name
    await ask.parts.journal.commit(m.EndSessions(name, ask.by(ask.body.reason)))
    return Removed(f"sessions of user:{name}")


async def invite(ask: ApiRequest) -> Invited:
    """Invite somebody; or, for a user, let them choose a new password."""
    body: Inviting = ask.body
    name, by = rule.user_name(body.name), ask.by(body.reason)
    key, expires_us = ask.parts.secrecy.key(), by.at_us + rule.INVITE_US
    command = m.AddInvite(
        hash=rule.digest(key),
        user=name,
        role=body.role,
        is_first=False,
        expires_us=expires_us,
        by=by,
    )
    await ask.parts.journal.commit(command)
    return Invited(name, body.role, f"/welcome/{key}", expires_us)


async def set_role(ask: ApiRequest) -> UserRow:
    """Change what a user is."""
    name = ask.path["name"]
    await ask.parts.journal.commit(m.SetRole(name, ask.body.role, ask.by(ask.body.reason)))
    return await _user(ask, name)


async def remove_user(ask: ApiRequest) -> Removed:
    """Remove a user, with sessions and tokens."""
    name = ask.path["name"]
    await ask.parts.journal.commit(m.RemoveUser(name, ask.by(ask.body.reason)))
    return Removed(f"user:{name}")


async def list_tokens(ask: ApiRequest) -> Listed[TokenRow]:
    """Tokens by name; the tokens themselves are not stored."""
    q: TokenQuery = ask.query
    rows = await ask.parts.views.read(ListTokens())
    wanted = [row for row in rows if q.owner in {None, row.owner}]
    return by_key(ask, wanted, lambda row: f"{row.name} {row.id}")


async def make_token(ask: ApiRequest) -> TokenMade:
    """A new token."""
    body: TokenMaking = ask.body
    by = ask.by(body.reason)
    key = rule.TOKEN_PREFIX + ask.parts.secrecy.key()
    id_ = f"tok_{rule.digest(key)[:12]}"
    expires_us = None if not body.days else by.at_us + int(body.days * DAY_US)
    scopes = tuple(str(scope) for scope in dict.fromkeys(body.scopes))
    command = m.AddToken(id_, body.name, rule.digest(key), body.owner, scopes, expires_us, by)
    await ask.parts.journal.commit(command)
    never = expires_us is None
    return TokenMade(id_, body.name, key, scopes, body.owner, expires_us, never)


async def revoke_token(ask: ApiRequest) -> Removed:
    """Make a token void."""
    token = ask.path["token"]
    await ask.parts.journal.commit(m.RevokeToken(token, ask.by(ask.body.reason)))
    return Removed(f"token:{token}")


_ADMIN = Permission.ADMIN
_CHANGE = ("not-found", "conflict")
ENDPOINTS = (
    Endpoint("GET", "/me", Permission.SEARCH, "Show who is asking", show_me, Me),
    Endpoint("GET", "/users", _ADMIN, "List users", list_users, Listed[UserRow],
             query=UserQuery),
    Endpoint("POST", "/users", _ADMIN, "Invite somebody", invite, Invited, body=Inviting,
             problems=("refused", "conflict"), shown_once="path"),
    Endpoint("GET", "/users/{name}", _ADMIN, "Show a user", show_user, UserRow,
             problems=("not-found",)),
    Endpoint("POST", "/users/{name}/role", _ADMIN, "Change what a user is", set_role, UserRow,
             body=Changing, problems=_CHANGE),
    Endpoint("POST", "/users/{name}/remove", _ADMIN, "Remove a user", remove_user, Removed,
             body=Why, problems=_CHANGE),
    Endpoint("GET", "/users/{name}/sessions", _ADMIN, "List where a user is logged in",
             list_sessions, Listed[SessionRow], query=Listing, problems=("not-found",)),
    Endpoint("POST", "/users/{name}/log-out", _ADMIN, "Log a user out everywhere", end_sessions,
             Removed, body=Why, problems=("not-found",)),
    Endpoint("GET", "/tokens", _ADMIN, "List tokens", list_tokens, Listed[TokenRow],
             query=TokenQuery),
    Endpoint("POST", "/tokens", _ADMIN, "Make a token", make_token, TokenMade, body=TokenMaking,
             status=201, problems=_CHANGE, shown_once="token"),
    Endpoint("POST", "/tokens/{token}/revoke", _ADMIN, "Make a token void", revoke_token,
             Removed, body=Why, problems=("not-found",)),
)  # fmt: skip
