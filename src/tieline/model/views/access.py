"""Questions about users, sessions, tokens and invitations."""

from dataclasses import dataclass

from tieline.model.people.access import Credentials, InviteRow, SessionRow, TokenRow, UserRow
from tieline.model.question import Question


@dataclass(frozen=True, slots=True)
class ListUsers(Question[tuple[UserRow, ...]]):
    """All users by name, at most 1,000."""


@dataclass(frozen=True, slots=True)
class ListTokens(Question[tuple[TokenRow, ...]]):
    """All tokens by name, at most 1,000."""


@dataclass(frozen=True, slots=True)
class ListSessions(Question[tuple[SessionRow, ...]]):
    """The sessions of a user, the latest first."""

    user: str


@dataclass(frozen=True, slots=True)
class FindCredentials(Question[Credentials | None]):
    """What a log-in under this name is held against."""

    name: str


@dataclass(frozen=True, slots=True)
class FindSession(Question[SessionRow | None]):
    """The session with this hash; whether it is still good is for the asker to say."""

    hash: str


@dataclass(frozen=True, slots=True)
class FindToken(Question[TokenRow | None]):
    """The token with this hash, with its owner's role; whether it is good is for the asker."""

    hash: str


@dataclass(frozen=True, slots=True)
class FindInvite(Question[InviteRow | None]):
    """The invitation with this hash."""

    hash: str
