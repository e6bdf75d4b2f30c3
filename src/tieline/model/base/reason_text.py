"""Reason text: anything that an author gives as words comes in; text that any store takes goes out.

It never raises: whoever says why a run ends must not lose, by the way they say it, what it did.
"""

LONGEST = 10_000
"""Of what is no text by itself: a document that is given as a reason is not kept whole."""


def plain_text(said: object) -> str:
    """*said* in words: an error by what it says, bytes by what they spell, others as ``str``."""
    try:
        if isinstance(said, bytes | bytearray | memoryview):
            text = bytes(said[:LONGEST]).decode(errors="replace")
        else:
            text = "" if said is None else str(said)
    except Exception:  # noqa: BLE001 - an author's own __str__
        text = ""
    if not text and said is not None and not isinstance(said, str):
        text = type(said).__name__
    return storable(text if isinstance(said, str) else text[:LONGEST])


def storable(text: str, longest: int | None = None) -> str:
    """*text* as every store takes it: a NUL and half of a surrogate pair are spelt out."""
    text = text[:longest]
    if text.isprintable():
        return text
    return text.replace("\0", r"\x00").encode(errors="backslashreplace").decode()
