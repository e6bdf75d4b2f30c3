"""Accounts: people log in and out, accept invitations and change their passwords."""

from dataclasses import dataclass

from starlette.requests import Request

from tieline.features.access import model as m
from tieline.features.access.rules import credentials as rule
from tieline.features.access.rules.login_limit import LoginLimit
from tieline.features.access.session_cookie import key_of
from tieline.model.base.by import By
from tieline.model.base.errors import CommandRefused
from tieline.surfaces.web.origin import address_of, check_same_site
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.viewer import Viewer

LONGEST_AGENT = 200
FAILED = "name or password is wrong"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session."""

    key: str
    """For the cookie; it is nowhere else."""
    user: str


class Accounts:
    """What people do with their own account; one for a process, which counts failed log-ins."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._secrecy = parts.secrecy
        self._limit = LoginLimit()

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
            words = f"too many attempts; wait {-(-wait_s // 60)} minutes"
            raise Problem("too-many", words, {"retry-after": str(wait_s)})
        found = await self._parts.views.read(m.FindCredentials(user))
        stored = None if found is None else found.password
        if not await self._secrecy.fits(password[: rule.LONGEST + 1], stored):
            raise Problem("unauthenticated", FAILED)
        self._limit.forgive(user, address, now_us)
        return await self.open_session(request, user)

    async def open_session(self, request: Request, user: str) -> LoggedIn:
        """A session with a new key, in place of the one that the browser came with."""
        now_us = self._parts.clock.now_us()
        key = self._secrecy.key()
        before = key_of(request, self._parts.policy)
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
        elif key := key_of(request, self._parts.policy):
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
            raise Problem("too-many", "too many attempts; wait a quarter of an hour")
        found = await self._parts.views.read(m.FindCredentials(viewer.account))
        if found is None or not await self._secrecy.fits(old, found.password):
            raise Problem("forbidden", "the old password is wrong")
        self._limit.forgive(viewer.account, "own", now_us)
        rule.check_password(new, viewer.account)
        hashed = await self._secrecy.hash_password(new)
        key = key_of(request, self._parts.policy) or ""
        by = By(viewer.account, "asked for by the user", now_us)
        await self._parts.journal.commit(
            m.SetPassword(viewer.account, hashed, by, keep=rule.digest(key))
        )
