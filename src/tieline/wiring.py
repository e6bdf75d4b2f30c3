"""Wiring: settings and a hub go in; a running process comes out. Only here backends are named."""

import asyncio
import gc
import importlib
import importlib.util
import os
import platform
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tieline.adapters.http.client import ThinHttpClient
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.crashpoints import CrashAt
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.vault.chain import VaultChain
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.adapters.vault.folder import FolderVault
from tieline.authoring.hub import Hub
from tieline.authoring.place import Place
from tieline.model.errors import SettingsError
from tieline.model.flow import HubSpec
from tieline.pipeline.admit import Admitter
from tieline.pipeline.back import Back, Places
from tieline.pipeline.call import Calls
from tieline.pipeline.clockwork import Clockwork
from tieline.pipeline.front import Front, FrontParts
from tieline.pipeline.housekeeping import Housekeeping, Keeping
from tieline.pipeline.lease import Lease
from tieline.pipeline.outside import OutsideCaller
from tieline.pipeline.settle import Settler
from tieline.pipeline.step import StepParts
from tieline.ports.crashpoints import Reach, go_on
from tieline.ports.observer import Observer
from tieline.ports.vault import Vault
from tieline.service import Loop, Service
from tieline.settings import ConnectionSettings, Settings
from tieline.surfaces.ingest.doorway import DoorLimits
from tieline.surfaces.ingest.server import DoorServer

DAY_US = 86_400_000_000
SHUT_S = 0.1
"""How soon to look again for work that could not be claimed: places, guards or pauses may open."""
IDLE_S = 5.0


@dataclass(frozen=True, slots=True)
class Running:
    """A hub at work in this process."""

    hub: HubSpec
    journal: Committer
    back: Back
    calls: Calls
    server: DoorServer
    observer: Observer
    port: int


def open_vault(settings: Settings, environment: Mapping[str, str]) -> Vault:
    """Files first, then the environment."""
    vaults: list[Vault] = []
    if settings.secrets_folder is not None:
        vaults.append(FolderVault(Path(settings.secrets_folder)))
    return VaultChain(*vaults, EnvironmentVault(environment))


@asynccontextmanager
async def running(
    hub: HubSpec,
    settings: Settings,
    *,
    observer: Observer | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Running]:
    """Open the store, recover what a crash left, serve until the block ends, then stop in order."""
    observer = observer or CountingObserver()
    reach: Reach = CrashAt(settings.crash_at) if settings.crash_at else go_on
    clock, ids = SystemClock(), SystemIds()
    vault = open_vault(settings, os.environ if environment is None else environment)
    database = SqliteDatabase(settings.store, reach=reach)
    journal = Committer(database, max_waiting=settings.max_waiting)
    http = ThinHttpClient(extra_authorities=_path(settings.ca_file))
    calls = Calls(http, vault, clock, observer)
    admitter = Admitter(hub, ids, dedupe_us=int(settings.dedupe_days * DAY_US))
    outside = OutsideCaller(calls, clock, ids)
    lease = Lease(clock)
    back = Back(
        hub,
        admitter,
        calls,
        StepParts(journal, clock, ids, calls, outside, reach, may_start_effects=lease.holds),
        Settler(journal, clock, observer, reach),
    )
    back.places = Places(at_once=settings.at_once)
    front = Front(hub, FrontParts(journal, vault, clock, ids, observer, admitter, back, reach))
    clockwork = Clockwork(hub, admitter, journal, clock)
    keeping = Keeping(
        about=f"{platform.node()} pid {os.getpid()}",
        lease=lease,
        payloads_us=int(settings.keep_payloads_days * DAY_US),
        runs_us=int(settings.keep_runs_days * DAY_US),
    )
    house = Housekeeping(hub, back, journal, clock, keeping)
    await house.recover()
    await clockwork.register()
    service = Service(loops(back, calls, clockwork, house, clock), observer)
    server = DoorServer(front, clock, public_url=settings.public_url, limits=DoorLimits())
    try:
        await server.open(settings.host, settings.port)
        service.start()
        _spare_the_collector()
        yield Running(hub, journal, back, calls, server, observer, server.port)
    finally:
        await server.close(min(settings.shutdown_seconds, 5.0))
        await service.stop()
        await back.drain(settings.shutdown_seconds)
        await http.close()
        await journal.close()


def _spare_the_collector() -> None:
    """Everything made so far lives as long as the process; what requests make dies young.

    Measured: full collections over modules and declarations were 5 % of the relay's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def loops(
    back: Back, calls: Calls, clockwork: Clockwork, house: Housekeeping, clock: SystemClock
) -> list[Loop]:
    """What runs beside the door; each pass says how long it may rest."""

    async def claim() -> float:
        claimed, more = await back.claim_pass()
        if claimed and more:
            return 0.0
        return SHUT_S if more else IDLE_S

    async def due() -> float:
        while await back.due_pass():
            pass
        return _seconds_until(back.signals.next_due_us, clock.now_us(), most=5.0)

    async def fire() -> float:
        next_us = await clockwork.fire_pass()
        back.signals.look.set()
        return _seconds_until(next_us, clock.now_us(), most=30.0)

    async def wake() -> float:
        while calls.recovered:
            await house.wake(calls.recovered.pop())
        return 60.0

    async def limit() -> float:
        back.limit_pass()
        return 1.0

    return [
        Loop("time limits", limit),
        Loop("claim", claim, back.signals.look),
        Loop("wake", wake, calls.has_recovered),
        Loop("due", due, back.signals.due_changed),
        Loop("schedules", fire),
        Loop("heartbeat", house.beat_pass),
        Loop("sweeper", house.sweep_pass),
        Loop("retention", house.purge_pass),
    ]


def _seconds_until(when_us: int | None, now_us: int, *, most: float) -> float:
    if when_us is None:
        return most
    return min(max((when_us - now_us) / 1e6, 0.001), most)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def load_hub(
    reference: str, connections: Mapping[str, ConnectionSettings] | None = None
) -> HubSpec:
    """Import ``file.py:name`` or ``module:name`` and check it, with what the settings say of its
    connections. Raises SettingsError, DeclarationError."""
    place, _, name = reference.rpartition(":")
    if not place or not name:
        raise SettingsError("hub", reference, "use file.py:name or module:name")
    module = _load_file(place) if place.endswith(".py") else _load_module(place)
    found = getattr(module, name, None)
    if not isinstance(found, Hub):
        raise SettingsError("hub", reference, f"{place} has no Hub named {name!r}")
    return placed_hub(found, connections or {})


def placed_hub(hub: Hub, connections: Mapping[str, ConnectionSettings]) -> HubSpec:
    """*hub* as it runs here. Raises SettingsError, DeclarationError."""
    for name, said in connections.items():
        place = Place(
            base_url=said.base_url,
            allow=said.allow,
            attempts=said.attempts,
            first_wait=_duration(said.first_wait_seconds),
            longest_wait=_duration(said.longest_wait_seconds),
        )
        hub.place(name, place)
    return hub.spec()


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _load_file(place: str) -> object:
    path = Path(place).resolve()
    if not path.is_file():
        raise SettingsError("hub", place, "there is no such file; give --hub, or run where it is")
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SettingsError("hub", place, "it cannot be imported as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _load_module(place: str) -> object:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        raise SettingsError("hub", place, f"it cannot be imported: {error}") from None


async def serve(hub: HubSpec, settings: Settings) -> None:
    """Run until told to stop."""
    from tieline.service import until_told_to_stop

    async with running(hub, settings) as it:
        sys.stdout.write(
            f"tieline: {hub.name} listens on http://{settings.host}:{it.port}/in/<source>\n"
        )
        sys.stdout.flush()
        await until_told_to_stop()


def run(coroutine: object) -> None:
    """Run on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(coroutine)  # type: ignore[arg-type]
    else:
        uvloop.run(coroutine)  # type: ignore[arg-type]
