"""Viewer: whoever sends a request, and what is allowed to them."""

from dataclasses import dataclass

from starlette.requests import Request

from tieline.model.people.role import Role
from tieline.rules.people.access import Permission


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person with a session, or a program with a token."""

    name: str
    """As it stands in the audit log."""
    permissions: frozenset[Permission]
    role: Role | None = None
    """None: a token that belongs to nobody in particular."""
    account: str | None = None
    """The user; None for such a token."""
    csrf: str | None = None
    """What a form of this session must carry as ``csrf``; None: there is no session."""

    def may(self, permission: Permission) -> bool:
        """Whether it is allowed."""
        return permission in self.permissions


KEY = "tieline.viewer"


def viewer_of(request: Request) -> Viewer:
    """Whoever sent *request*, which has passed its guard."""
    viewer: Viewer = request.scope[KEY]
    return viewer


def viewer_if_any(request: Request) -> Viewer | None:
    """The same where a route is open to all."""
    return request.scope.get(KEY)
