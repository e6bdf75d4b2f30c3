"""Credentials: names, passwords, keys and times come in; whether they will do goes out."""

import hashlib
import re

from tieline.features.access.model import InviteRow, SessionRow, TokenRow
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import Micros

HOUR_US = 3_600_000_000
IDLE_US = 8 * HOUR_US
"""A session that nobody uses for so long is over: a working day."""
SESSION_US = 7 * 24 * HOUR_US
"""However much it is used, a session ends after this."""
INVITE_US = 24 * HOUR_US
SEEN_STEP_US = 60_000_000
"""Uses are noted to the minute: else every page would be a write."""

TOKEN_PREFIX = "tl_"  # noqa: S105 - what tokens begin with, so that scanners find lost ones
SHORTEST, LONGEST = 12, 256
"""Characters of a password; NIST SP 800-63B-4 asks for 15 alone or 8 with a second factor, and for
no other rules."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


def user_name(text: str) -> str:
    """The name as it is stored: in small letters. Raises CommandRefused."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        wanted = "use up to 64 letters, digits and . _ @ + -, beginning with a letter or digit"
        raise CommandRefused(f"the name {text[:80]!r} cannot be used; {wanted}")
    return name


def check_password(password: str, name: str) -> None:
    """Raises CommandRefused for one that is too easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise CommandRefused(f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(password)) < 5 or (len(name) > 2 and name in password.lower()):
        raise CommandRefused("the password is too easy to guess: repetitive, or it has the name")


def digest(key: str) -> str:
    """What is stored of a key that has 256 random bits: nobody can guess back from it."""
    return hashlib.sha256(key.encode()).hexdigest()


def csrf_of(session_key: str) -> str:
    """What the forms of a session carry; only who has the session can know it."""
    return hashlib.sha256(b"csrf:" + session_key.encode()).hexdigest()


def is_alive(session: SessionRow, now_us: Micros) -> bool:
    """Whether a session may still be used."""
    return now_us < session.expires_us and now_us - session.seen_us < IDLE_US


def is_good(token: TokenRow, now_us: Micros) -> bool:
    """Whether a token may still be used; one whose owner is gone may not."""
    if token.owner is not None and token.role is None:
        return False
    return token.expires_us is None or now_us < token.expires_us


def can_be_accepted(invite: InviteRow, now_us: Micros) -> bool:
    """Whether an invitation has time left."""
    return now_us < invite.expires_us
