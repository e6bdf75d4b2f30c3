"""Refused settle: how an execution ended, and why the store cannot write that down, come in; what
is written down instead goes out.

Whatever ends an execution, what it did is kept. So the store is asked for less and less: first the
same in words that any store takes, then what the run did without how it was told, and at last only
that a person has to look, with the names of what was done. A store that is full or away is another
matter: it is asked again for the whole.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from tieline.model.base.reason_text import storable
from tieline.model.base.value import value
from tieline.model.commands import Progress
from tieline.model.runs.run import Dead, Held, Outcome, StepState
from tieline.rules.runs.ending import dead_of, discreet_outcome, words

ENGINE_FAILURE = "engine-failure"
LESSER_ENDS = 3
"""How many lesser ends there are; the last is asked for until it is taken."""
MOST_NAMED = 20
N = TypeVar("N", bound=NamedTuple)


@value
class ExecutionEnd:
    """What is to be written down of an execution."""

    outcome: Outcome
    progress: Progress


def failed_inside(error: BaseException) -> Dead:
    """The end of a run whose execution was cut off: by a mistake of the engine's own, or by an
    author's GeneratorExit, which Python lets no coroutine handle."""
    kind = ENGINE_FAILURE if isinstance(error, Exception) else type(error).__name__
    return dead_of(kind, words(error), error)


def instead(wanted: ExecutionEnd, refusals: int, error: Exception) -> ExecutionEnd:
    """What to write down of *wanted*, which the store has refused *refusals* times, for *error*."""
    if refusals == 1:
        said = discreet_outcome(wanted.outcome, str)
        return ExecutionEnd(said, in_plain_text(wanted.progress))
    done = wanted.progress
    if refusals < LESSER_ENDS:
        return ExecutionEnd(failed_inside(error), Progress(done.steps, emitted=done.emitted))
    return ExecutionEnd(Held(_what_was_lost(done, error)), Progress())


def in_plain_text(progress: Progress) -> Progress:
    """*progress* with every text as any store takes it; what a step is known by is so already."""
    return Progress(
        progress.steps,
        _plain(progress.attempts),
        _plain(progress.mentions),
        progress.emitted,
        _plain(progress.exchanges),
    )


def _plain(rows: Iterable[N]) -> tuple[N, ...]:
    return tuple(
        row._make(storable(one) if type(one) is str else one for one in row) for row in rows
    )


def _what_was_lost(done: Progress, error: Exception) -> str:
    made = [f"{s.name} ({s.key})" for s in done.steps if s.state is not StepState.FAILED]
    more = "" if len(made) <= MOST_NAMED else f" and {len(made) - MOST_NAMED} more"
    named = ", ".join(made[:MOST_NAMED]) + more if made else "no step"
    return storable(
        f"what this execution did cannot be written down ({words(error)}): {named}; look what of "
        "it happened, then resolve this run with --give-up, or with --retry, which does again "
        "what is not remembered"
    )
