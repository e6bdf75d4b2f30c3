"""Connection state: one worker's news of a connection become what all workers know of it.

The breaker and the credential obey the same rules as in one process (``breaker``, ``health``), only
that one worker at a time is the one that finds out: who is given the probe says how it ended.
"""

from typing import NamedTuple

from tieline.model.base.ids import Micros
from tieline.model.fleet.limits import ConnectionState, QuotaRequest, RecentCalls
from tieline.rules.outbound import breaker, health, retry_budget
from tieline.rules.outbound import window as counting
from tieline.rules.outbound.breaker import CLOSED, State
from tieline.rules.outbound.health import WELL, Health
from tieline.rules.outbound.window import OLDER_SLOTS, SLOT_US, CountWindow

SEVERAL = "*"


class SharedState(NamedTuple):
    """One connection's state that all workers share, as stored."""

    breaker: State = CLOSED
    prober: str = ""
    """The worker whose probe is out."""
    health: Health = WELL
    quiet_us: Micros = 0
    allowance: int = 0
    """0: as many as declared."""
    successes: int = 0
    """Since the allowance last changed."""
    sent: CountWindow = counting.EMPTY
    refused_to: str = ""
    """The worker whose credential was refused; ``SEVERAL`` when it was more than one."""


def heard(common: SharedState, worker: str, ask: QuotaRequest, now_us: Micros) -> SharedState:
    """*common* once the news of *worker* are taken in."""
    news = ask.news
    common = common._replace(sent=_counted(common.sent, news.recent, now_us))
    if news.quiet_for_us:
        common = common._replace(quiet_us=max(common.quiet_us, now_us + news.quiet_for_us))
    common = _paced(common, ask)
    if news.health:
        common = common._replace(
            health=_health(common.health, news.health, now_us),
            refused_to=_refused_to(common, worker, news.health),
        )
    if news.opened_for_us and isinstance(common.breaker, breaker.Closed):
        common = common._replace(breaker=breaker.Open(now_us + news.opened_for_us), prober="")
    if news.probe == "asked":
        return common._replace(breaker=breaker.saw_life(common.breaker))
    if news.probe and common.prober == worker:
        ended = _probed(common.breaker, news.probe, now_us)
        common = common._replace(breaker=ended, prober="")
    return common


def probing(
    common: SharedState, worker: str, now_us: Micros, *, is_first: bool, doubts: bool = False
) -> tuple[SharedState, bool]:
    """Whether *worker* may send the call that finds out, and the state after that answer.

    While only one worker was refused, another that *doubts* it finds out at once: it may have a
    credential that is accepted, and then the refusal is that worker's own trouble.
    """
    is_second = doubts and not common.prober and common.refused_to not in {"", worker, SEVERAL}
    credential = health.renewed(common.health, now_us) if is_first or is_second else common.health
    allowed, state, _ = breaker.may_call(common.breaker, now_us)
    if not allowed or not health.may_try(credential, now_us):
        return common, False
    if isinstance(state, breaker.Closed) and not credential.refusals:
        return common, False  # there is nothing to find out
    if credential.refusals:  # the others wait for what this one learns
        credential = health.saw_refusal(credential, now_us)
    return common._replace(breaker=state, prober=worker, health=credential), True


def told(common: SharedState, now_us: Micros) -> ConnectionState:
    """What every worker is told."""
    word, until_us, streak, successes = words_of(common.breaker)
    return ConnectionState(
        word,
        max(0, until_us - now_us),
        streak,
        successes,
        common.health.refusals,
        max(0, common.health.again_us - now_us),
        max(0, common.quiet_us - now_us),
        common.allowance,
    )


def words_of(state: State) -> tuple[str, Micros, int, int]:
    """A breaker as it is stored: state, until when, streak, successes of probes."""
    match state:
        case breaker.Closed():
            return "closed", 0, 0, 0
        case breaker.Open(until_us, streak):
            return "open", until_us, streak, 0
        case breaker.Probing(streak, successes, out_until_us):
            return "probing", out_until_us, streak, successes


def state_in(word: str, until_us: Micros, streak: int, successes: int) -> State:
    """The breaker that was stored so."""
    match word:
        case "open":
            return breaker.Open(until_us, streak)
        case "probing":
            return breaker.Probing(streak, successes, until_us)
        case _:
            return CLOSED


def state_of(told: ConnectionState, now_us: Micros) -> State:
    """The breaker as *told*, on the worker's own clock."""
    until_us = now_us + told.wait_us if told.wait_us else 0
    return state_in(told.breaker, until_us, told.streak, told.successes)


def health_of(told: ConnectionState, now_us: Micros) -> Health:
    """The credential's health as *told*, on the worker's own clock."""
    return Health(told.refusals, now_us + told.refused_us) if told.refusals else WELL


def retries_left(sent: CountWindow, now_us: Micros) -> int:
    """How many more repeats the retry budget of all workers has room for."""
    return retry_budget.room(counting.roll(sent, now_us))


def recent_of(window: CountWindow, now_us: Micros) -> tuple[RecentCalls, ...]:
    """*window* told by how long ago; slots without calls are left out."""
    present = counting.roll(window, now_us)
    slots = ((present.seen, present.marked), *present.older)
    return tuple(RecentCalls(ago, *slot) for ago, slot in enumerate(slots) if slot != (0, 0))


def window_of(recent: tuple[RecentCalls, ...], now_us: Micros) -> CountWindow:
    """The window that *recent* tells of, on the worker's own clock."""
    slots = [(0, 0)] * (OLDER_SLOTS + 1)
    for ago, seen, marked in recent:
        if 0 <= ago <= OLDER_SLOTS:
            slots[ago] = (slots[ago][0] + seen, slots[ago][1] + marked)
    return CountWindow(now_us // SLOT_US, *slots[0], tuple(slots[1:]))


def _counted(sent: CountWindow, recent: tuple[RecentCalls, ...], now_us: Micros) -> CountWindow:
    return counting.plus(counting.roll(sent, now_us), window_of(recent, now_us))


def _paced(common: SharedState, ask: QuotaRequest) -> SharedState:
    """A 429 halves what may be out, once for all who saw it; successes bring it back slowly."""
    allowance = min(common.allowance or ask.at_once, ask.at_once)
    news = ask.news
    if news.throttled_at and allowance >= min(news.throttled_at, ask.at_once):
        return common._replace(allowance=max(1, allowance // 2), successes=0)
    successes = common.successes + news.successes
    while allowance < ask.at_once and successes >= allowance:
        successes -= allowance
        allowance += 1
    if allowance >= ask.at_once:
        return common._replace(allowance=ask.at_once, successes=0)
    return common._replace(allowance=allowance, successes=successes)


def _health(known: Health, word: str, now_us: Micros) -> Health:
    match word:
        case "well":
            return WELL
        case "refused" if known.refusals == 0 or health.may_try(known, now_us):
            return health.saw_refusal(known, now_us)
        case "nothing":
            return health.saw_nothing(known, now_us)
        case "renewed":
            return health.renewed(known, now_us)
        case _:
            return known


def _refused_to(common: SharedState, worker: str, word: str) -> str:
    match word:
        case "well":
            return ""
        case "refused" if not common.health.refusals or common.refused_to in {"", worker}:
            return worker
        case "refused":
            return SEVERAL
        case _:
            return common.refused_to


def _probed(state: State, word: str, now_us: Micros) -> State:
    match word:
        case "good":
            return breaker.saw_success(state, now_us)
        case "failed":
            return breaker.saw_failure(state, now_us)
        case _:
            return breaker.let_go(state)
