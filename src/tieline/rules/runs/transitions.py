"""Transitions: where may a run go from here? The one law of run states, written as a table.

Rules. Every state change in any store goes along an edge of ``NEXT``. ``done`` and ``cancelled``
have no way out; ``dead`` has one, which only an operator's recorded retry takes. The diagram in
``docs/states.md`` is drawn from this table.
"""

from tieline.model.base.errors import TransitionRefused
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
TERMINAL = frozenset({S.DONE, S.DEAD, S.CANCELLED})


def may_move(now: S, to: S) -> bool:
    """Whether the table has the edge *now* → *to*."""
    return to in NEXT[now]


def move(now: S, to: S) -> S:
    """Return *to*. Raises TransitionRefused when the table has no such edge."""
    if to not in NEXT[now]:
        raise TransitionRefused(now, to)
    return to


def sources_of(to: S) -> frozenset[S]:
    """Every state from which *to* can be reached in one move."""
    return frozenset(state for state, targets in NEXT.items() if to in targets)
