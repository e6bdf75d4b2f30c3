"""Old words: a line with words that have another name now comes in; it goes out in today's words.

Each old word works for one release after its new one came, and says on standard error until when;
then its row goes. What ``--json`` prints is not touched by any of this.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeprecatedName:
    """A word of the command line that was renamed."""

    old: str
    new: str
    until: str
    """The release that does not know the old word any more."""
    of: tuple[str, ...] = ()
    """The commands that have it, by today's words, such as ``deliveries list``; empty: all."""


NOUNS_AND_VERBS = (
    DeprecatedName("receipts", "deliveries", "0.3.0"),
    DeprecatedName("quarantine close", "quarantine discard", "0.3.0"),
)
"""What a line begins with."""

OPTIONS = (
    DeprecatedName("--verdict", "--status", "0.3.0", of=("deliveries list",)),
    DeprecatedName("--as-new-action", "--repeat-side-effects", "0.3.0"),
)

_RUNS = ("runs list", "replay plan", "replay run")
_KINDS = ("dead", "issues list", "replay plan", "replay run")
VALUES = (
    DeprecatedName("--state ready", "--state queued", "0.3.0", of=_RUNS),
    DeprecatedName("--status refused", "--status rejected", "0.3.0", of=("deliveries list",)),
    DeprecatedName("--kind refused", "--kind rejected-at-the-door", "0.3.0", of=("issues list",)),
    DeprecatedName(r"--kind refused-(\w+)", r"--kind rejected-\1", "0.3.0", of=_KINDS),
)
"""Values of options, each with its option; the old one is a pattern."""


def in_new_words(line: Sequence[str]) -> tuple[list[str], list[DeprecatedName]]:
    """*line*, without the options that may stand anywhere, in today's words; and the old ones."""
    words, met = list(line), []
    for row in NOUNS_AND_VERBS:
        old = row.old.split()
        if words[: len(old)] == old:
            words[: len(old)] = row.new.split()
            met.append(row)
    end = words.index("--") if "--" in words else len(words)
    own, rest = words[:end], words[end:]
    for row in OPTIONS:
        if _belongs(row, own):
            renamed = [_option(row, word) for word in own]
            met += [row] if renamed != own else []
            own = renamed
    for row in VALUES:
        if _belongs(row, own):
            renamed = _values(row, own)
            met += [row] if renamed != own else []
            own = renamed
    return [*own, *rest], met


def _belongs(row: DeprecatedName, words: Sequence[str]) -> bool:
    return not row.of or any(words[: len(of)] == of for of in (one.split() for one in row.of))


def _option(row: DeprecatedName, word: str) -> str:
    name, is_, value = word.partition("=")
    return f"{row.new}{is_}{value}" if name == row.old else word


def _values(row: DeprecatedName, words: Sequence[str]) -> list[str]:
    option, pattern = row.old.split(" ", 1)
    new = row.new.split(" ", 1)[1]
    old = re.compile(f"^{pattern}$")
    found, before = [], ""
    for word in words:
        if before == option:
            word = old.sub(new, word)
        elif word.startswith(f"{option}="):
            word = f"{option}={old.sub(new, word.partition('=')[2])}"
        found.append(word)
        before = word
    return found
