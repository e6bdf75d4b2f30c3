"""Hidden key: a business name that nobody may see comes in; what stands for it goes out.

People who know it find it all the same: what they type is hidden in the same way and compared. A
hash of something that can be guessed can be found by guessing, so this keeps a name from being
read, and not from being tested: the index and its backups need the same care as before.
"""

import hashlib

MARK = "sha256:"
DIGITS = 32
"""128 bits: two names of one store that meet by chance are not to be expected."""


def hidden_key(key: str) -> str:
    """What stands for *key* in the index, in logs and on pages.

    Case and space around do not matter, since people write addresses as they like.
    """
    text = key.strip().casefold()
    return MARK + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def forms_asked(key: str) -> tuple[str, ...]:
    """How a key that somebody asks for may stand in the index."""
    return (key,) if key.startswith(MARK) else (key, hidden_key(key))
