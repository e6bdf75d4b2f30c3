"""Authenticator: who sends a request, by the sessions and tokens of the store."""

import hmac

from starlette.requests import Request

from tieline.features.access.model import FindSession, FindToken, TouchSession, TouchToken
from tieline.features.access.rules import credentials as rule
from tieline.features.access.session_cookie import key_of
from tieline.model.people.role import Role, Scope
from tieline.rules.people.access import allowed
from tieline.surfaces.web.origin import check_same_site, form_token
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.viewer import Viewer


class StoreAuthenticator:
    """Authenticates for the web surfaces, over the users of the store."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts

    # --- who is it ----------------------------------------------------------------------------

    async def identify(self, request: Request) -> Viewer | None:
        """The viewer; a token wins over a cookie. Raises Problem for a token that is not good.

        What is no token is not for us: a browser sends the password of a proxy in front to all.
        """
        authorization = request.headers.get("authorization", "")
        if authorization.partition(" ")[0].lower() == "bearer":
            return await self._of_token(authorization)
        key = key_of(request, self._parts.policy)
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
            await self._parts.journal.commit(TouchToken(found.id, now_us))
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
            await self._parts.journal.commit(TouchSession(hash_, now_us))
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
