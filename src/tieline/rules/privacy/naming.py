"""Naming: what an author names a step by, and what must not be told, come in; a name that may be
told goes out.

Names stand in the store, in log lines, spans and stories, and authors put values into them: a path
such as ``/contacts/ada%40shop.example`` names a person. A value is looked for as it is and
percent-encoded, however often and however much of it, and whatever its case.
"""

import hashlib
from collections.abc import Callable
from urllib.parse import unquote

from tieline.rules.privacy.redact import REDACTED

Clean = Callable[[str], str]
"""Takes what must not be told out of a text."""
_MOST_CODINGS = 3


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
