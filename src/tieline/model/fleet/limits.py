"""Limits: what the workers of one store tell each other about a connection, as data.

All times are lengths, counted from the moment of the trade: the clocks of two machines need not
agree, only the store's clock counts.
"""

from typing import NamedTuple

from tieline.model.base.ids import Micros, WorkerId
from tieline.model.base.value import value
from tieline.model.command import Command, Counted

WHOLE = 1_000_000
"""The whole rate of a connection; shares are millionths of it."""


class QuotaPart(NamedTuple):
    """A worker's part of what a connection allows."""

    rate: int = 0
    """Millionths of the declared rate; 0 of no rate is no limit."""
    slots: int = 0
    """Calls in flight at most."""
    retries: int = 0
    """Repeats that may go out before more of the retry budget is asked for."""


class RecentCalls(NamedTuple):
    """Calls of one slot of the last minute (``rules/window.py``)."""

    slots_ago: int
    calls: int
    repeats: int


class LimitChanges(NamedTuple):
    """What a worker found out since its last trade."""

    opened_for_us: int = 0
    """It opened the breaker, for so long; 0: it did not."""
    probe: str = ""
    """How the probe that it was given ended: ``good``, ``failed`` or ``dropped``; or ``asked``: a
    person had the other side asked, and it answered."""
    health: str = ""
    """Of the credential: ``refused``, ``well``, ``nothing`` (no answer) or ``renewed``."""
    quiet_for_us: int = 0
    """The provider asked for a pause of this length."""
    throttled_at: int = 0
    """It was answered 429 while so many calls were allowed at once; 0: it was not."""
    successes: int = 0
    """Answers that let the allowance grow again."""
    recent: tuple[RecentCalls, ...] = ()
    """What it sent."""


class ConnectionState(NamedTuple):
    """How a connection stands, for every worker alike."""

    breaker: str = "closed"
    """``closed``, ``open`` or ``probing``."""
    wait_us: int = 0
    """Until a probe may go out, or until the one that is out counts as lost."""
    streak: int = 0
    successes: int = 0
    refusals: int = 0
    """How often in a row the credential was refused."""
    refused_us: int = 0
    """Until a call may find out if it is accepted again."""
    quiet_us: int = 0
    allowance: int = 0
    """Calls in flight at most, over all workers; 0: as many as declared."""


@value
class QuotaRequest:
    """What one worker holds, wants and knows of one connection."""

    connection: str
    at_once: int
    interval_us: int
    """The even distance between calls; 0: no rate is declared."""
    burst: int
    holds: QuotaPart
    """No more than this is used from now on, whatever the answer."""
    wants: QuotaPart
    credit_us: int = 0
    """What the worker has saved up of the rate, as time between calls."""
    wants_probe: bool = False
    is_first: bool = False
    """It has never asked before: its own credential may be a newer one."""
    news: LimitChanges = LimitChanges()
    doubts: bool = False
    """Its own credential was not refused: the refusal may be another worker's own trouble."""


@value
class Quota:
    """What a worker may use from now on, until it asks again or it lapses."""

    connection: str
    limits: QuotaPart
    credit_us: int
    """In place of the credit that was told: what it starts with."""
    is_cut: bool
    """It held more than this: others wait until it says that it keeps to it."""
    may_probe: bool
    """This worker, and no other, may send one call to find out."""
    standing: ConnectionState
    recent: tuple[RecentCalls, ...]
    """What all workers sent."""


@value
class LeasedQuotas:
    """The worker's shares, in the order of its asks."""

    shares: tuple[Quota, ...]


@value
class LeaseQuotas(Command[LeasedQuotas]):
    """Take part in what all workers share of these connections, one trade for all of them."""

    worker: WorkerId
    asks: tuple[QuotaRequest, ...]
    now_us: Micros | None = None
    """None: the store's own clock, which is the same for the workers of several machines."""


@value
class KeepConnectionStates(Command[Counted]):
    """Store how connections stand, where one process alone decides it."""

    standings: tuple[tuple[str, ConnectionState], ...]
    now_us: Micros
