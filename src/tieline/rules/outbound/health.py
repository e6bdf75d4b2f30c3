"""Health: whether a connection's credential is accepted, and when to try it again if it is not."""

from typing import NamedTuple

from tieline.model.base.ids import Micros

FIRST_PAUSE_US = 30_000_000
LONGEST_PAUSE_US = 600_000_000
SOON_US = 1_000_000
"""How soon another call may find out, when the last one ended without an answer."""


class Health(NamedTuple):
    """``refusals`` in a row since the credential was last accepted."""

    refusals: int = 0
    again_us: Micros = 0


WELL = Health()


def saw_refusal(health: Health, now_us: Micros) -> Health:
    """The health after a 401 or 403: pauses of 30 s, doubling to 10 min."""
    pause = min(FIRST_PAUSE_US << min(health.refusals, 10), LONGEST_PAUSE_US)
    return Health(health.refusals + 1, now_us + pause)


def may_try(health: Health, now_us: Micros) -> bool:
    """Whether a call may find out if the credential is accepted again. No pause is longer than the
    longest: a time beyond that is one of a clock that was put back."""
    return health.refusals == 0 or not 0 < health.again_us - now_us <= LONGEST_PAUSE_US


def saw_nothing(health: Health, now_us: Micros) -> Health:
    """The health after the call that was to find out ended without an answer: it used no pause."""
    return Health(max(1, health.refusals - 1), now_us + SOON_US) if health.refusals else health


def renewed(health: Health, now_us: Micros) -> Health:
    """The health once there is another credential: a call may find out now."""
    return health if health.refusals == 0 else Health(health.refusals, now_us)
