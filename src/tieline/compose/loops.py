"""Loops: the parts of a process come in; the loops that its roles keep going go out."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tieline.compose.parts import Parts
from tieline.compose.service import Loop
from tieline.features.decisions.bulk import bulk_pass
from tieline.features.replays.passes import replay_pass
from tieline.model.fleet.role import ProcessRole
from tieline.pipeline.upkeep.leader import LeaderLease
from tieline.rules.fleet.pace import BUSY_S, jittered, next_rest
from tieline.rules.fleet.pace import IDLE_S as OFTEN_S

if TYPE_CHECKING:
    from tieline.model.runs.waits import Waits

SHUT_S = 0.1
"""How soon to look again for work that could not be claimed: places, guards or pauses may open."""
IDLE_S = 5.0
LONG_S = 30.0
DECISIONS_S = 1.0
"""Between two looks for decisions about many runs, which any process may have been asked for."""
BITE_REST_S = 0.05
"""Between two bites of them: other work goes first."""


def loops(parts: Parts) -> list[Loop]:
    """What runs beside the surfaces of a process."""
    made = [
        Loop("heartbeat", parts.house.beat_pass),
        Loop("counts", parts.knowing.flush_pass),
    ]
    if ProcessRole.WORKER in parts.roles:
        made += _of_a_worker(parts)
    if ProcessRole.SCHEDULER in parts.roles:
        made += _of_a_scheduler(parts)
    return [*made, *of_features(parts)]


def of_features(parts: Parts) -> list[Loop]:
    """What features repeat in processes of these roles."""
    repeated = (one for made in parts.loops for one in made(parts))
    return [
        Loop(one.name, once(parts.duty, one.pass_) if one.once else one.pass_, one.wake, one.begin)
        for one in repeated
        if one.role is None or one.role in parts.roles
    ]


def _of_a_worker(parts: Parts) -> list[Loop]:
    passes, signals = Passes(parts), parts.back.signals
    return [
        Loop("time limits", passes.limit),
        Loop("claim", passes.claim, signals.look),
        Loop("wake", passes.wake, parts.calls.has_recovered),
        Loop("secrets", passes.secrets),
        Loop("shares", parts.sharing.pass_, parts.calls.has_news),
        Loop("due", passes.due, signals.due_changed),
        Loop("holds", parts.holds.pass_, parts.holds.changed),
    ]


def _of_a_scheduler(parts: Parts) -> list[Loop]:
    """What is done by the one process that has the duty."""
    passes, duty = Passes(parts), parts.duty
    return [
        Loop("replays", once(duty, passes.replay), parts.holds.replay_started),
        Loop("decisions", once(duty, passes.decide), parts.holds.decisions_started),
        Loop("sweeper", once(duty, parts.house.sweep_pass)),
        Loop("retention", once(duty, parts.house.purge_pass)),
        Loop("upkeep", once(duty, parts.house.upkeep_pass)),
        Loop("backlog", once(duty, parts.knowing.sample_pass)),
    ]


def once(
    duty: LeaderLease, pass_: Callable[[], Awaitable[float]]
) -> Callable[[], Awaitable[float]]:
    """*pass_*, done by one process at a time; looks again soon enough to take over.

    The sweeper rests for less than the duty lasts, and so keeps it for all.
    """

    async def done_once() -> float:
        return await pass_() if await duty.is_ours() else duty.look_s

    return done_once


class Passes:
    """The passes of a process; each does one bounded thing and says how long it may rest."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._woken: set[Waits] = set()
        self._rest_s = BUSY_S

    async def limit(self) -> float:
        """End executions that take too long."""
        self._parts.back.limit_pass()
        return 1.0

    async def claim(self) -> float:
        """Claim ready runs into free places."""
        claimed, more = await self._parts.back.claim_pass()
        if claimed and more:
            return 0.0
        if more or self._parts.store.file is not None:
            return SHUT_S if more else IDLE_S
        self._rest_s = next_rest(self._rest_s, found=claimed > 0)
        return jittered(self._rest_s, self._parts.chance())

    async def wake(self) -> float:
        """Wake what waits on connections that are usable again; then once more, since a run that
        was told to wait a moment ago may be stored only behind the first time."""
        calls = self._parts.calls
        fresh, calls.recovered = calls.recovered, set()
        for waits in fresh | self._woken:
            await self._parts.house.wake(waits)
        self._woken = fresh
        return 1.0 if fresh else LONG_S

    async def secrets(self) -> float:
        """See whether somebody replaced a credential that was refused."""
        self._parts.calls.look_for_new_secrets()
        return 1.0

    async def due(self) -> float:
        """Make due runs ready."""
        back = self._parts.back
        while await back.due_pass():
            pass
        return self._until(back.signals.next_due_us, most=self._longest())

    async def replay(self) -> float:
        """Give running replays their next bite."""
        parts = self._parts
        now_us = parts.clock.now_us()
        passed = await replay_pass(parts.journal, parts.views, parts.admitter, now_us)
        for moved in passed.moved:
            parts.observer.saw(moved)
        if passed.admitted:
            parts.back.look()
        return self._until(passed.next_us, most=LONG_S)

    async def decide(self) -> float:
        """Give running decisions about many runs their next bite."""
        parts = self._parts
        running = await bulk_pass(
            parts.journal, parts.views, parts.holds.after, parts.clock.now_us()
        )
        return BITE_REST_S if running else DECISIONS_S

    def _longest(self) -> float:
        """How long to rest at most: other processes change a store that is no file, too."""
        if self._parts.store.file is not None:
            return IDLE_S
        return jittered(OFTEN_S, self._parts.chance())

    def _until(self, when_us: int | None, *, most: float) -> float:
        if when_us is None:
            return most
        return min(max((when_us - self._parts.clock.now_us()) / 1e6, 0.001), most)
