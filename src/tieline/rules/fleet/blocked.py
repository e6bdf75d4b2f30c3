"""Blocked: what a loop that turns no more is in the middle of comes in; words for people go out.

A flow that calls something which does not wait the asynchronous way (``time.sleep``, a client that
blocks, a long calculation) keeps everything else of its process from going on.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.rules.formats.plain_time import short, span

SECOND_US = 1_000_000
FIRST_S = 2.0
"""How long the loop of a process may stand still before it is told."""
UNSAID_S = 10.0
"""The same where no line of an author's is found: a busy machine is no mistake of a flow."""
RECENT_US: Micros = 600 * SECOND_US
"""For how long it is an alert."""


class OpenCall(NamedTuple):
    """One call that has not returned."""

    file: str
    line: int
    function: str


@value
class BlockedBy:
    """What keeps a loop from turning."""

    flow: str | None
    run_id: str | None
    place: str | None
    """The author's line; None: there is none among the calls."""


def author_place(stack: Sequence[OpenCall], others: Sequence[str]) -> str | None:
    """The innermost call of *stack*, the outermost first, that lies in no folder of *others*."""
    for frame in reversed(stack):
        if not frame.file.startswith((*others, "<")):
            return f"{frame.file}:{frame.line}, in {frame.function}"
    return None


def is_worth_telling(by: BlockedBy, still_s: float) -> bool:
    """Whether people are told after *still_s* seconds."""
    return still_s >= (UNSAID_S if by.place is None else FIRST_S)


def blocked_words(by: BlockedBy, still_s: float) -> str:
    """What people are told."""
    who = "something" if by.flow is None else f"flow {by.flow} ({by.run_id})"
    where = "" if by.place is None else f" at {by.place}"
    return (
        f"{who} has blocked its process for {span(int(still_s * SECOND_US))}{where}; await it, or "
        "give it to run.step as a plain function, which runs in a thread"
    )


def blocked_told(words: str, at_us: Micros) -> str:
    """The same with the time, once it is past."""
    return f"{words} (told {short(at_us)} UTC)"


def thread_words(waited_us: Micros, size: int, share: int) -> str:
    """What people are told of a plain function that waited for a thread."""
    return (
        f"a plain function of a step waited {span(waited_us)} for a thread; this process has "
        f"{size} for steps (step_threads), and one flow may have {share} of them"
    )
