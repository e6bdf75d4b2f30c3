"""Access reading: who there is, and what a name, a cookie or a token stands for."""

from dataclasses import replace

import orjson

from tieline.adapters.sql.people.access import find_invite_row
from tieline.adapters.sql.statement import RowOut, Steps, ask
from tieline.model.people.access import Credentials, InviteRow, SessionRow, TokenRow, UserRow
from tieline.model.views import access as q

MOST_LISTED = 1_000


def users(_: q.ListUsers) -> Steps[tuple[UserRow, ...]]:
    """All users."""
    found = [UserRow(*row) for row in (yield from ask("account_list", limit=MOST_LISTED))]
    return tuple(replace(row, has_password=bool(row.has_password)) for row in found)


def tokens(_: q.ListTokens) -> Steps[tuple[TokenRow, ...]]:
    """All tokens."""
    return tuple(_token(row) for row in (yield from ask("token_list", limit=MOST_LISTED)))


def sessions(question: q.ListSessions) -> Steps[tuple[SessionRow, ...]]:
    """The sessions of a user."""
    return tuple(
        SessionRow(*row) for row in (yield from ask("session_list", account=question.user))
    )


def credentials(question: q.FindCredentials) -> Steps[Credentials | None]:
    """What a log-in is held against."""
    rows = yield from ask("account_find", name=question.name)
    return Credentials(*rows[0]) if rows else None


def session(question: q.FindSession) -> Steps[SessionRow | None]:
    """One session."""
    rows = yield from ask("session_find", hash=question.hash)
    return SessionRow(*rows[0]) if rows else None


def token(question: q.FindToken) -> Steps[TokenRow | None]:
    """One token."""
    rows = yield from ask("token_find", hash=question.hash)
    return _token(rows[0]) if rows else None


def invite(question: q.FindInvite) -> Steps[InviteRow | None]:
    """One invitation."""
    return (yield from find_invite_row(question.hash))


def _token(row: RowOut) -> TokenRow:
    made = TokenRow(*row)
    return replace(made, scopes=tuple(orjson.loads(str(made.scopes))))
