"""Hidden key: a business name that nobody may see comes in; the pseudonym that stands for it goes
out, and the short form of that pseudonym which people read and type.

People who know it find it all the same: what they type is hidden in the same way and compared. A
hash of something that can be guessed can be found by guessing, so this keeps a name from being
read, and not from being tested: the index and its backups need the same care as before.
"""

import hashlib
import re

MARK = "sha256:"
DIGITS = 32
"""128 bits: two names of one store that meet by chance are not to be expected."""
SHORT = 8
"""Of the digits, as people read them: two of ten thousand names meet once in a hundred stores."""
FEWEST = 6
"""Digits that are searched for after the words; on their own they have to be ``SHORT`` many."""

_WHOLE = re.compile(rf"{MARK}([0-9a-f]{{{SHORT}}})[0-9a-f]{{{DIGITS - SHORT}}}(?![0-9a-f])")
_IN_LANE = re.compile(rf"\blane {MARK}([0-9a-f]{{{SHORT}}})[0-9a-f]{{{64 - SHORT}}}\b")
_LONG = re.compile(rf"{MARK}([0-9a-f]{{{SHORT}}})[0-9a-f]{{{64 - SHORT}}}((?::\d+)?)")
_ASKED = re.compile(
    rf"(?:(?:a )?hidden key |{MARK})([0-9a-f]{{{FEWEST},64}})|([0-9a-f]{{{SHORT},64}})",
    re.IGNORECASE,
)


def hidden_key(key: str) -> str:
    """What stands for *key* in the index, in logs and on pages.

    Case and space around do not matter, since people write addresses as they like.
    """
    text = key.strip().casefold()
    return MARK + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def forms_asked(key: str) -> tuple[str, ...]:
    """How a key that somebody asks for may stand in the index."""
    return (key,) if key.startswith(MARK) else (key, hidden_key(key))


def beginning_asked(text: str) -> str | None:
    """How the pseudonym begins that somebody typed the short form of; None: it is none.

    ``hidden key 3fa4c1d2`` and ``3fa4c1d2`` alone both are.
    """
    found = _ASKED.fullmatch(text.strip())
    return None if found is None else MARK + (found[1] or found[2]).lower()


def after(beginning: str) -> str:
    """The first text that begins otherwise, in the order of the index."""
    return f"{beginning}g"


def readable(text: str) -> str:
    """*text* with the short form of every pseudonym in it: ``email:hidden key 3fa4c1d2``."""
    if MARK not in text:
        return text
    return _IN_LANE.sub(r"lane hidden key \1", _WHOLE.sub(r"hidden key \1", text))


def readable_lane(lane: str) -> str:
    """The key of a lane; a hidden or long one by its short form."""
    found = _LONG.fullmatch(lane)
    return readable(lane) if found is None else f"hidden key {found[1]}"


def hidden_value(key: str) -> str:
    """What tells uses of a step apart; nobody can search for a hash that is of one event alone."""
    return key if _WHOLE.fullmatch(key) is None else f"hidden value {key[len(MARK) :][:SHORT]}"


def readable_identity(identity: str) -> str:
    """A sender's own id of an event; where it gave none, what stands for the hash of the body."""
    found = _LONG.fullmatch(identity)
    return readable(identity) if found is None else f"body {found[1]}{found[2]}"
