"""Naming: what an author names a step by, and what must not be told, come in; a name that may be
told goes out.

Names stand in the store, in log lines, spans and stories, and authors put values into them: a path
such as ``/contacts/ada%40shop.example`` names a person. A value is looked for as it is and
percent-encoded, however often and however much of it, and whatever its case.
"""

import hashlib
from collections.abc import Callable
from urllib.parse import unquote

from tieline.model.base.reason_text import storable
from tieline.rules.privacy.redact import REDACTED

Clean = Callable[[str], str]
"""Takes what must not be told out of a text."""
_MOST_CODINGS = 3


def must_be_text(name: str, key: object) -> None:
    """Raises TypeError for a name or a key that no store can write down as it is.

    Written down as another it would not be found again, and its effect would be made once more.
    """
    if not isinstance(name, str):
        raise TypeError(f"{name!r} cannot be the name of a step; a text can, as in 'charge'")
    for what, text in (("name", name), ("key", str(key))):
        if storable(text) != text:
            raise TypeError(
                f"{text!r} cannot be the {what} of a step: it has a NUL or half of a surrogate "
                "pair, which no store keeps; take it out, or hash it"
            )


def told_name(name: str, clean: Clean) -> str:
    """*name*, or as much of it as may be told."""
    if not _holds(name, clean):
        return name
    told = clean(name)
    return REDACTED if _holds(told, clean) else told


def told_path(path: str, clean: Clean) -> str:
    """*path*; a segment with something in it that must not be told is replaced as a whole."""
    if not _holds(path, clean):
        return path
    segments = (REDACTED if _holds(one, clean) else one for one in path.split("/"))
    told = "/".join(segments)
    return f"/{REDACTED}" if _holds(told, clean) else told


def told_key(key: str, clean: Clean, salt: str) -> str:
    """*key*, or a hash of it, which tells uses of a step apart just as well.

    *salt* is of this one event: nobody finds out a value by hashing those that it may be.
    """
    if not _holds(key, clean):
        return key
    return f"sha256:{hashlib.sha256(f'{salt}|{key}'.encode()).hexdigest()[:32]}"


def _holds(text: str, clean: Clean) -> bool:
    plain = text
    for _ in range(_MOST_CODINGS):
        if "%" not in plain:
            break
        plain = unquote(plain)
    return any(clean(form) != form for form in {text, plain, plain.lower()})
