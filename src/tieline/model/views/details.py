"""Details: one thing with everything about it, and what is read across several tables."""

from dataclasses import dataclass

from tieline.model.base.ids import EventId, IssueId, Micros, RunId, TenantId
from tieline.model.inbound.event import Event, Mention
from tieline.model.inbound.receipt import Receipt
from tieline.model.runs.run import UNDECIDED, AttemptRecord, ExchangeRecord
from tieline.model.views.rows import (
    AuditRow,
    ConnectionStateRow,
    DeadRow,
    EventRow,
    PauseRow,
    ReceiptRow,
    ReplayRow,
    RunRow,
    StepRow,
)


@dataclass(frozen=True, slots=True)
class ReceiptDetail:
    """A delivery with its bytes, and the events it made or repeats."""

    receipt: Receipt
    events: tuple[EventRow, ...]
    decision: str | None = None
    """What was decided about one in quarantine."""


@dataclass(frozen=True, slots=True)
class EventDetail:
    """An event with its payload, its runs and its names."""

    event: Event
    body: bytes | None
    """The receipt's body, when that is the payload."""
    receipt: ReceiptRow | None
    repeats: tuple[ReceiptRow, ...]
    """Deliveries that were recognised as this event again."""
    runs: tuple[RunRow, ...]
    mentions: tuple[Mention, ...]
    caused: tuple[EventRow, ...]
    """Events that its runs emitted, and edited copies of it."""


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with all that it remembers and tried."""

    run: RunRow
    event: EventRow
    steps: tuple[StepRow, ...]
    attempts: tuple[AttemptRecord, ...]
    mentions: tuple[Mention, ...]
    dead: DeadRow | None
    evidence: str | None
    """The end of the traceback that killed it."""
    lane_head: RunRow | None
    """The run at the head of its lane, when that is another one."""
    pauses: tuple[PauseRow, ...]
    audit: tuple[AuditRow, ...]
    exchanges: tuple[ExchangeRecord, ...] = ()
    """What was sent and answered, of those tries for which it was kept."""
    issues: tuple[IssueId, ...] = ()
    """What it has failed of."""
    states: tuple[ConnectionStateRow, ...] = ()
    """Of a run that is queued or waits: how connections stand."""

    @property
    def is_undecided(self) -> bool:
        """Whether it is dead, and waits for somebody's decision."""
        if self.run.state != "dead" or self.dead is None:
            return False
        return self.dead.resolution in UNDECIDED


@dataclass(frozen=True, slots=True)
class ReplayDetail:
    """A replay with the states of its runs."""

    replay: ReplayRow
    states: tuple[tuple[str, int], ...]
    exact: bool
    """False: it has more runs than were counted."""
    audit: tuple[AuditRow, ...]


@dataclass(frozen=True, slots=True)
class Trail:
    """All rows that belong together by correlation, unordered."""

    receipts: tuple[ReceiptRow, ...]
    events: tuple[EventRow, ...]
    runs: tuple[RunRow, ...]
    steps: tuple[StepRow, ...]
    attempts: tuple[AttemptRecord, ...]
    mentions: tuple[Mention, ...]
    dead: tuple[DeadRow, ...]
    audit: tuple[AuditRow, ...]
    whole: bool
    """False: there is more than one story can hold."""


@dataclass(frozen=True, slots=True)
class RunOfEvent:
    """A run that an event has had, as a replay must know it."""

    id: RunId
    flow: str
    state: str
    lane: str | None
    resolution: str | None
    """What was decided, if it has died and somebody decided."""


@dataclass(frozen=True, slots=True)
class BlockedLane:
    """A lane whose head goes nowhere until a person decides."""

    tenant: TenantId
    flow: str
    key: str
    head: RunId
    state: str
    """dead or held."""


@dataclass(frozen=True, slots=True)
class EventToReplay:
    """An event that a replay would run again."""

    event: Event
    body: bytes | None
    """The receipt's body, when that is the payload."""
    generation: int
    """The highest generation that any run of it has had."""
    past: tuple[RunOfEvent, ...] = ()
    """Its runs so far, oldest first."""
    is_aside: bool = False
    """Whether its delivery is in quarantine, undecided."""


@dataclass(frozen=True, slots=True)
class ReplayBatch:
    """The next events of a replay."""

    events: tuple[EventToReplay, ...]
    cursor: str
    """The last event that was looked at, wanted or not."""
    finished: bool
    """Nothing of the replay lies behind the cursor."""
    missing: tuple[EventId, ...] = ()
    """Events that are named, and not there."""


@dataclass(frozen=True, slots=True)
class EffectCount:
    """Effects that earlier runs of an event have made."""

    event_id: EventId
    flow: str
    effects: int


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """The state of the file, or of the database."""

    path: str
    """Where it is; an address comes without its password."""
    migration: str
    """The newest migration that the store has."""
    library: str
    """The version of SQLite that reads it, or of the server that has it."""
    store_bytes: int
    log_bytes: int | None
    """What the write-ahead log holds beyond the file; None: only the server's owner knows."""
    free_bytes: int | None
    holder: int | None
    """The process that has the file open for writing; None: nobody, or it is no file."""
    newest_us: Micros | None
    """The latest time that is stored anywhere."""
    faults: tuple[str, ...] | None
    """What the look at every page found; None: it was not asked for."""
    engine: str = "SQLite"
    snapshot_s: float | None = None
    """For how many seconds the oldest open transaction has kept what others delete."""
    hubs: tuple[str, ...] = ()
    """Of a server: the processes that beat, in words: ``process 4711 on hub-1``."""
    lines: int = 0
    """Of a server: connections of hubs, whether they beat or not."""

    @property
    def is_open(self) -> bool:
        """Whether a hub has it open, at work or not."""
        return self.holder is not None or bool(self.hubs) or self.lines > 0

    @property
    def openers(self) -> tuple[str, ...]:
        """The processes that have it open, in words."""
        return self.hubs if self.holder is None else (f"process {self.holder}",)


@dataclass(frozen=True, slots=True)
class Oddity:
    """Two rows that contradict each other."""

    kind: str
    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a slice of rows came to."""

    oddities: tuple[Oddity, ...]
    looked: int
    cursor: str | None
    """Where the next slice begins; None: there is none."""
