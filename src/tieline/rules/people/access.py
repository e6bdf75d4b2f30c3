"""Access: a role or the scopes of a token come in; what they allow goes out. One table each."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from tieline.model.people.role import Role, Scope


class Permission(StrEnum):
    """What somebody may do; every route of the console and the API asks for one of these."""

    OWN = "own"
    """See and change what is one's own: password, sessions."""
    STATUS = "status"
    """Ask how a thing stands, in its author's words: for a product's own pages."""
    SEARCH = "search"
    """Find a record and read its story, redacted."""
    READ = "read"
    """See everything that runs, waits or failed, redacted."""
    OPERATE = "operate"
    """Decide: retry, cancel, edit, resolve, replay, pause and resume."""
    METRICS = "metrics"
    """Read the numbers that machines collect."""
    ADMIN = "admin"
    """Say who may do what: users, invitations and tokens."""


_P = Permission
OF_ROLE: Mapping[Role, frozenset[Permission]] = {
    Role.SUPPORT: frozenset({_P.OWN, _P.STATUS, _P.SEARCH}),
    Role.VIEWER: frozenset({_P.OWN, _P.STATUS, _P.SEARCH, _P.READ}),
    Role.OPERATOR: frozenset({_P.OWN, _P.STATUS, _P.SEARCH, _P.READ, _P.OPERATE}),
    Role.ADMIN: frozenset(Permission),
}
"""Support may search and read redacted stories, and nothing else of the hub."""

OF_SCOPE: Mapping[Scope, frozenset[Permission]] = {
    Scope.STATUS: frozenset({_P.STATUS}),
    Scope.SEARCH: frozenset({_P.STATUS, _P.SEARCH}),
    Scope.READ: frozenset({_P.STATUS, _P.SEARCH, _P.READ}),
    Scope.OPERATE: frozenset({_P.STATUS, _P.SEARCH, _P.READ, _P.OPERATE}),
    Scope.METRICS: frozenset({_P.METRICS}),
    Scope.ADMIN: frozenset(Permission) - {_P.OWN},
}
"""A token has no password and no sessions, so nothing of its own."""


def allowed(role: Role | None, scopes: Iterable[Scope] | None = None) -> frozenset[Permission]:
    """What is allowed to a user of *role* (scopes None), or to a token.

    A token that belongs to a user never allows more than the user's role does; one that belongs to
    nobody (role None) allows what its scopes say.
    """
    if scopes is None:
        return frozenset() if role is None else OF_ROLE[role]
    granted = frozenset(permission for scope in scopes for permission in OF_SCOPE[scope])
    return granted if role is None else granted & OF_ROLE[role]
