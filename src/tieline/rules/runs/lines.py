"""Lines: words that a flow writes down come in; the key that remembers them once goes out.

A line is a step that is done at once, and its words are its key: executed again, a run finds the
line and does not write it a second time.
"""

from collections.abc import Iterable

from tieline.model.views.rows import RunLine, StepRow
from tieline.rules.formats.plain_text import inert

LOG = "run.log"
"""For those who run the hub."""
SAY = "run.say"
"""For whom it is about."""
LONGEST = 300
MOST = 200
"""Of a run; what comes beyond is left out, and the last line says so."""
LEFT_OUT = f"further lines are left out: a run keeps {MOST}"
_AGAIN = "\n#"


def lines_of(steps: Iterable[StepRow]) -> tuple[RunLine, ...]:
    """The lines among the steps of a run, the oldest first."""
    found = sorted((s for s in steps if is_line(s.name)), key=lambda step: step.started_us)
    return tuple(RunLine(s.started_us, s.name == SAY, words_of(s.key)) for s in found)


def is_line(name: str) -> bool:
    """Whether a step of this name is a line."""
    return name in {LOG, SAY}


def key_of(words: str, use: int) -> str:
    """What remembers *words* where this execution uses them for the *use*-th time."""
    shown = inert(words, LONGEST)
    return shown if use == 1 else f"{shown}{_AGAIN}{use}"


def words_of(key: str) -> str:
    """The words that *key* remembers."""
    return key.partition(_AGAIN)[0]
