"""Breaker: a connection's recent endings come in; whether the next call may go out goes out.

Closed lets everything through and counts. It opens on a failure that is the fifth in a row, or
that makes half of at least 10 calls in the last minute (60 to 70 s, see ``window``) failures.
Open lets nothing through for 30 s. Then one probe at a time may go; three good ones close it, a
bad one opens it again for twice as long, up to 10 minutes.

Report every call that was allowed: ``saw_success`` (any ending that does not ``counts_against``),
``saw_failure``, or ``let_go`` when it was never sent. A probe whose end is never reported is
forgotten after 30 s. The states are immutable and small; every function is on the hot path. Hand
in one clock's time throughout; should it jump back, an open breaker still waits no more than 10
minutes.
"""

from typing import NamedTuple

from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import Micros
from tieline.rules.outbound import window as counting
from tieline.rules.outbound.window import CountWindow

SECOND_US = 1_000_000
FAILURES_IN_A_ROW = 5
FEWEST_CALLS = 10
OPEN_US = 30 * SECOND_US
LONGEST_OPEN_US = 600 * SECOND_US
PROBES_TO_CLOSE = 3
PROBE_FORGOTTEN_US = 30 * SECOND_US
ASK_AGAIN_US = SECOND_US
"""How soon to ask again while somebody else's probe is out: it may end any moment."""
STOOD_STILL_US = SECOND_US
"""How much later than its deadline a call ends where nobody was awake to end it in time."""

_AGAINST = frozenset(
    {FailureKind.UNREACHABLE, FailureKind.SLOW, FailureKind.BROKEN, FailureKind.UNAVAILABLE}
)


class Closed(NamedTuple):
    """Calls go out and are counted."""

    window: CountWindow = counting.EMPTY
    in_a_row: int = 0
    """Failures since the last success."""


class Open(NamedTuple):
    """Nothing goes out before ``until_us``."""

    until_us: Micros
    streak: int = 0
    """How many probes have failed since it first opened; each doubles the wait."""


class Probing(NamedTuple):
    """One call at a time goes out, to see whether the other side is back."""

    streak: int
    successes: int
    out_until_us: Micros
    """When the probe that is out counts as lost; 0 when none is out."""


State = Closed | Open | Probing

CLOSED = Closed()


def counts_against(kind: FailureKind) -> bool:
    """Whether an ending speaks against the other side's health.

    Timeouts, dead or refused connections and 5xx do. An answer that says no (429, 401, other 4xx, a
    redirect, too large) is a sign of life, and what our own guard blocked never reached it.
    """
    return kind in _AGAINST


def stood_still(took_us: Micros, patience_us: Micros) -> bool:
    """Whether this process stood still during a call: stopped, swapped out, moved to another host.

    A call is ended at its deadline by whoever is awake. One that ends much later says nothing about
    the other side, and a process that wakes up with many of them must not stop all others.
    """
    return took_us > patience_us + STOOD_STILL_US


def may_call(state: State, now_us: Micros) -> tuple[bool, State, Micros | None]:
    """Whether a call may go out now, the state after that answer, and if not, when to ask again."""
    if isinstance(state, Closed):
        return True, state, None
    if isinstance(state, Open):
        if 0 < state.until_us - now_us <= LONGEST_OPEN_US:
            return False, state, state.until_us
        return True, Probing(state.streak, 0, now_us + PROBE_FORGOTTEN_US), None
    if 0 < state.out_until_us - now_us <= PROBE_FORGOTTEN_US:
        return False, state, min(state.out_until_us, now_us + ASK_AGAIN_US)
    return True, Probing(state.streak, state.successes, now_us + PROBE_FORGOTTEN_US), None


def saw_success(state: State, now_us: Micros) -> State:
    """The state after a call that ended well; late news never shortens an open breaker's wait."""
    if isinstance(state, Closed):
        return Closed(counting.count(state.window, now_us), 0)
    if isinstance(state, Open):
        return state
    if state.successes + 1 >= PROBES_TO_CLOSE:
        return CLOSED
    return Probing(state.streak, state.successes + 1, 0)


def saw_failure(state: State, now_us: Micros) -> State:
    """The state after a call that ended in a failure that ``counts_against``."""
    if isinstance(state, Closed):
        window = counting.count_marked(state.window, now_us)
        in_a_row = state.in_a_row + 1
        if in_a_row >= FAILURES_IN_A_ROW or _half_failed(window):
            return Open(now_us + OPEN_US)
        return Closed(window, in_a_row)
    if isinstance(state, Open):
        return state
    return _opened_again(state.streak + 1, now_us)


def saw_life(state: State) -> State:
    """The state after a person had the other side asked and it answered: the next call is the probe
    that an open breaker would let through later."""
    return Probing(state.streak, 1, 0) if isinstance(state, Open) else state


def let_go(state: State) -> State:
    """The state after an allowed call that was never sent: the next one may be the probe."""
    return Probing(state.streak, state.successes, 0) if isinstance(state, Probing) else state


def _half_failed(window: CountWindow) -> bool:
    seen, failed = counting.totals(window)
    return seen >= FEWEST_CALLS and failed * 2 >= seen


def _opened_again(streak: int, now_us: Micros) -> Open:
    return Open(now_us + min(OPEN_US << min(streak, 16), LONGEST_OPEN_US), streak)
