"""Lost claims: how often a run was at work in a process that ended comes in; whether it is executed
again, and beside how many like it, goes out.

A run that ends its process (it exits, crashes, takes all memory, or blocks until the process is
killed) would be executed for ever, and take every process in turn. So each execution that ended
with its process is counted, and after ``MOST`` of them a person is asked. Others are at work in the
same process and lose their claims with it: who has lost some is executed beside few of its kind,
and at its last chance beside none, so that in the end only the one that does it is held. A run that
remembers something new goes on, whatever happens to its processes, and is counted anew.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from tieline.model.base.value import value
from tieline.model.runs.run import RunState
from tieline.rules.runs.transitions import move

MOST = 4
"""Executions in a row that ended with their process; then the run is held."""
FREE = 2
"""Whoever has lost fewer claims is executed as any other run."""
PLACES = 16
"""For runs on trial, in one process; a last chance takes them all."""
R = TypeVar("R")


@value
class Rescued:
    """What becomes of a run whose process is gone."""

    state: RunState
    lost: int
    """Its executions in a row that ended with their process."""


def rescued(lost: int, *, goes_on: bool) -> Rescued:
    """*lost* claims before this one; *goes_on*: this execution has remembered something new."""
    count = 1 if goes_on else lost + 1
    to = RunState.HELD if count >= MOST else RunState.READY
    return Rescued(move(RunState.RUNNING, to), count)


def places_of(lost: int) -> int:
    """How many of the places for runs on trial a run takes that has lost *lost* claims."""
    if lost < FREE:
        return 0
    return 1 if lost < MOST - 1 else PLACES


def taken(picked: Sequence[tuple[R, int]], room: int) -> Iterable[R]:
    """Those of *picked*, each with its lost claims, for which there is *room*, in their order."""
    is_full = False
    for run, lost in picked:
        places = places_of(lost)
        is_full = is_full or places > room
        if places and is_full:
            continue  # whoever was first comes first, however much room it takes
        room -= places
        yield run


def why_held(lost: int, blocked: str | None) -> str:
    """Why a person is asked, and what they can do; *blocked* is where its process last hung."""
    where = "" if blocked is None else f"; the last one hung: {blocked}"
    return (
        f"{lost} executions in a row ended with their process (it exited, crashed, ran out of "
        f"memory or stood still), without a step done{where}; fix the flow, then resolve this run "
        "with --retry, or with --give-up"
    )
