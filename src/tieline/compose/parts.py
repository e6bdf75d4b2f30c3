"""Wiring: settings and a hub go in; the parts of a process come out. It alone names backends."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tieline.adapters.http.client import PooledHttpClient
from tieline.adapters.sql.committer import Committer
from tieline.adapters.telemetry.tallies import TallyObserver
from tieline.adapters.vault.chain import VaultChain
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.adapters.vault.folder import FolderVault
from tieline.compose import upkeep as wiring_upkeep
from tieline.compose.features import CONTROLLED, FEATURES, facts_of
from tieline.compose.store import OpenStore, open_file
from tieline.compose.telemetry import Telemetry, traced_share
from tieline.compose.tls_check import authorities
from tieline.features.manifest import Feature, Loops
from tieline.model.base.errors import SettingsError
from tieline.model.fleet.role import ProcessRole
from tieline.model.hub.flow import HubSpec
from tieline.operations.control import PauseControl
from tieline.operations.counters import Counters
from tieline.operations.redaction import sensitive_fields
from tieline.pipeline.admit import Admitter
from tieline.pipeline.back import Back, RunCapacity
from tieline.pipeline.call import Calls
from tieline.pipeline.front import Front, FrontParts
from tieline.pipeline.hooks import PathHooks, merged
from tieline.pipeline.settle import Settler
from tieline.pipeline.steps.direct_call import DirectCaller
from tieline.pipeline.steps.parts import StepParts
from tieline.pipeline.steps.threads import StepThreads
from tieline.pipeline.upkeep.housekeeping import Housekeeping
from tieline.pipeline.upkeep.leader import LeaderLease
from tieline.pipeline.upkeep.lease import Lease
from tieline.pipeline.upkeep.peers import Peers
from tieline.pipeline.upkeep.quotas import LimitSharing
from tieline.pipeline.upkeep.store_time import StoreTime
from tieline.ports.caller import Caller, Prober
from tieline.ports.clock import Clock
from tieline.ports.crash_points import Reach
from tieline.ports.http import HttpClient
from tieline.ports.ids import Ids
from tieline.ports.observer import Observer
from tieline.ports.tenants import DeclaredTenants, TenantBook
from tieline.ports.vault import Vault
from tieline.ports.views import Views
from tieline.rules.privacy.exchange import ExchangePolicy as KeepingShown
from tieline.rules.privacy.open_address import is_exposed
from tieline.rules.privacy.redact import nothing_known
from tieline.rules.runs.event_waits import event_keys
from tieline.rules.runs.starting import startable
from tieline.settings.settings import Settings
from tieline.surfaces.control.server import ControlServer
from tieline.surfaces.ingest.listener import ListenerLimits
from tieline.surfaces.ingest.server import IngestServer

DAY_US = wiring_upkeep.DAY_US


@dataclass(frozen=True, slots=True)
class ProcessPorts:
    """What a hub needs from around it."""

    vault: Vault
    observer: Observer
    clock: Clock
    ids: Ids
    reach: Reach
    telemetry: Telemetry | None = None
    """None: nobody counts, logs or traces beside the observer."""
    http: HttpClient | None = None
    """What calls go out through; None: the network."""


@dataclass(frozen=True, slots=True)
class Base:
    """What is there before the engine is put together."""

    hub: HubSpec
    journal: Committer
    views: Views
    clock: Clock
    observer: Observer


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one process, made and not yet started."""

    hub: HubSpec
    roles: frozenset[ProcessRole]
    store: OpenStore
    journal: Committer
    views: Views
    http: HttpClient
    calls: Calls
    caller: Caller
    back: Back
    house: Housekeeping
    peers: Peers
    """The other processes of the store."""
    duty: LeaderLease
    """Whether this process does what only one has to."""
    holds: PauseControl
    sharing: LimitSharing
    """What workers have in common of their connections."""
    admitter: Admitter
    tenants: TenantBook
    """Who is known."""
    door: IngestServer
    control: ControlServer | None
    """For people's commands, where they cannot reach the store beside its hub."""
    observer: Observer
    clock: Clock
    ids: Ids
    reach: Reach
    knowing: Counters
    loops: tuple[Loops, ...] = ()
    """Makes what features repeat."""
    telemetry: Telemetry | None = None

    @property
    def prober(self) -> Prober:
        """Who asks a connection's other side because a person says so."""
        return self.calls

    @property
    def chance(self) -> Callable[[], float]:
        """A number from 0 to 1, another each time."""
        return self.ids.chance

    def look(self) -> None:
        """There may be work: claim it without waiting for the next look."""
        self.back.look()


def open_vault(settings: Settings, environment: Mapping[str, str]) -> Vault:
    """Files first, then the environment."""
    vaults: list[Vault] = []
    if settings.secrets_folder is not None:
        vaults.append(FolderVault(Path(settings.secrets_folder)))
    return VaultChain(*vaults, EnvironmentVault(environment))


def assemble(
    hub: HubSpec,
    settings: Settings,
    outside: ProcessPorts,
    store: OpenStore | None = None,
    features: Sequence[Feature] = FEATURES,
) -> Parts:
    """Make every part, over *store* or the settings' file. Raises StoreError, SettingsError."""
    ids, reach = outside.ids, outside.reach
    store = store or open_file(settings.store, max_waiting=settings.max_waiting, reach=reach)
    shared_time = StoreTime(outside.clock) if store.file is None else None
    clock: Clock = shared_time or outside.clock
    observer = TallyObserver(clock.now_us, outside.observer, hub.heard())
    journal, views = _discreet(store.journal, outside.telemetry), store.views
    base = Base(hub, journal, views, clock, observer)
    on_path = [one.on_path(base) for one in features if one.on_path is not None]
    hooks = merged([one.hooks for one in on_path])
    http = outside.http or _network(settings)
    calls = Calls(http, outside.vault, clock, observer, wiring_upkeep.guard(store), hooks)
    tenants: TenantBook = hooks.tenants or DeclaredTenants(hub.tenants)
    admitter = _admitter(hub, ids, settings, hooks, tenants)
    lease = Lease(clock, int(settings.worker_silent_seconds * 1e6))
    step_parts = _step_parts(base, settings, outside, calls, lease)
    journal.observer = observer
    back = Back(hub, admitter, calls, step_parts, _settler(base, reach))
    back.places, back.tenants = _places(settings), tenants
    front_parts = _front_parts(base, outside, admitter, back, tenants)
    beat, peers = wiring_upkeep.presence(hub, settings, back, store, clock)
    keeping = wiring_upkeep.keeping(settings, beat, lease, store, shared_time)
    keeping = replace(keeping, observer=observer, on_wake=hooks.on_wake, troubles=calls.troubles)
    holds = _holds(base, back, calls, hooks)
    declared_in = {"hub": settings.hub, "folder": str(Path.cwd())}
    status = partial(_status, back, store, step_parts.threads, declared_in)
    return Parts(
        hub=hub,
        roles=frozenset(settings.roles),
        store=store,
        journal=journal,
        views=views,
        http=http,
        calls=calls,
        caller=step_parts.outside,
        back=back,
        house=Housekeeping(hub, back, journal, clock, keeping),
        peers=peers,
        duty=wiring_upkeep.duty(keeping, journal, clock),
        holds=holds,
        sharing=wiring_upkeep.sharing(hub, store, calls, back.worker, clock),
        admitter=admitter,
        tenants=tenants,
        door=_door(hub, front_parts, clock, settings),
        control=_control(store, holds, back, status),
        observer=observer,
        clock=clock,
        ids=ids,
        reach=reach,
        knowing=Counters(observer, journal, views, clock),
        loops=(*(one.loops for one in features), *(one.loops for one in on_path)),
        telemetry=outside.telemetry,
    )


def assemble_on_file(hub: HubSpec, store: Path, outside: ProcessPorts) -> Parts:
    """The parts of a hub inside another program, which makes the passes itself: on a store file,
    and with whatever settings have when nothing is said. Raises StoreLocked, StoreCorrupt."""
    return assemble(hub, Settings(store=str(store), port=0), outside)


def _network(settings: Settings) -> HttpClient:
    return PooledHttpClient(extra_authorities=authorities(settings))


def _holds(base: Base, back: Back, calls: Calls, hooks: PathHooks) -> PauseControl:
    observer = base.observer
    made = PauseControl(
        base.hub,
        back,
        calls,
        base.views,
        lambda command: observer.saw(facts_of(command)),
        base.journal,
        base.clock,
    )
    made.on_pauses = hooks.on_pauses
    return made


def _discreet(journal: Committer, telemetry: Telemetry | None) -> Committer:
    """*journal*, which keeps no secret of the hub that somebody writes into an order."""
    journal.clean = None if telemetry is None else telemetry.discretion.clean
    return journal


def _front_parts(
    base: Base, outside: ProcessPorts, admitter: Admitter, back: Back, tenants: TenantBook
) -> FrontParts:
    return FrontParts(
        base.journal,
        outside.vault,
        base.clock,
        outside.ids,
        base.observer,
        admitter,
        back,
        outside.reach,
        tenants,
        known=nothing_known if outside.telemetry is None else outside.telemetry.discretion.known,
    )


def _step_parts(
    base: Base, settings: Settings, outside: ProcessPorts, calls: Calls, lease: Lease
) -> StepParts:
    return StepParts(
        base.journal,
        base.clock,
        outside.ids,
        calls,
        DirectCaller(calls, base.clock, outside.ids),
        outside.reach,
        may_start_effects=lease.holds,
        observer=base.observer,
        keeping=KeepingShown(
            settings.kept_share,
            sensitive_fields(base.hub),
            longest=settings.keep_requests_characters,
        ),
        clean=str if outside.telemetry is None else outside.telemetry.discretion.clean,
        read=base.views.read,
        startable=partial(startable, base.hub.flows),
        threads=StepThreads(settings.step_threads),
        event_keys=event_keys(base.hub.flows.values()),
    )


def _settler(base: Base, reach: Reach) -> Settler:
    """Ends are told where some flow may wait for the end of a run."""
    tells_ends = any(flow.starts for flow in base.hub.flows.values())
    return Settler(base.journal, base.clock, base.observer, reach, tells_ends=tells_ends)


def _admitter(
    hub: HubSpec, ids: Ids, settings: Settings, hooks: PathHooks, tenants: TenantBook
) -> Admitter:
    dedupe_us, traced = int(settings.dedupe_days * DAY_US), traced_share(settings)
    after = hooks.after_admit
    return Admitter(hub, ids, dedupe_us=dedupe_us, traced=traced, after=after, tenants=tenants)


def _places(settings: Settings) -> RunCapacity:
    """A process that is no worker executes nothing."""
    is_worker = ProcessRole.WORKER in settings.roles
    return RunCapacity(at_once=settings.at_once if is_worker else 0)


def _door(hub: HubSpec, parts: FrontParts, clock: Clock, settings: Settings) -> IngestServer:
    """The webhook door. Raises SettingsError for one that others reach without TLS, unsaid."""
    is_said = settings.insecure or (settings.public_url or "").startswith("https://")
    if ProcessRole.INGEST in settings.roles and is_exposed(settings.host) and not is_said:
        wanted = (
            "deliveries would cross the network in the clear: with a proxy in front that speaks "
            'TLS set public_url = "https://…", else listen on 127.0.0.1, or set insecure = true'
        )
        raise SettingsError("host", settings.host, wanted)
    front = Front(hub, replace(parts, knows_address=settings.public_url is not None))
    return IngestServer(front, clock, public_url=settings.public_url, limits=_limits(settings))


def _limits(settings: Settings) -> ListenerLimits:
    return ListenerLimits(
        request_s=settings.request_seconds,
        idle_s=settings.idle_seconds,
        connections=settings.max_connections,
    )


def _control(
    store: OpenStore,
    holds: PauseControl,
    back: Back,
    status: Callable[[], dict[str, object]],
) -> ControlServer | None:
    if store.file is None:
        return None
    return ControlServer(store.file, store.journal, CONTROLLED, after=holds.after, status=status)


def _status(
    back: Back, store: OpenStore, threads: StepThreads, declared_in: Mapping[str, str]
) -> dict[str, object]:
    """With where the hub is declared: who asks may stand in another folder."""
    return {
        "pid": os.getpid(),
        "busy": back.busy,
        "paused_flows": sorted(back.paused),
        "unwritten": store.journal.trouble,
        **declared_in,
        "step_threads": threads.size,
        "waiting_for_threads": {flow: count for flow, count in threads.waiting.items() if count},
    }
