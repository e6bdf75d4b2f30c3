"""Wiring of upkeep: settings come in; what a process says, keeps in order and shares goes out."""

import os
import platform
from importlib.metadata import version

from tieline.adapters.sql.committer import Committer
from tieline.compose.store import OpenStore
from tieline.model.base.ids import WorkerId
from tieline.model.fleet.declaration import Declaration
from tieline.model.fleet.presence import Beat
from tieline.model.hub.flow import HubSpec
from tieline.pipeline.back import Back
from tieline.pipeline.call import Calls
from tieline.pipeline.limits.guard import Guard
from tieline.pipeline.limits.leased import LeasedLimits
from tieline.pipeline.upkeep.housekeeping import HousekeepingPolicy
from tieline.pipeline.upkeep.leader import LeaderLease
from tieline.pipeline.upkeep.lease import Lease
from tieline.pipeline.upkeep.peers import Peers
from tieline.pipeline.upkeep.quotas import LimitSharing, QuotaLeasing, StoredConnectionStates
from tieline.pipeline.upkeep.store_time import StoreTime
from tieline.ports.clock import Clock
from tieline.rules.fleet.declaring import declaration_of
from tieline.settings.settings import Settings

DAY_US = 86_400_000_000


def presence(
    hub: HubSpec, settings: Settings, back: Back, store: OpenStore, clock: Clock
) -> tuple[Beat, Peers]:
    """What this process says of itself with every beat, and whom it is held against."""
    own, alone = declaration_of(hub, settings.shared), is_alone(store)
    peers = Peers(own, back.worker, store.journal, store.views, clock, is_alone=alone)
    return _beat(settings, back, store, own), peers


def _beat(settings: Settings, back: Back, store: OpenStore, declaration: Declaration) -> Beat:
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
        hub=declaration.hub,
        declares=declaration.digest,
    )


def duty(keeping: HousekeepingPolicy, journal: Committer, clock: Clock) -> LeaderLease:
    """For half as long as a worker may be silent: whoever has it beats far more often."""
    length_us = keeping.silent_us // 2
    worker, is_alone = keeping.beat.worker, keeping.is_alone
    return LeaderLease(journal, clock, worker, length_us, is_alone=is_alone)


def keeping(
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


def is_alone(store: OpenStore) -> bool:
    """Whether no other process can be at work on the store."""
    return store.file is not None


def guard(store: OpenStore) -> type[Guard]:
    """What keeps the limits of a connection: with others, where there may be others."""
    return Guard if is_alone(store) else LeasedLimits


def sharing(
    hub: HubSpec, store: OpenStore, calls: Calls, worker: WorkerId, clock: Clock
) -> LimitSharing:
    if is_alone(store):
        return StoredConnectionStates(hub, calls, store.journal, store.views, clock)
    return QuotaLeasing(calls, store.journal, clock, worker)
