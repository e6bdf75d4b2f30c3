"""Process: parts go in; one process at work, opened and closed in order, comes out."""

import gc
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.crash_points import CrashAt
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.system.listening import inherited
from tieline.adapters.system.open_files import raise_open_files
from tieline.compose import watch as wiring_watch
from tieline.compose.blocked import watched
from tieline.compose.loops import loops
from tieline.compose.parts import Parts, ProcessPorts, assemble, open_vault
from tieline.compose.service import Service
from tieline.compose.store import open_store, with_seals
from tieline.compose.telemetry import open_telemetry
from tieline.model.base.errors import SettingsError
from tieline.model.fleet.role import ProcessRole
from tieline.model.hub.flow import HubSpec
from tieline.model.runs.facts import ProcessMoved, StoreAtRisk
from tieline.ports.crash_points import go_on
from tieline.ports.observer import Observer
from tieline.ports.surface import Surface
from tieline.rules.fleet.open_files import senders_for
from tieline.rules.store.name import is_postgres
from tieline.settings.settings import Settings
from tieline.surfaces.listening import DOOR, check_free

LONGEST_CLOSE_S = 5.0
"""How long a door waits for requests that have begun."""


@dataclass(frozen=True, slots=True)
class Running:
    """A hub at work in this process."""

    parts: Parts
    port: int
    """Of the webhook door; 0: it has none."""
    surfaces: tuple[Surface, ...] = ()
    """Open ones, apart from the door."""

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
    """Open the store, recover what a crash left, serve until the block ends, then stop in order.

    Raises SettingsError, StoreError.
    """
    settings = _fitting(settings)
    vault = open_vault(settings, os.environ if environment is None else environment)
    clock = SystemClock(int(settings.clock_offset_seconds * 1e6))
    telemetry = open_telemetry(hub, settings, vault, clock, observer)
    outside = ProcessPorts(
        vault=vault,
        observer=telemetry.observer,
        clock=clock,
        ids=SystemIds(),
        reach=CrashAt(settings.crash_at) if settings.crash_at else go_on,
        telemetry=telemetry,
    )
    store = await open_store(
        settings.store,
        max_waiting=settings.max_waiting,
        chance=outside.ids.chance,
        reach=outside.reach,
        may_migrate=settings.migrations == "at-start",
    )
    store = await with_seals(store, vault)
    for warning in store.warnings:
        outside.observer.saw(StoreAtRisk(warning))
    parts = assemble(hub, settings, outside, store)
    service = Service([*loops(parts), *wiring_watch.loops(parts, settings)], parts.observer)
    async with AsyncExitStack() as at_end:  # in the reverse order; each is done whatever fails
        at_end.callback(telemetry.close)
        at_end.push_async_callback(_sign_off, parts)
        at_end.push_async_callback(parts.views.close)
        at_end.push_async_callback(parts.http.close)
        at_end.push_async_callback(parts.store.hints.close)
        at_end.push_async_callback(parts.knowing.close)
        at_end.push_async_callback(parts.sharing.give_back)
        await _recover(parts, service)
        # The loops outlive the work: what is finished last still needs its heartbeat.
        at_end.push_async_callback(parts.duty.give_away)
        at_end.push_async_callback(service.stop)
        at_end.push_async_callback(parts.back.drain, settings.shutdown_seconds)
        surfaces = await _open_surfaces(parts, settings, at_end)
        parts.store.hints.listen(parts.holds.heard)
        _start(parts, service, at_end)
        telemetry.observer.saw(ProcessMoved("ready", _about(parts)))
        yield Running(parts, parts.door.port, surfaces)
        telemetry.observer.saw(ProcessMoved("stopping", _about(parts)))


def _about(parts: Parts) -> str:
    return f"tieline {version('tieline')}, pid {os.getpid()}, {parts.store.about}"


def _fitting(settings: Settings) -> Settings:
    """*settings* as this machine can keep them: with no more senders at once than leave files to
    calls. Raises SettingsError for roles that leave work undone."""
    check_roles(settings)
    senders = senders_for(settings.max_connections, raise_open_files())
    return settings.model_copy(update={"max_connections": senders})


def check_roles(settings: Settings) -> None:
    """Raise SettingsError for roles with which the hub could not do its work.

    A file has one process: what that does not do, nobody does.
    """
    missing = {ProcessRole.WORKER, ProcessRole.SCHEDULER} - set(settings.roles)
    if missing and not is_postgres(settings.store):
        raise SettingsError(
            "roles",
            ",".join(settings.roles),
            f"a store that is a file has one process, so add {' and '.join(sorted(missing))}; "
            "or use postgresql://host/database, where other processes can do the rest",
        )


async def _sign_off(parts: Parts) -> None:
    """Nothing is written after the word that this process is gone."""
    try:
        await parts.house.leave()
    finally:
        await parts.journal.close()


async def _recover(parts: Parts, service: Service) -> None:
    """What each role needs before anything comes in, beside others that serve the same hub."""
    await parts.house.beat_pass()
    await parts.peers.join()
    if ProcessRole.SCHEDULER in parts.roles:
        await parts.house.recover()
    if ProcessRole.WORKER in parts.roles:
        await parts.holds.pass_()
        await parts.sharing.restore()
    await service.begin()


async def _open_surfaces(
    parts: Parts, settings: Settings, at_end: AsyncExitStack
) -> tuple[Surface, ...]:
    """Control, the console where this process has it, and the door last: then deliveries come."""
    seconds = min(settings.shutdown_seconds, LONGEST_CLOSE_S)
    if ProcessRole.INGEST in parts.roles and settings.door_socket is None:
        # Of a second hub on the same ports, the console's would be blamed, which nobody chose.
        check_free(settings.host, settings.port, DOOR)
    if parts.control is not None:
        at_end.push_async_callback(parts.control.close)
        await parts.control.open()
    surfaces = wiring_watch.surfaces(parts, settings)
    if ProcessRole.CONSOLE in parts.roles:
        from tieline.compose import (
            console as wiring_console,  # other processes need not know the web
        )

        surfaces = (*wiring_console.surfaces(parts, settings), *surfaces)
    for surface in surfaces:
        at_end.push_async_callback(surface.close, seconds)
        await surface.open()
    if ProcessRole.INGEST in parts.roles:
        at_end.push_async_callback(parts.door.close, seconds)
        opened = (
            None if settings.door_socket is None else inherited("door_socket", settings.door_socket)
        )
        await parts.door.open(settings.host, settings.port, opened)
    return surfaces


def _start(parts: Parts, service: Service, at_end: AsyncExitStack) -> None:
    service.start()
    at_end.enter_context(watched(parts))
    _spare_the_collector()


def _spare_the_collector() -> None:
    """Everything made so far lives as long as the process; what requests make dies young.

    Measured: full collections over modules and declarations were 5 % of the relay's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
