"""Access reading: who there is, and what a name, a cookie or a token stands for."""

from dataclasses import replace

import orjson

from tieline.adapters.sql.statement import RowOut, Steps, ask
from tieline.features.access import model as m

MOST_LISTED = 1_000


def users(_: m.ListUsers) -> Steps[tuple[m.UserRow, ...]]:
    """All users."""
    found = [m.UserRow(*row) for row in (yield from ask("access.account_list", limit=MOST_LISTED))]
    return tuple(replace(row, has_password=bool(row.has_password)) for row in found)


def tokens(_: m.ListTokens) -> Steps[tuple[m.TokenRow, ...]]:
    """All tokens."""
    return tuple(_token(row) for row in (yield from ask("access.token_list", limit=MOST_LISTED)))


def sessions(question: m.ListSessions) -> Steps[tuple[m.SessionRow, ...]]:
    """The sessions of a user."""
    return tuple(
        m.SessionRow(*row) for row in (yield from ask("access.session_list", account=question.user))
    )


def credentials(question: m.FindCredentials) -> Steps[m.Credentials | None]:
    """What a log-in is held against."""
    rows = yield from ask("access.account_find", name=question.name)
    return m.Credentials(*rows[0]) if rows else None


def session(question: m.FindSession) -> Steps[m.SessionRow | None]:
    """One session."""
    rows = yield from ask("access.session_find", hash=question.hash)
    return m.SessionRow(*rows[0]) if rows else None


def token(question: m.FindToken) -> Steps[m.TokenRow | None]:
    """One token."""
    rows = yield from ask("access.token_find", hash=question.hash)
    return _token(rows[0]) if rows else None


def invite(question: m.FindInvite) -> Steps[m.InviteRow | None]:
    """One invitation."""
    return (yield from find_invite_row(question.hash))


def find_invite_row(hash_: str) -> Steps[m.InviteRow | None]:
    """The invitation with this hash."""
    rows = yield from ask("access.invite_find", hash=hash_)
    if not rows:
        return None
    user, role, is_first, expires_us = rows[0]
    return m.InviteRow(user, role, bool(is_first), expires_us)


def _token(row: RowOut) -> m.TokenRow:
    made = m.TokenRow(*row)
    return replace(made, scopes=tuple(orjson.loads(str(made.scopes))))
