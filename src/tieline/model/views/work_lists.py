"""Work lists: tries, lanes, connections, workers, the live tail and the one search box."""

from dataclasses import dataclass

from tieline.model.base.ids import EventId, Micros, RunId, TenantId, WorkerId
from tieline.model.inbound.event import Mention
from tieline.model.question import Question
from tieline.model.views.rows import (
    ConnectionCalls,
    ConnectionStateRow,
    PauseRow,
    ReceiptRow,
    RunRow,
    WorkerRow,
)
from tieline.model.views.views import EVERYTHING, Page, Window


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try, with the run that made it."""

    seq: int
    run_id: RunId
    flow: str | None
    """None: the run has been forgotten."""
    event_id: EventId | None
    step: str
    key: str
    number: int
    connection: str | None
    at_us: Micros
    took_us: int
    status: int | None
    outcome: str
    """``done``, a ``FailureKind``, ``in-doubt`` …"""
    retry_us: Micros | None
    detail: str | None
    trace: str | None


@dataclass(frozen=True, slots=True)
class ListAttempts(Question[Page[AttemptRow]]):
    """Tries, newest first."""

    connection: str | None = None
    flow: str | None = None
    outcome: str | None = None
    """An exact outcome, or ``failed`` for every one but done, confirmed and skipped."""
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A lane that stands still because its first run does."""

    flow: str
    tenant: TenantId
    lane: str
    head: RunId
    state: str
    """Of the head: dead, held, retrying or waiting."""
    reason: str | None
    since_us: Micros
    due_us: Micros | None
    behind: int
    """Runs that wait behind it, counted up to 1,000."""


@dataclass(frozen=True, slots=True)
class ListLanes(Question[tuple[LaneRow, ...]]):
    """Lanes that stand still: dead and held heads first; at most ``limit`` of each state."""

    flow: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """A connection as the store knows it."""

    name: str
    calls: ConnectionCalls | None
    """Its latest tries; None: none among the latest of all."""
    paused: PauseRow | None
    waiting: int
    """Runs that wait for it, counted up to 1,000."""
    errors: tuple[AttemptRow, ...]
    """Its last failures, newest first, at most 5."""
    standings: tuple[ConnectionStateRow, ...] = ()
    """Its breaker and what else all workers share of it, by tenant; empty: nothing to tell."""


@dataclass(frozen=True, slots=True)
class ListConnections(Question[tuple[ConnectionHealth, ...]]):
    """Connections that were called, paused or waited for; ``names`` adds declared ones."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkerDetail:
    """A worker with the runs that it holds."""

    worker: WorkerRow
    runs: tuple[RunRow, ...]
    """Oldest first, at most 200."""


@dataclass(frozen=True, slots=True)
class ShowWorker(Question[WorkerDetail]):
    """Raises NotFound."""

    id: WorkerId


@dataclass(frozen=True, slots=True)
class CountHands(Question[tuple[tuple[WorkerId, int], ...]]):
    """How many runs each worker holds."""


@dataclass(frozen=True, slots=True)
class ListMentions(Question[tuple[Mention, ...]]):
    """The business names that these events and their runs carry: for a page of them, at most 500
    in all."""

    event_ids: tuple[EventId, ...]


@dataclass(frozen=True, slots=True)
class TailPage:
    """What happened since the cursor, each list oldest first."""

    receipts: tuple[ReceiptRow, ...]
    attempts: tuple[AttemptRow, ...]
    runs: tuple[RunRow, ...]
    """Runs that are new or have moved: of these receipts and tries, and live ones from before."""
    cursor: str
    """Give it as ``after`` next time."""
    is_cut: bool
    """There was more than ``limit``: the oldest of it was left out."""


@dataclass(frozen=True, slots=True)
class Tail(Question[TailPage]):
    """The live tail; each row is given once, also one whose transaction ended late.

    Cheap enough to be asked every second by one poller per process.
    """

    after: str | None = None
    """None: the newest rows, to begin with."""
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Match:
    """Something that a search found, best first."""

    kind: str
    """reference, event, run, receipt, replay, issue, tenant, correlation or trace."""
    id: str
    """For a reference ``kind:key``."""
    words: str
    """What it is, in a line."""
    at_us: Micros | None
    tenant: TenantId | None = None
    """Whose, where several tenants have something of this name."""


@dataclass(frozen=True, slots=True)
class Find(Question[tuple[Match, ...]]):
    """The one search box: any id, a business key or ``kind:key``, a correlation, a trace id, or a
    provider's event id (of the latest 2,000 events). At most 50; empty: nothing is known."""

    text: str
