"""Wiring: settings and a hub go in; a running process comes out. Only here backends are named."""

import asyncio
import gc
import importlib
import importlib.util
import os
import platform
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from tieline.adapters.http.client import ThinHttpClient
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase, library_version
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.crashpoints import CrashAt
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.telemetry.lines import LineObserver
from tieline.adapters.vault.chain import VaultChain
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.adapters.vault.folder import FolderVault
from tieline.authoring.hub import Hub
from tieline.authoring.place import Place
from tieline.model.errors import SettingsError
from tieline.model.flow import HubSpec
from tieline.operations.holds import Holds
from tieline.operations.replay import replay_pass
from tieline.pipeline.admit import Admitter
from tieline.pipeline.back import Back, Places
from tieline.pipeline.call import Calls
from tieline.pipeline.clockwork import Clockwork
from tieline.pipeline.front import Front, FrontParts
from tieline.pipeline.housekeeping import Housekeeping, Keeping
from tieline.pipeline.lease import Lease
from tieline.pipeline.outside import OutsideCaller
from tieline.pipeline.settle import Settler
from tieline.pipeline.step_parts import StepParts
from tieline.ports.clock import Clock
from tieline.ports.crashpoints import Reach, go_on
from tieline.ports.ids import Ids
from tieline.ports.observer import Observer
from tieline.ports.vault import Vault
from tieline.service import Loop, Service, until_told_to_stop
from tieline.settings import ConnectionSettings, Settings
from tieline.surfaces.control.server import ControlServer
from tieline.surfaces.ingest.doorway import DoorLimits
from tieline.surfaces.ingest.server import DoorServer

DAY_US = 86_400_000_000
SHUT_S = 0.1
"""How soon to look again for work that could not be claimed: places, guards or pauses may open."""
IDLE_S = 5.0
LONG_S = 30.0


@dataclass(frozen=True, slots=True)
class Outside:
    """What a hub needs from around it."""

    vault: Vault
    observer: Observer
    clock: Clock
    ids: Ids
    reach: Reach


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one process, made and not yet started."""

    hub: HubSpec
    journal: Committer
    views: SqliteReader
    http: ThinHttpClient
    calls: Calls
    back: Back
    clockwork: Clockwork
    house: Housekeeping
    holds: Holds
    admitter: Admitter
    door: DoorServer
    control: ControlServer
    observer: Observer
    clock: Clock


@dataclass(frozen=True, slots=True)
class Running:
    """A hub at work in this process."""

    parts: Parts
    port: int

    @property
    def observer(self) -> Observer:
        """Who is told what happens."""
        return self.parts.observer


def open_vault(settings: Settings, environment: Mapping[str, str]) -> Vault:
    """Files first, then the environment."""
    vaults: list[Vault] = []
    if settings.secrets_folder is not None:
        vaults.append(FolderVault(Path(settings.secrets_folder)))
    return VaultChain(*vaults, EnvironmentVault(environment))


def assemble(hub: HubSpec, settings: Settings, outside: Outside) -> Parts:
    """Open the store and make every part. Raises StoreLocked, StoreCorrupt, SettingsError."""
    clock, ids, observer, reach = outside.clock, outside.ids, outside.observer, outside.reach
    store = Path(settings.store)
    journal = Committer(SqliteDatabase(store, reach=reach), max_waiting=settings.max_waiting)
    views = SqliteReader(store)
    authorities = None if settings.ca_file is None else Path(settings.ca_file)
    http = ThinHttpClient(extra_authorities=authorities)
    calls = Calls(http, outside.vault, clock, observer)
    admitter = Admitter(hub, ids, dedupe_us=int(settings.dedupe_days * DAY_US))
    lease = Lease(clock)
    unremembered = OutsideCaller(calls, clock, ids)
    step_parts = StepParts(
        journal, clock, ids, calls, unremembered, reach, may_start_effects=lease.holds
    )
    settler = Settler(journal, clock, observer, reach)
    back = Back(hub, admitter, calls, step_parts, settler)
    back.places = Places(at_once=settings.at_once)
    front = Front(
        hub, FrontParts(journal, outside.vault, clock, ids, observer, admitter, back, reach)
    )
    keeping = Keeping(
        about=f"{platform.node()} pid {os.getpid()}",
        lease=lease,
        payloads_us=int(settings.keep_payloads_days * DAY_US),
        runs_us=int(settings.keep_runs_days * DAY_US),
    )
    holds = Holds(hub, back, calls, views)
    return Parts(
        hub=hub,
        journal=journal,
        views=views,
        http=http,
        calls=calls,
        back=back,
        clockwork=Clockwork(hub, admitter, journal, clock, reach),
        house=Housekeeping(hub, back, journal, clock, keeping),
        holds=holds,
        admitter=admitter,
        door=DoorServer(front, clock, public_url=settings.public_url, limits=_limits(settings)),
        control=ControlServer(store, journal, after=holds.after, status=partial(_status, back)),
        observer=observer,
        clock=clock,
    )


def _limits(settings: Settings) -> DoorLimits:
    return DoorLimits(
        request_s=settings.request_seconds,
        idle_s=settings.idle_seconds,
        connections=settings.max_connections,
    )


def _status(back: Back) -> dict[str, object]:
    return {"pid": os.getpid(), "busy": back.busy, "paused_flows": sorted(back.paused)}


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
        clock=SystemClock(),
        ids=SystemIds(),
        reach=CrashAt(settings.crash_at) if settings.crash_at else go_on,
    )
    parts = assemble(hub, settings, outside)
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
        at_end.push_async_callback(parts.control.close)
        at_end.push_async_callback(parts.door.close, min(settings.shutdown_seconds, 5.0))
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
    """Run until told to stop; say on stderr what somebody should know of meanwhile."""
    observer = LineObserver(sys.stderr, SystemClock().now_us)
    for warning in warnings(hub, open_vault(settings, os.environ)):
        _say(f"warning: {warning}")
    async with running(hub, settings, observer=observer) as it:
        _say(f"{hub.name} keeps its store in {settings.store} (SQLite {library_version()})")
        for name in hub.webhooks():
            _say(f"source {name}: http://{settings.host}:{it.port}/in/{name}")
        _say("ready")
        name = await until_told_to_stop()
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
