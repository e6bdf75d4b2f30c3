"""Access: users, sessions, tokens and invitations; how they change and are read.

Passwords come as argon2id hashes; session keys, tokens and invitations as SHA-256 of what was
given out once, so that nobody who reads the store can log in with what it says.
"""

from dataclasses import dataclass

from tieline.model.base.by import By
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand
from tieline.model.question import Question

# --- rows -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person who may log in."""

    name: str
    role: str
    has_password: bool
    """False: invited by the command line, and nobody has accepted yet."""
    created_us: Micros
    login_us: Micros | None
    """The last log-in."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token; the token itself is shown once and not stored."""

    id: str
    name: str
    owner: str | None
    """The user whose role bounds it; None: it belongs to the installation."""
    scopes: tuple[str, ...]
    created_us: Micros
    expires_us: Micros | None
    used_us: Micros | None
    """The last use, to the minute."""
    role: str | None = None
    """The owner's role now."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is logged in."""

    user: str
    role: str
    opened_us: Micros
    seen_us: Micros
    expires_us: Micros
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class InviteRow:
    """An invitation that nobody has accepted."""

    user: str | None
    """None: whoever accepts chooses a name."""
    role: str
    is_first: bool
    """It makes the first user, and is void once there is one."""
    expires_us: Micros


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What a log-in is held against; prints as nothing."""

    name: str
    role: str
    password: str | None
    """An argon2id hash in its text form."""

    def __repr__(self) -> str:
        return "Credentials(…)"


# --- users ------------------------------------------------------------------------------------


@value
class AddUser(OperatorCommand[Counted]):
    """Make a user. Raises Conflict when the name is taken."""

    name: str
    role: str
    password: str | None
    by: By


@value
class SetRole(OperatorCommand[Counted]):
    """Change what a user is. Raises NotFound, and Conflict for the last administrator."""

    name: str
    role: str
    by: By


@value
class SetPassword(OperatorCommand[Counted]):
    """Replace a password and end the user's sessions, but for ``keep``. Raises NotFound."""

    name: str
    password: str
    by: By
    keep: str | None = None
    """The hash of the session that made the change."""


@value
class RemoveUser(OperatorCommand[Counted]):
    """Remove a user with sessions and tokens. Raises NotFound, Conflict for the last admin."""

    name: str
    by: By


@value
class AddInvite(OperatorCommand[Counted]):
    """Store an invitation; an older one for the same user is void."""

    hash: str
    user: str | None
    role: str
    is_first: bool
    expires_us: Micros
    by: By


@value
class AcceptInvite(Command[Counted]):
    """Make the invited user, or replace their password; the invitation is used up.

    Raises NotFound for one that is unknown, used or expired, Conflict for a name that is taken.
    """

    hash: str
    name: str
    password: str
    at_us: Micros


# --- sessions and tokens ----------------------------------------------------------------------


@value
class OpenSession(Command[Counted]):
    """Log in: a new session, in place of the one with which the browser came. Raises NotFound."""

    hash: str
    user: str
    expires_us: Micros
    address: str
    agent: str
    at_us: Micros
    replaces: str | None = None


@value
class TouchSession(Command[Counted]):
    """Note that a session is used, so that it does not end of idleness."""

    hash: str
    at_us: Micros


@value
class EndSession(Command[Counted]):
    """Log out."""

    hash: str
    by: By


@value
class EndSessions(Command[Counted]):
    """Log a user out everywhere."""

    user: str
    by: By


@value
class AddToken(OperatorCommand[Counted]):
    """Store a token. Raises Conflict when its name is taken, NotFound for an unknown owner."""

    id: str
    name: str
    hash: str
    owner: str | None
    scopes: tuple[str, ...]
    expires_us: Micros | None
    by: By


@value
class TouchToken(Command[Counted]):
    """Note that a token is used."""

    id: str
    at_us: Micros


@value
class RevokeToken(OperatorCommand[Counted]):
    """Make a token void, by its id or its name. Raises NotFound."""

    token: str
    by: By


# --- questions ---------------------------------------------------------------------------------


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
