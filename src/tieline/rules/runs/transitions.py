"""Transitions: where may a run go from here? The one law of run states, written as a table.

Rules. Every state change in any store goes along an edge of ``NEXT``: who knows the old state asks
``move``, and whatever is written, each store refuses anything else by itself (the triggers
``law_of_run`` and ``law_of_work`` of its schema, which are made anew with a new edge). ``done`` and
``cancelled`` have no way out; ``dead`` has one, which only an operator's recorded retry takes. The
diagram in ``docs/states.md`` is drawn from this table.
"""

from typing import assert_never

from tieline.model.base.errors import TransitionRefused
from tieline.model.runs.run import Dead, Held, Outcome, RetryAt, Returned, Waiting
from tieline.model.runs.run import RunState as S

NEXT: dict[S, frozenset[S]] = {
    S.READY: frozenset({S.RUNNING, S.CANCELLED, S.DEAD}),
    S.RUNNING: frozenset({S.DONE, S.RETRYING, S.WAITING, S.HELD, S.DEAD, S.CANCELLED, S.READY}),
    S.RETRYING: frozenset({S.READY, S.CANCELLED, S.DEAD}),
    S.WAITING: frozenset({S.READY, S.CANCELLED, S.DEAD}),
    S.HELD: frozenset({S.READY, S.DEAD, S.CANCELLED}),
    S.DEAD: frozenset({S.READY}),
    S.DONE: frozenset(),
    S.CANCELLED: frozenset(),
}
"""``running → ready`` is a claim given back: graceful shutdown, or a worker that fell silent.
``ready``, ``retrying`` and ``waiting`` reach ``dead`` when the run's deadline passes."""

LIVE = frozenset({S.READY, S.RUNNING, S.RETRYING, S.WAITING, S.HELD})
"""Not ended: something is left to do, and the run has a row of work."""
UNFINISHED = LIVE - {S.HELD}
"""Goes on by itself, now or later."""
PARKED = LIVE - {S.READY, S.RUNNING}
"""Put down until a time, a thing or a person lets it go on."""
TERMINAL = frozenset({S.DONE, S.DEAD, S.CANCELLED})
"""Ended; only what is dead can be taken up again."""
FINAL = frozenset(state for state, targets in NEXT.items() if not targets)
"""Ended for good: nothing, and nobody, changes it any more."""
STUCK = frozenset({S.HELD, S.DEAD})
"""Goes no further unless a person decides."""
ODD = STUCK | {S.CANCELLED}
"""Did not go as it should: few, so that a small index finds them."""


def may_move(now: S, to: S) -> bool:
    """Whether the table has the edge *now* → *to*."""
    return to in NEXT[now]


def move(now: S, to: S) -> S:
    """Return *to*. Raises TransitionRefused when the table has no such edge."""
    if not may_move(now, to):
        raise TransitionRefused(now, to)
    return to


def state_of(outcome: Outcome) -> S:
    """The state to which *outcome* brings the run that was executed."""
    return move(S.RUNNING, _wanted(outcome))


def _wanted(outcome: Outcome) -> S:
    match outcome:
        case Returned():
            return S.DONE
        case RetryAt():
            return S.RETRYING
        case Waiting():
            return S.WAITING
        case Held():
            return S.HELD
        case Dead():
            return S.DEAD
        case _:
            assert_never(outcome)
