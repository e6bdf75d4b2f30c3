"""Respawn: how a process lived and ended comes in; whether and when it is started again goes out.

Waits double from ``FIRST_S`` to ``LONGEST_S`` with each life in a row that was too short, spread
over their upper half so that many places do not come back at the same moment.
"""

from dataclasses import dataclass

FIRST_S = 0.2
LONGEST_S = 30.0
HEALTHY_S = 60.0
"""A life that was ready for this long makes up for those before it."""
MISTAKE = 2
"""The exit code of a process whose settings or hub cannot be used: starting again does not help."""
MOST_MISTAKES = 3


@dataclass(frozen=True, slots=True)
class RespawnCount:
    """The lives of one place since the last healthy one."""

    failures: int = 0
    """Lives that ended by themselves, or by somebody else's hand."""
    mistakes: int = 0
    """The last ones of these in a row that ended with ``MISTAKE`` before they were ready."""


def after(past: RespawnCount, *, code: int, ready_s: float | None) -> RespawnCount:
    """The past with one more life, which was ready for *ready_s* seconds (None: never)."""
    if ready_s is not None and ready_s >= HEALTHY_S:
        return RespawnCount(failures=1)
    is_mistake = code == MISTAKE and ready_s is None
    return RespawnCount(past.failures + 1, past.mistakes + 1 if is_mistake else 0)


def wait_s(past: RespawnCount, chance: float) -> float:
    """How long to wait before the next life; *chance* is from 0 up to 1."""
    if past.failures < 1:
        return 0.0
    longest = min(FIRST_S * 2.0 ** min(past.failures - 1, 30), LONGEST_S)
    return longest * (0.5 + chance / 2)


def is_hopeless(past: RespawnCount, *, anybody_was_ready: bool) -> bool:
    """Whether somebody has to mend the configuration first."""
    return past.mistakes >= (MOST_MISTAKES if anybody_was_ready else 1)
