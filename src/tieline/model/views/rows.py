"""Rows: what a list shows of each thing; no payloads, no headers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tieline.model.base.ids import (
    NO_TENANT,
    EventId,
    IssueId,
    Micros,
    ReceiptId,
    ReplayId,
    RunId,
    TenantId,
    WorkerId,
)
from tieline.model.commands import ReplayFilter
from tieline.model.plans.plan import Plan
from tieline.model.runs.waits import Waits


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A delivery."""

    id: ReceiptId
    source: str
    received_us: Micros
    verdict: str
    status: int
    reason: str | None
    event_id: EventId | None
    remote: str | None
    body_bytes: int
    tenant: TenantId = NO_TENANT
    decision: str | None = None
    """In a list of the quarantine: ``closed``, or ``replayed: rpl_…``; None: it waits."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event's envelope."""

    id: EventId
    source: str
    type: str
    identity: str
    recorded_us: Micros
    correlation: str
    receipt_id: ReceiptId | None
    cause: str | None
    contract: str | None
    tenant: TenantId = NO_TENANT


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, and what the queue knows of it while it lives."""

    id: RunId
    flow: str
    event_id: EventId
    state: str
    lane: str | None
    priority: int
    generation: int
    replay_id: ReplayId | None
    created_us: Micros
    moved_us: Micros
    deadline_us: Micros | None
    reason: str | None
    due_us: Micros | None
    waits_kind: str | None
    waits_key: str | None
    """What it waits for while it is put down, such as ``connection`` and ``crm``."""
    doubt_step: str | None
    doubt_key: str | None
    """Of a held run: name and key of the step that a person must decide about."""
    behind: bool
    """Whether an earlier run of its lane has to end first."""
    tries: int
    worker: WorkerId | None
    tenant: TenantId = NO_TENANT

    @property
    def step_in_doubt(self) -> tuple[str, str] | None:
        """(name, key) of the step that a held run is about."""
        if self.doubt_step is None:
            return None
        return self.doubt_step, self.doubt_key or ""

    @property
    def waits(self) -> Waits | None:
        """What it waits for; None: a time, a place, or nothing."""
        if self.waits_kind is None:
            return None
        return Waits(self.waits_kind, self.waits_key or "")


@dataclass(frozen=True, slots=True)
class DeadRow:
    """A run that needs, or needed, a decision."""

    run_id: RunId
    flow: str
    kind: str
    reason: str
    at_us: Micros
    resolution: str | None
    resolved_us: Micros | None
    event_id: EventId
    lane: str | None
    issue: IssueId | None = None
    connection: str | None = None
    """Whose call it died of, if it was one."""
    tenant: TenantId = NO_TENANT


@dataclass(frozen=True, slots=True)
class StepRow:
    """What is remembered of a step; long results are cut."""

    run_id: RunId
    name: str
    key: str
    state: str
    effect: str
    effect_key: str | None
    tries: int
    started_us: Micros
    finished_us: Micros | None
    result_bytes: int | None
    result: bytes | None


@dataclass(frozen=True, slots=True)
class RunLine:
    """What a flow wrote down while it ran."""

    at_us: Micros
    said: bool
    """To whom it is about; otherwise to those who run the hub."""
    words: str


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A flow, connection or tenant that somebody holds."""

    kind: str
    name: str
    actor: str
    reason: str
    since_us: Micros
    until_us: Micros | None = None
    """When it ends by itself; None: when somebody resumes."""


@dataclass(frozen=True, slots=True)
class ConnectionStateRow:
    """How a connection stands with all workers; times as of the store's clock."""

    tenant: str
    connection: str
    breaker: str
    """``closed``, ``open`` or ``probing``."""
    until_us: Micros
    """Until when no probe may go out, or the one that is out counts as lost; 0: no such time."""
    streak: int
    successes: int
    refusals: int
    """How often in a row the credential was refused."""
    refused_until_us: Micros
    quiet_until_us: Micros
    """Until when the provider asked for a pause; 0: it did not."""
    allowance: int
    """Calls in flight at most, over all workers; 0: as many as declared."""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A process of a hub."""

    id: WorkerId
    beat_us: Micros
    started_us: Micros
    about: str
    version: str
    """Of Tieline; empty: an old one, which did not say."""
    roles: str
    host: str
    pid: int
    runs: int
    """How many it holds."""
    ahead_us: int | None = None
    """How far the clock of its machine is ahead of the store's; None: it did not say."""
    silent_us: int = 30_000_000
    """Whoever has not heard of it for this long may take what it holds."""
    stopped_us: Micros | None = None
    """When it ended by itself, and still held something."""
    hub: str = ""
    """The name of its hub; empty: an old one, which did not say."""
    declares: str = ""
    """The digest of what it goes by."""
    troubles: str = ""
    """What is wrong with this process alone, a line each."""
    blocked: str | None = None
    """What last kept its loop from turning, in words."""
    blocked_flow: str | None = None
    blocked_us: Micros | None = None
    """When that was told."""


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """A replay and how far it is."""

    id: ReplayId
    filter: ReplayFilter
    per_second: int
    as_new_action: bool
    state: str
    """running, done, cancelled; partly: it has made fewer runs than were planned."""
    cursor: str
    planned: int
    """Events that were found when it was planned."""
    admitted: int
    """Runs that it has stored, or taken up again, so far."""
    started_us: Micros
    moved_us: Micros
    would: int | None = None
    """Runs that it was to make, by its plan; None: an earlier release began it."""
    not_made: Mapping[str, int] = field(default_factory=dict)
    """By the reason why nothing was made, how many; with those that the plan left out."""
    plan: Plan | None = None
    """Without examples."""
    waiting: int = 0
    """Of the runs, how many have not ended; in a list, among its first thousand."""
    progress: str = ""
    """Its state in words; ``done`` only once its runs have ended."""
    ending: str = ""
    """Made and not made, with the reasons."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """What somebody did; each hash covers the one before."""

    seq: int
    at_us: Micros
    actor: str
    action: str
    subject: str
    reason: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class FlowCount:
    """The unfinished runs of one flow."""

    flow: str
    ready: int = 0
    behind: int = 0
    """Ready, but an earlier run of their lane has to end first."""
    running: int = 0
    retrying: int = 0
    waiting: int = 0
    held: int = 0
    dead: int = 0
    """Without a decision."""


@dataclass(frozen=True, slots=True)
class WorkCount:
    """All that is unfinished."""

    flows: tuple[FlowCount, ...]
    oldest: RunRow | None
    """The oldest run that has not ended."""
    exact: bool
    """False: there is more than was counted."""


@dataclass(frozen=True, slots=True)
class ConnectionCalls:
    """How the latest tries of a connection went."""

    connection: str
    tries: int
    failures: int
    last_us: Micros
    last_outcome: str
    last_status: int | None
    last_detail: str | None
