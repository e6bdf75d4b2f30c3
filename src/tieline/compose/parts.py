"""Wiring: settings and a hub go in; the parts of a process come out. It alone names backends."""

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from tieline.adapters.http.client import PooledHttpClient
from tieline.adapters.sql.committer import Committer
from tieline.adapters.telemetry.tallies import TallyObserver
from tieline.adapters.vault.chain import VaultChain
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.adapters.vault.folder import FolderVault
from tieline.compose.features import CONTROLLED, FEATURES, facts_of
from tieline.compose.store import OpenStore, open_file
from tieline.compose.telemetry import Telemetry, traced_share
from tieline.features.manifest import Feature, Loops
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import WorkerId
from tieline.model.fleet.presence import Beat
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
from tieline.pipeline.limits.guard import Guard
from tieline.pipeline.limits.leased import LeasedLimits
from tieline.pipeline.settle import Settler
from tieline.pipeline.steps.direct_call import DirectCaller
from tieline.pipeline.steps.parts import StepParts
from tieline.pipeline.steps.threads import StepThreads
from tieline.pipeline.upkeep.housekeeping import Housekeeping, HousekeepingPolicy
from tieline.pipeline.upkeep.leader import LeaderLease
from tieline.pipeline.upkeep.lease import Lease
from tieline.pipeline.upkeep.quotas import LimitSharing, QuotaLeasing, StoredConnectionStates
from tieline.pipeline.upkeep.store_time import StoreTime
from tieline.ports.caller import Caller
from tieline.ports.clock import Clock
from tieline.ports.crash_points import Reach
from tieline.ports.ids import Ids
from tieline.ports.observer import Observer
from tieline.ports.tenants import DeclaredTenants, TenantBook
from tieline.ports.vault import Vault
from tieline.ports.views import Views
from tieline.rules.privacy.exchange import ExchangePolicy as KeepingShown
from tieline.rules.privacy.open_address import is_exposed
from tieline.rules.runs.event_waits import event_keys
from tieline.rules.runs.starting import startable
from tieline.settings.settings import Settings
from tieline.surfaces.control.server import ControlServer
from tieline.surfaces.ingest.listener import ListenerLimits
from tieline.surfaces.ingest.server import IngestServer

DAY_US = 86_400_000_000


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
    http: PooledHttpClient
    calls: Calls
    caller: Caller
    back: Back
    house: Housekeeping
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
    """Make every part, over *store*, or over the file that the settings name.

    Raises StoreLocked, StoreCorrupt, SettingsError.
    """
    ids, reach = outside.ids, outside.reach
    store = store or open_file(settings.store, max_waiting=settings.max_waiting, reach=reach)
    shared_time = StoreTime(outside.clock) if store.file is None else None
    clock: Clock = shared_time or outside.clock
    observer = TallyObserver(clock.now_us, outside.observer, hub.heard())
    journal, views = store.journal, store.views
    base = Base(hub, journal, views, clock, observer)
    on_path = [one.on_path(base) for one in features if one.on_path is not None]
    hooks = merged([one.hooks for one in on_path])
    http = PooledHttpClient(extra_authorities=Path(settings.ca_file) if settings.ca_file else None)
    guard = Guard if _is_alone(store) else LeasedLimits
    calls = Calls(http, outside.vault, clock, observer, guard, hooks)
    tenants: TenantBook = hooks.tenants or DeclaredTenants(hub.tenants)
    admitter = _admitter(hub, ids, settings, hooks, tenants)
    lease = Lease(clock, int(settings.worker_silent_seconds * 1e6))
    step_parts = _step_parts(base, settings, outside, calls, lease)
    journal.observer = observer
    back = Back(hub, admitter, calls, step_parts, _settler(base, reach))
    back.places, back.tenants = _places(settings), tenants
    front_parts = _front_parts(base, outside, admitter, back, tenants)
    keeping = _keeping(settings, _beat(settings, back, store), lease, store, shared_time)
    keeping = replace(keeping, observer=observer, on_wake=hooks.on_wake)
    holds = _holds(base, back, calls, hooks)
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
        duty=_duty(keeping, journal, clock),
        holds=holds,
        sharing=_sharing(hub, store, calls, back.worker, clock),
        admitter=admitter,
        tenants=tenants,
        door=_door(Front(hub, front_parts), clock, settings),
        control=_control(store, holds, back, step_parts.threads),
        observer=observer,
        clock=clock,
        ids=ids,
        reach=reach,
        knowing=Counters(observer, journal, views, clock),
        loops=(*(one.loops for one in features), *(one.loops for one in on_path)),
        telemetry=outside.telemetry,
    )


def _holds(base: Base, back: Back, calls: Calls, hooks: PathHooks) -> PauseControl:
    observer = base.observer
    made = PauseControl(
        base.hub, back, calls, base.views, lambda command: observer.saw(facts_of(command))
    )
    made.on_pauses = hooks.on_pauses
    return made


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
        keeping=KeepingShown(settings.keep_requests == "all", sensitive_fields(base.hub)),
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


def _beat(settings: Settings, back: Back, store: OpenStore) -> Beat:
    """What this process says of itself with every beat."""
    host, pid = platform.node(), os.getpid()
    return Beat(
        back.worker,
        0,
        about=f"{host} pid {pid}",
        version=version("tieline"),
        roles=",".join(settings.roles),
        host=host,
        pid=pid,
        silent_us=int(settings.worker_silent_seconds * 1e6),
        knows=store.knows,
    )


def _duty(keeping: HousekeepingPolicy, journal: Committer, clock: Clock) -> LeaderLease:
    """For half as long as a worker may be silent: whoever has it beats far more often."""
    length_us = keeping.silent_us // 2
    worker, is_alone = keeping.beat.worker, keeping.is_alone
    return LeaderLease(journal, clock, worker, length_us, is_alone=is_alone)


def _keeping(
    settings: Settings, beat: Beat, lease: Lease, store: OpenStore, shared_time: StoreTime | None
) -> HousekeepingPolicy:
    return HousekeepingPolicy(
        beat=beat,
        lease=lease,
        payloads_us=int(settings.keep_payloads_days * DAY_US),
        runs_us=int(settings.keep_runs_days * DAY_US),
        history_us=int(settings.keep_history_days * DAY_US),
        upkeep=store.upkeep,
        silent_us=int(settings.worker_silent_seconds * 1e6),
        is_alone=shared_time is None,
        shared_time=shared_time,
    )


def _is_alone(store: OpenStore) -> bool:
    """Whether no other process can be at work on the store."""
    return store.file is not None


def _sharing(
    hub: HubSpec, store: OpenStore, calls: Calls, worker: WorkerId, clock: Clock
) -> LimitSharing:
    if _is_alone(store):
        return StoredConnectionStates(hub, calls, store.journal, store.views, clock)
    return QuotaLeasing(calls, store.journal, clock, worker)


def _door(front: Front, clock: Clock, settings: Settings) -> IngestServer:
    """The webhook door. Raises SettingsError for one that others reach without TLS, unsaid."""
    is_said = settings.insecure or (settings.public_url or "").startswith("https://")
    if ProcessRole.INGEST in settings.roles and is_exposed(settings.host) and not is_said:
        wanted = (
            "deliveries would cross the network in the clear: with a proxy in front that speaks "
            'TLS set public_url = "https://…", else listen on 127.0.0.1, or set insecure = true'
        )
        raise SettingsError("host", settings.host, wanted)
    return IngestServer(front, clock, public_url=settings.public_url, limits=_limits(settings))


def _limits(settings: Settings) -> ListenerLimits:
    return ListenerLimits(
        request_s=settings.request_seconds,
        idle_s=settings.idle_seconds,
        connections=settings.max_connections,
    )


def _control(
    store: OpenStore, holds: PauseControl, back: Back, threads: StepThreads
) -> ControlServer | None:
    if store.file is None:
        return None
    status = partial(_status, back, threads)
    return ControlServer(store.file, store.journal, CONTROLLED, after=holds.after, status=status)


def _status(back: Back, threads: StepThreads) -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "busy": back.busy,
        "paused_flows": sorted(back.paused),
        "step_threads": threads.size,
        "waiting_for_threads": {flow: count for flow, count in threads.waiting.items() if count},
    }
