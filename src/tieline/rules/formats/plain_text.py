"""Plain text: any text comes in; text that a terminal or a log can only show, goes out.

Control characters, line breaks, escape sequences, bidirectional overrides, invisible format
characters and lone surrogates are spelt out (``\\x1b``, ``\\u202e``), so a value can neither move
the cursor, start a new log line, nor read differently from what it is.
"""

_KEPT = frozenset(
    "\u200c\u200d"  # joiners: scripts and emoji need them, and they move nothing
    "\u00a0\u202f\u3000"  # spaces of another width
)
_SPELT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def storable(text: str) -> str:
    """*text* as every store takes it: a NUL and half of a surrogate pair are spelt out."""
    if text.isprintable():
        return text
    return text.replace("\0", _spelt("\0")).encode(errors="backslashreplace").decode()


def inert(text: str, limit: int = 500) -> str:
    """*text* made harmless, at most *limit* characters long, ending in ``…`` if it was cut.

    Made twice it stays the same, so every layer may call it.
    """
    if len(text) <= limit and text.isprintable():
        return text
    shown = "".join(map(_shown, text[: limit + 1]))
    return shown if len(shown) <= limit else _cut(shown, limit)


def _shown(char: str) -> str:
    return char if char.isprintable() or char in _KEPT else _spelt(char)


def _spelt(char: str) -> str:
    if char in _SPELT:
        return _SPELT[char]
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _cut(text: str, limit: int) -> str:
    return text[: max(limit - 1, 0)] + "…" if limit > 0 else ""
