"""Process: parts go in; one process at work, opened and closed in order, comes out."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.crashpoints import CrashAt
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.telemetry.lines import LineObserver
from tieline.model.facts import StoreTrouble
from tieline.model.flow import HubSpec
from tieline.operations.replay import replay_pass
from tieline.ports.crashpoints import go_on
from tieline.ports.observer import Observer
from tieline.ports.vault import Vault
from tieline.service import Loop, Service, told_to_stop
from tieline.settings import Settings
from tieline.wiring import Outside, Parts, assemble, open_vault
from tieline.wiring_store import open_store

SHUT_S = 0.1
"""How soon to look again for work that could not be claimed: places, guards or pauses may open."""
IDLE_S = 5.0
LONG_S = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A hub at work in this process."""

    parts: Parts
    port: int

    @property
    def observer(self) -> Observer:
        """Who is told what happens."""
        return self.parts.observer


@asynccontextmanager
async def running(
    hub: HubSpec,
    settings: Settings,
    *,
    observer: Observer | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Running]:
    """Open the store, recover what a crash left, serve until the block ends, then stop in order."""
    outside = Outside(
        vault=open_vault(settings, os.environ if environment is None else environment),
        observer=observer or CountingObserver(),
        clock=SystemClock(int(settings.clock_offset_seconds * 1e6)),
        ids=SystemIds(),
        reach=CrashAt(settings.crash_at) if settings.crash_at else go_on,
    )
    store = await open_store(
        settings.store,
        max_waiting=settings.max_waiting,
        chance=outside.ids.chance,
        reach=outside.reach,
    )
    for warning in store.warnings:
        outside.observer.saw(StoreTrouble(warning))
    parts = assemble(hub, settings, outside, store)
    service = Service(loops(parts), parts.observer)
    async with AsyncExitStack() as at_end:  # in the reverse order; each is done whatever fails
        at_end.push_async_callback(parts.journal.close)
        at_end.push_async_callback(parts.views.close)
        at_end.push_async_callback(parts.http.close)
        await parts.house.recover()
        await parts.clockwork.register()
        await parts.holds.pass_()
        # The loops outlive the work: what is finished last still needs its heartbeat.
        at_end.push_async_callback(service.stop)
        at_end.push_async_callback(parts.back.drain, settings.shutdown_seconds)
        if parts.control is not None:
            at_end.push_async_callback(parts.control.close)
        at_end.push_async_callback(parts.door.close, min(settings.shutdown_seconds, 5.0))
        if parts.control is not None:
            await parts.control.open()
        await parts.door.open(settings.host, settings.port)
        service.start()
        _spare_the_collector()
        yield Running(parts, parts.door.port)


def _spare_the_collector() -> None:
    """Everything made so far lives as long as the process; what requests make dies young.

    Measured: full collections over modules and declarations were 5 % of the relay's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def loops(parts: Parts) -> list[Loop]:
    """What runs beside the door."""
    passes = Passes(parts)
    signals = parts.back.signals
    return [
        Loop("time limits", passes.limit),
        Loop("claim", passes.claim, signals.look),
        Loop("wake", passes.wake, parts.calls.has_recovered),
        Loop("secrets", passes.secrets),
        Loop("due", passes.due, signals.due_changed),
        Loop("schedules", passes.fire),
        Loop("holds", parts.holds.pass_, parts.holds.changed),
        Loop("replays", passes.replay, parts.holds.replay_started),
        Loop("heartbeat", parts.house.beat_pass),
        Loop("sweeper", parts.house.sweep_pass),
        Loop("retention", parts.house.purge_pass),
    ]


class Passes:
    """The passes of a process; each does one bounded thing and says how long it may rest."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._woken: set[str] = set()

    async def limit(self) -> float:
        """End executions that take too long."""
        self._parts.back.limit_pass()
        return 1.0

    async def claim(self) -> float:
        """Claim ready runs into free places."""
        claimed, more = await self._parts.back.claim_pass()
        if claimed and more:
            return 0.0
        return SHUT_S if more else IDLE_S

    async def wake(self) -> float:
        """Wake what waits on connections that are usable again; then once more, since a run that
        was told to wait a moment ago may be stored only behind the first time."""
        calls = self._parts.calls
        fresh, calls.recovered = calls.recovered, set()
        for on in fresh | self._woken:
            await self._parts.house.wake(on)
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
        return self._until(back.signals.next_due_us, most=IDLE_S)

    async def fire(self) -> float:
        """Fire due schedules."""
        next_us = await self._parts.clockwork.fire_pass()
        self._parts.back.look()
        return self._until(next_us, most=LONG_S)

    async def replay(self) -> float:
        """Give running replays their next bite."""
        parts = self._parts
        now_us = parts.clock.now_us()
        passed = await replay_pass(parts.journal, parts.views, parts.admitter, now_us)
        if passed.admitted:
            parts.back.look()
        return self._until(passed.next_us, most=LONG_S)

    def _until(self, when_us: int | None, *, most: float) -> float:
        if when_us is None:
            return most
        return min(max((when_us - self._parts.clock.now_us()) / 1e6, 0.001), most)


async def serve(hub: HubSpec, settings: Settings) -> None:
    """Run until told to stop; say on stderr what somebody should know of meanwhile."""
    told = told_to_stop()  # before anything answers: whoever finds us may also stop us
    observer = LineObserver(sys.stderr, SystemClock().now_us)
    for warning in warnings(hub, open_vault(settings, os.environ)):
        _say(f"warning: {warning}")
    async with running(hub, settings, observer=observer) as it:
        _say(f"{hub.name} keeps its store in {it.parts.store.about}")
        for name in hub.webhooks():
            _say(f"source {name}: http://{settings.host}:{it.port}/in/{name}")
        _say("ready")
        name = await told
        _say(f"{name}: finishing {it.parts.back.busy} runs, at most {settings.shutdown_seconds} s")
    _say("stopped")


def warnings(hub: HubSpec, vault: Vault) -> list[str]:
    """What will not work, although the hub can start."""
    found = []
    for door in hub.webhooks().values():
        if door.unverified:
            found.append(f"source {door.name} takes what anybody sends (unverified=True)")
        elif not vault.secrets(door.signing):
            found.append(f"source {door.name} refuses everything: no secret {door.signing!r}")
    for connection in hub.connections.values():
        name = connection.credential
        if name is not None and not vault.secrets(name):
            found.append(f"connection {connection.name} cannot call: no secret {name!r}")
    return found


def _say(text: str) -> None:
    sys.stdout.write(f"tieline: {text}\n")
    sys.stdout.flush()


def run(coroutine: object) -> None:
    """Run on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(coroutine)  # type: ignore[arg-type]
    else:
        uvloop.run(coroutine)  # type: ignore[arg-type]
