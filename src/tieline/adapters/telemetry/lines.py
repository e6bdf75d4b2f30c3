"""LineObserver: facts come in; those that somebody should know of go out as lines of text."""

from collections import Counter
from collections.abc import Callable

from tieline.model.base.ids import Micros
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.facts import (
    AlertMoved,
    ClaimLost,
    ConnectionMoved,
    DeadlinePassed,
    Fact,
    LoopBlocked,
    LostClaimsHeld,
    PassFailed,
    Received,
    RunSettled,
    StoreAtRisk,
    StoreTrouble,
    ThreadAwaited,
)
from tieline.model.runs.run import RunState
from tieline.rules.fleet.blocked import thread_words
from tieline.rules.formats.plain_text import inert
from tieline.rules.formats.plain_time import iso

TOLD_VERDICTS = frozenset({Verdict.REFUSED, Verdict.QUARANTINED})
TOLD_STATES = frozenset({RunState.DEAD, RunState.HELD})
MOST_A_SECOND = 20
"""More lines than this in one second are counted instead of written."""


class LineObserver:
    """Counts every fact, and writes what is out of the ordinary."""

    def __init__(
        self,
        write: Callable[[bytes], None],
        now_us: Callable[[], Micros],
        *,
        clean: Callable[[str], str] = str,
        prefix: str = "",
    ) -> None:
        """*write* takes a line at once; *clean* takes secrets out of it."""
        self.counts: Counter[str] = Counter()
        self._put = write
        self._now_us = now_us
        self._clean = clean
        self._prefix = prefix
        self._second = 0
        self._lines = 0
        self._left_out = 0

    def saw(self, fact: Fact) -> None:
        self.counts[type(fact).__name__] += 1
        line = told(fact)
        if line is not None:
            self._write(line)

    def _write(self, line: str) -> None:
        now_us = self._now_us()
        if now_us // 1_000_000 != self._second:
            self._say_what_was_left_out(now_us)
            self._second, self._lines = now_us // 1_000_000, 0
        self._lines += 1
        if self._lines > MOST_A_SECOND:
            self._left_out += 1
            return
        told = inert(self._clean(line), 1000)
        self._put(f"{self._prefix}{iso(now_us)} {told}\n".encode())

    def _say_what_was_left_out(self, now_us: Micros) -> None:
        if self._left_out:
            left_out = f"{self._left_out} more lines like these"
            self._put(f"{self._prefix}{iso(now_us)} {left_out}\n".encode())
            self._left_out = 0


def told(fact: Fact) -> str | None:
    """The line for *fact*; None for what goes as it should."""
    line = _of_work(fact)
    return _of_the_hub(fact) if line is None else line


def _of_work(fact: Fact) -> str | None:
    match fact:
        case Received() if fact.verdict in TOLD_VERDICTS:
            return f"{fact.source}: a delivery was {fact.verdict}: {fact.reason}"
        case RunSettled() if fact.state in TOLD_STATES:
            return f"{fact.flow}: {fact.run_id} is {fact.state}: {fact.reason}"
        case ClaimLost():
            return f"{fact.run_id} was taken from this process while it ran"
        case LostClaimsHeld():
            return f"{fact.flow}: {fact.run_id} is held: {fact.reason}"
        case DeadlinePassed():
            return f"{fact.run_id} is dead: its deadline has passed"
        case _:
            return None


def _of_the_hub(fact: Fact) -> str | None:
    match fact:
        case ConnectionMoved():
            return f"connection {fact.connection} is {fact.state}: {fact.reason}"
        case StoreTrouble():
            return f"the store is in trouble: {fact.reason}"
        case StoreAtRisk():
            return f"the store is at risk: {fact.reason}"
        case ThreadAwaited():
            return f"{fact.flow}: {thread_words(fact.waited_us, fact.size, fact.share)}"
        case LoopBlocked():
            return fact.words
        case PassFailed():
            return f"the {fact.name} loop failed and goes on: {fact.error}"
        case AlertMoved():
            owner = f" (owner: {fact.owner})" if fact.owner else ""
            return f"alert {fact.kind} of {fact.subject} is {fact.state}: {fact.reason}{owner}"
        case _:
            return None
