"""Alert: what is wrong, for whom, since when and why; and the signs by which that is judged."""

from dataclasses import dataclass
from enum import StrEnum

from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted


class AlertKind(StrEnum):
    """What an alert is about."""

    ERROR_RATIO = "error-ratio"
    """Too many of the latest tries at a connection failed."""
    DEAD_LETTERS = "dead-letters"
    """Runs of a flow wait for a person's decision."""
    OLDEST_WAITING = "oldest-waiting"
    """A run of a flow is unfinished for too long."""
    BREAKER_OPEN = "breaker-open"
    """The breaker of a connection keeps its calls back."""
    UNHEALTHY = "connection-unhealthy"
    """The other side does not accept the credential of a connection."""
    SLOW = "connection-slow"
    """Calls of a connection take far longer than they used to."""
    SOURCE_SILENT = "source-silent"
    """Nothing came from a source for longer than its rhythm allows."""
    LOOP_BLOCKED = "loop-blocked"
    """A flow keeps its process from doing anything else."""
    SOURCE_REFUSES = "source-refuses"
    """All of the latest deliveries to a source were refused."""
    DISK_LOW = "disk-low"
    """The disk of the store is nearly full."""
    PROCESSES_DIFFER = "processes-differ"
    """Processes of the store do not go by the same hub and settings."""
    PROCESS_TROUBLE = "process-trouble"
    """Something is wrong with one process alone."""
    ROLE_MISSING = "role-missing"
    """No process at work is a worker, or a scheduler."""
    UNDECLARED_FLOW = "undeclared-flow"
    """Runs are unfinished of a flow that no process declares."""
    FLOW_NOT_EVERYWHERE = "flow-not-everywhere"
    """A process takes in events and does not know a flow that a newer release declares."""
    PARTS_MISSING = "parts-missing"
    """Tables of the store have no part for tomorrow, and it could not be made."""
    STORE_FAILING = "store-failing"
    """The store cannot be written; told from memory, since it cannot be written down."""


class AlertState(StrEnum):
    """Where an alert is."""

    PENDING = "pending"
    """It is so, but not for long enough yet that somebody should be told."""
    FIRING = "firing"
    ENDED = "ended"
    """It is no longer so."""


def unwritten(trouble: str, since_us: Micros) -> "AlertRow":
    """The alert of a store that cannot be written."""
    kind, subject = AlertKind.STORE_FAILING, "store"
    state, key = AlertState.FIRING, f"{kind} {subject}"
    return AlertRow(key, kind, subject, "", trouble, state, since_us, since_us, None, None, None)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert: the latest of its kind about its subject. A row of the alert table, in order."""

    key: str
    """``<kind> <subject>``."""
    kind: str
    subject: str
    """``flow:<name>``, ``connection:<name>``, ``source:<name>``, ``role:<name>``,
    ``process:<host and id>``, ``fleet`` or ``store``."""
    owner: str
    """Who declared to look after it; empty: nobody did."""
    reason: str
    state: str
    since_us: Micros
    """Since when it is so."""
    fired_us: Micros | None
    """When it had been so for long enough."""
    clear_us: Micros | None
    """Since when it is no longer so, while that may still be a moment's rest."""
    ended_us: Micros | None
    told_us: Micros | None
    """When the people concerned were last told of its state; None: they have to be."""


@dataclass(frozen=True, slots=True)
class KnownAlerts:
    """All alerts, with what the judge needs to go on."""

    turn: int
    """Grows with every judgement that is stored, so that of several judges one is heard."""
    memory: str
    """The judge's own notes, as JSON."""
    rows: tuple[AlertRow, ...]


@dataclass(frozen=True, slots=True)
class FlowBacklog:
    """The oldest run of a flow that has neither ended nor waits for a person."""

    flow: str
    run_id: str


@dataclass(frozen=True, slots=True)
class SourceDelivery:
    """The latest authentic delivery of a source."""

    source: str
    received_us: Micros


@dataclass(frozen=True, slots=True)
class RecentAttempts:
    """How the tries at a connection went in a span of time."""

    connection: str
    tries: int
    failures: int


@dataclass(frozen=True, slots=True)
class Signs:
    """What the store knows that counters in a process cannot."""

    ages: tuple[FlowBacklog, ...]
    sources: tuple[SourceDelivery, ...]
    tries: tuple[RecentAttempts, ...]
    snapshot_us: int | None
    """For how long the server has kept a snapshot for somebody; None: there is none."""
    dead: tuple[tuple[str, int], ...] = ()
    """Dead letters without a decision, by flow."""


@value
class KeepAlerts(Command[Counted]):
    """Store a judgement; nothing is stored (count 0) when another judge was faster."""

    turn: int
    """The turn of the book that was judged."""
    memory: str
    rows: tuple[AlertRow, ...]
    """Those that changed."""
    forgotten: tuple[str, ...] = ()
    """Keys of alerts that ended long ago."""
