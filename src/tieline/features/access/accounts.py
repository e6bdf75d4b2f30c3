"""Accounts: a request's cookie or token comes in; its viewer goes out. Log-in and log-out."""

import hmac
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from tieline.features.access import model as m
from tieline.features.access.model import FindCredentials, FindSession, FindToken, ListUsers
from tieline.features.access.rules import credentials as rule
from tieline.features.access.rules.login_limit import LoginLimit
from tieline.model.base.by import By
from tieline.model.base.errors import CommandRefused
from tieline.model.people.role import Role, Scope
from tieline.ports.secrecy import Secrecy
from tieline.rules.people.access import allowed
from tieline.surfaces.web.origin import address_of, check_same_site, form_token
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.viewer import Viewer

COOKIE = "tieline_session"
SECURE_COOKIE = "__Host-tieline_session"
"""Browsers take a cookie of this name only over TLS, for all paths of this very host."""
LONGEST_AGENT = 200
FAILED = "name or password is wrong"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session."""

    key: str
    """For the cookie; it is nowhere else."""
    user: str


class Accounts:
    """The doorkeeper of the web surfaces, over the users of the store."""

    def __init__(self, parts: WebParts, secrecy: Secrecy) -> None:
        self._parts = parts
        self._secrecy = secrecy
        self._limit = LoginLimit()
        self._cookie = SECURE_COOKIE if parts.policy.is_secure else COOKIE

    # --- who is it ----------------------------------------------------------------------------

    async def identify(self, request: Request) -> Viewer | None:
        """The viewer; a token wins over a cookie. Raises Problem for a token that is not good.

        What is no token is not for us: a browser sends the password of a proxy in front to all.
        """
        authorization = request.headers.get("authorization", "")
        if authorization.partition(" ")[0].lower() == "bearer":
            return await self._of_token(authorization)
        key = request.cookies.get(self._cookie)
        return None if key is None else await self._of_session(key)

    async def _of_token(self, authorization: str) -> Viewer:
        key = authorization.partition(" ")[2]
        found = None
        if key.startswith(rule.TOKEN_PREFIX):
            found = await self._parts.views.read(FindToken(rule.digest(key.strip())))
        now_us = self._parts.clock.now_us()
        if found is None or not rule.is_good(found, now_us):
            words = "the token is unknown, revoked or expired; send Authorization: Bearer tl_…"
            raise Problem("unauthenticated", words, {"www-authenticate": "Bearer"})
        if found.used_us is None or now_us - found.used_us >= rule.SEEN_STEP_US:
            await self._parts.journal.commit(m.TouchToken(found.id, now_us))
        role = None if found.role is None else Role(found.role)
        name = (
            f"token {found.name}" if found.owner is None else f"{found.owner} (token {found.name})"
        )
        permissions = allowed(role, [Scope(scope) for scope in found.scopes])
        return Viewer(name, permissions, role, found.owner)

    async def _of_session(self, key: str) -> Viewer | None:
        hash_ = rule.digest(key)
        found = await self._parts.views.read(FindSession(hash_))
        now_us = self._parts.clock.now_us()
        if found is None or not rule.is_alive(found, now_us):
            return None
        if now_us - found.seen_us >= rule.SEEN_STEP_US:
            await self._parts.journal.commit(m.TouchSession(hash_, now_us))
        role = Role(found.role)
        return Viewer(found.user, allowed(role), role, found.user, rule.csrf_of(key))

    # --- did a page of ours send it -----------------------------------------------------------

    async def check_origin(self, request: Request, viewer: Viewer) -> None:
        """Raises Problem for an unsafe request of a session that no page of ours has sent."""
        if viewer.csrf is None:
            return  # a token is sent by programs, never by a browser on its own
        check_same_site(request)
        given = request.headers.get("x-csrf-token") or await form_token(request)
        if not hmac.compare_digest(given.encode(), viewer.csrf.encode()):
            raise Problem("cross-site", "the form's token is missing or old; load the page again")

    # --- in and out ---------------------------------------------------------------------------

    async def log_in(self, request: Request, name: str, password: str) -> LoggedIn:
        """A new session, whatever the browser had before. Raises Problem.

        A name that does not exist costs the same time and gets the same words as a wrong password.
        """
        check_same_site(request)
        address = address_of(request)
        now_us = self._parts.clock.now_us()
        user = name.strip().lower()[: rule.LONGEST]
        wait_s = self._limit.take(user, address, now_us)
        if wait_s is not None:
            words = f"too many tries; wait {-(-wait_s // 60)} minutes"
            raise Problem("too-many", words, {"retry-after": str(wait_s)})
        found = await self._parts.views.read(FindCredentials(user))
        stored = None if found is None else found.password
        if not await self._secrecy.fits(password[: rule.LONGEST + 1], stored):
            raise Problem("unauthenticated", FAILED)
        self._limit.forgive(user, address, now_us)
        return await self.open_session(request, user)

    async def open_session(self, request: Request, user: str) -> LoggedIn:
        """A session with a new key, in place of the one that the browser came with."""
        now_us = self._parts.clock.now_us()
        key = self._secrecy.key()
        before = request.cookies.get(self._cookie)
        agent = request.headers.get("user-agent", "")[:LONGEST_AGENT]
        command = m.OpenSession(
            rule.digest(key),
            user,
            now_us + rule.SESSION_US,
            address_of(request),
            agent,
            now_us,
            None if before is None else rule.digest(before),
        )
        await self._parts.journal.commit(command)
        return LoggedIn(key, user)

    async def log_out(self, request: Request, viewer: Viewer, *, everywhere: bool = False) -> None:
        """End this session, or all sessions of the user."""
        if viewer.account is None:
            return
        by = By(viewer.account, "asked for by the user", self._parts.clock.now_us())
        if everywhere:
            await self._parts.journal.commit(m.EndSessions(viewer.account, by))
        elif key := request.cookies.get(self._cookie):
            await self._parts.journal.commit(m.EndSession(rule.digest(key), by))

    async def accept(self, invitation: str, name: str, password: str) -> str:
        """Use an invitation up; returns the user's name.

        Raises NotFound, Conflict, CommandRefused.
        """
        user = rule.user_name(name)
        rule.check_password(password, user)
        now_us = self._parts.clock.now_us()
        hashed = await self._secrecy.hash_password(password)
        await self._parts.journal.commit(
            m.AcceptInvite(rule.digest(invitation), user, hashed, now_us)
        )
        return user

    async def change_password(self, request: Request, viewer: Viewer, old: str, new: str) -> None:
        """Replace one's own password; every other session ends. Raises Problem, CommandRefused."""
        if viewer.account is None or viewer.csrf is None:
            raise CommandRefused("only who is logged in has a password to change")
        now_us = self._parts.clock.now_us()
        if self._limit.take(viewer.account, "own", now_us) is not None:
            raise Problem("too-many", "too many tries; wait a quarter of an hour")
        found = await self._parts.views.read(FindCredentials(viewer.account))
        if found is None or not await self._secrecy.fits(old, found.password):
            raise Problem("forbidden", "the old password is wrong")
        self._limit.forgive(viewer.account, "own", now_us)
        rule.check_password(new, viewer.account)
        hashed = await self._secrecy.hash_password(new)
        key = request.cookies.get(self._cookie, "")
        by = By(viewer.account, "asked for by the user", now_us)
        await self._parts.journal.commit(
            m.SetPassword(viewer.account, hashed, by, keep=rule.digest(key))
        )

    # --- cookies ------------------------------------------------------------------------------

    def remember(self, response: Response, session: LoggedIn) -> Response:
        """Give the browser its session."""
        response.set_cookie(
            self._cookie,
            session.key,
            max_age=rule.SESSION_US // 1_000_000,
            path="/",
            secure=self._parts.policy.is_secure,
            httponly=True,
            samesite="lax",
        )
        return response

    def forget(self, response: Response) -> Response:
        """Take the session from the browser."""
        response.delete_cookie(
            self._cookie,
            path="/",
            secure=self._parts.policy.is_secure,
            httponly=True,
            samesite="lax",
        )
        return response

    # --- the first user -----------------------------------------------------------------------

    async def has_users(self) -> bool:
        """Whether anybody can log in."""
        return bool(await self._parts.views.read(ListUsers()))

    async def first_invitation(self) -> str | None:
        """A key with which the first administrator is made; None when there are users."""
        if await self.has_users():
            return None
        key = self._secrecy.key()
        now_us = self._parts.clock.now_us()
        by = By("tieline", "a hub without users started", now_us)
        command = m.AddInvite(
            hash=rule.digest(key),
            user=None,
            role=Role.ADMIN,
            is_first=True,
            expires_us=now_us + rule.INVITE_US,
            by=by,
        )
        await self._parts.journal.commit(command)
        return key
