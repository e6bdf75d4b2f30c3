"""Views: the questions that people ask of a store; each is a frozen value with one answer type.

``answer = await views.read(question)``. Lists come newest first and in pages: a page looks at a
bounded number of rows, so it may hold few or none and still have a cursor; the cursor of a page,
given as ``before``, asks for what lies behind it.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tieline.model.base.ids import EventId, IssueId, Micros, ReceiptId, ReplayId, RunId, TenantId
from tieline.model.commands import ReplayFilter
from tieline.model.inbound.event import Reference
from tieline.model.people.alert import AlertRow, KnownAlerts, Signs
from tieline.model.question import Question as Question
from tieline.model.runs.waits import EventWait, Waits
from tieline.model.views.details import (
    BlockedLane,
    Checked,
    EffectCount,
    EventDetail,
    ReceiptDetail,
    ReplayBatch,
    ReplayDetail,
    RunDetail,
    StoreHealth,
    Trail,
)
from tieline.model.views.engine_report import StoreReport
from tieline.model.views.rows import (
    AuditRow,
    ConnectionCalls,
    ConnectionStateRow,
    DeadRow,
    EventRow,
    PauseRow,
    ReceiptRow,
    ReplayRow,
    RunRow,
    WorkCount,
    WorkerRow,
)

R = TypeVar("R")

MOST_ROWS = 500
"""The largest page; a larger ``limit`` is cut to this."""


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some rows of a list, newest first."""

    rows: tuple[R, ...]
    cursor: str | None
    """Where to go on; None: there is nothing behind."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: a time span, a cursor and a size."""

    since_us: Micros | None = None
    until_us: Micros | None = None
    before: str | None = None
    """The cursor of the page before."""
    limit: int = 50


EVERYTHING = Window()


# --- lists ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListReceipts(Question[Page[ReceiptRow]]):
    """Deliveries at the door."""

    source: str | None = None
    verdict: str | None = None
    window: Window = EVERYTHING
    issue: IssueId | None = None
    """Only those that belong to it."""
    reason: str | None = None
    """Only those whose reason has this text in it."""
    decided: bool | None = None
    """Of those in quarantine: only these that are decided, or are not."""
    tenant: str | None = None
    header: str | None = None
    """Only those with this text in a header that is kept, or in the query of a refused one."""


@dataclass(frozen=True, slots=True)
class ListEvents(Question[Page[EventRow]]):
    """Recorded events."""

    source: str | None = None
    type: str | None = None
    """An exact type, or ``prefix.*``."""
    window: Window = EVERYTHING
    correlation: str | None = None
    reference: Reference | None = None
    """Only those that carry this business name, themselves or by a run."""
    identity: str | None = None
    """Only those whose identity has this text in it."""
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class ReadEventWait(Question[EventDetail | None]):
    """The first event that ends *wait*, with its payload and no more; None: there is none yet."""

    wait: EventWait
    id: EventId | None = None
    """The one that ended it, where that is known."""


@dataclass(frozen=True, slots=True)
class ReadRun(Question[RunRow | None]):
    """A run and how it stands, with nothing that belongs to it; None: it has been forgotten."""

    id: RunId


@dataclass(frozen=True, slots=True)
class ListRuns(Question[Page[RunRow]]):
    """Runs; the window is about when a run was made."""

    flow: str | None = None
    state: str | None = None
    replay: ReplayId | None = None
    window: Window = EVERYTHING
    issue: IssueId | None = None
    """Only those that belong to it."""
    waits: Waits | None = None
    """Only live ones that wait for this."""
    tenant: str | None = None
    correlation: str | None = None
    """Goes with flow, state, replay, waits and tenant; issue is then not looked at."""


@dataclass(frozen=True, slots=True)
class ListDead(Question[Page[DeadRow]]):
    """Dead letters."""

    flow: str | None = None
    kind: str | None = None
    decided: bool = False
    """Those that somebody has decided, instead of those that wait for it."""
    window: Window = EVERYTHING
    issue: IssueId | None = None
    """Only those that died of it."""
    connection: str | None = None
    """Only those that died of a call of this connection."""
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class ListReplays(Question[Page[ReplayRow]]):
    """Replays."""

    state: str | None = None
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class ListAudit(Question[Page[AuditRow]]):
    """What people did, with the hash chain; ``window.before`` is a sequence number as text."""

    subject: str | None = None
    window: Window = EVERYTHING
    actor: str | None = None
    action: str | None = None
    logins: bool = True
    """Also log-ins and log-outs."""


@dataclass(frozen=True, slots=True)
class ListConnectionStates(Question[tuple[ConnectionStateRow, ...]]):
    """How connections stand: breaker, credential, pauses that providers asked for; by name."""


@dataclass(frozen=True, slots=True)
class ListPauses(Question[tuple[PauseRow, ...]]):
    """All flows and connections that somebody holds."""


@dataclass(frozen=True, slots=True)
class ListWorkers(Question[tuple[WorkerRow, ...]]):
    """The processes that beat, or did until lately."""


@dataclass(frozen=True, slots=True)
class CountWork(Question[WorkCount]):
    """How much is unfinished, by flow and state."""


@dataclass(frozen=True, slots=True)
class CountCalls(Question[tuple[ConnectionCalls, ...]]):
    """How the latest tries of each connection went."""


@dataclass(frozen=True, slots=True)
class ListAlerts(Question[tuple[AlertRow, ...]]):
    """What is firing, the newest first; with ``ended`` also what fired within the last days, with
    ``pending`` also what is wrong, but not for long enough yet that people are told."""

    ended: bool = False
    pending: bool = False


@dataclass(frozen=True, slots=True)
class ReadKnownAlerts(Question[KnownAlerts]):
    """Everything that the next judgement builds on."""


@dataclass(frozen=True, slots=True)
class ReadSigns(Question[Signs]):
    """What alerts are judged by, and gauges show: of tries, those since ``since_us``."""

    since_us: Micros


# --- one thing, with everything about it ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShowReceipt(Question[ReceiptDetail]):
    """Raises NotFound."""

    id: ReceiptId


@dataclass(frozen=True, slots=True)
class ShowEvent(Question[EventDetail]):
    """Raises NotFound."""

    id: EventId


@dataclass(frozen=True, slots=True)
class ShowRun(Question[RunDetail]):
    """Raises NotFound."""

    id: RunId


@dataclass(frozen=True, slots=True)
class ShowReplay(Question[ReplayDetail]):
    """Raises NotFound."""

    id: ReplayId


# --- across tables ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadTrail(Question[Trail]):
    """Everything that belongs to one business name, one id or one correlation.

    Give a name or an id. Raises NotFound when nothing carries it, and CommandRefused when it is
    known of several tenants and none is named.
    """

    reference: Reference | None = None
    id: str | None = None
    """An event's, run's or receipt's id; any other text is taken as a correlation."""
    tenant: str | None = None
    """Whose; None: it must be of one. Two tenants' order 7777 are two stories."""


@dataclass(frozen=True, slots=True)
class FindKey(Question[tuple[Reference, ...]]):
    """The business names that have this key, of whatever kind."""

    key: str


@dataclass(frozen=True, slots=True)
class NextReplayBatch(Question[ReplayBatch]):
    """The next events of a replay, oldest first, with their payloads."""

    filter: ReplayFilter
    after: str
    """The last event id that is dealt with; empty at the start."""
    until_us: Micros
    """Events recorded later are not part of it."""
    limit: int = 100


@dataclass(frozen=True, slots=True)
class CountEffects(Question[tuple[EffectCount, ...]]):
    """How many effects earlier runs of these events have made, by event and flow."""

    event_ids: tuple[EventId, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ListBlockedLanes(Question[tuple[BlockedLane, ...]]):
    """Those of these lanes whose head is dead or held."""

    lanes: tuple[tuple[TenantId, str, str], ...] = ()
    """(tenant, flow, key)."""


# --- health -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckStore(Question[StoreHealth]):
    """The state of the file; ``pages`` reads all of it and may take minutes."""

    pages: bool = False


@dataclass(frozen=True, slots=True)
class InspectStore(Question[StoreReport]):
    """What the engine says of the store: sizes, migrations, who is connected, what holds it up."""


@dataclass(frozen=True, slots=True)
class CheckRows(Question[Checked]):
    """A slice of one kind of rows that must not contradict another kind."""

    part: str
    """One of ``PARTS``."""
    after: str = ""
    limit: int = 5_000


PARTS = ("work", "lane", "run", "audit")
"""Work against its run, lanes against their heads, live runs without work, the audit chain."""
