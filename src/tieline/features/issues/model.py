"""Issues: like failures as one thing; what is shown of them, asked about them and decided."""

from dataclasses import dataclass
from enum import StrEnum

from tieline.model.base.by import By
from tieline.model.base.ids import EventId, IssueId, Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand
from tieline.model.question import Question
from tieline.model.views.rows import AuditRow, ReceiptRow, RunRow
from tieline.model.views.views import EVERYTHING, Page, Window
from tieline.rules.formats.labels import kind_label, spoken


class IssueState(StrEnum):
    """Where an issue is."""

    OPEN = "open"
    """It fails, and nobody has said that they know."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody works on it; it alerts nobody else."""
    MUTED = "muted"
    """It is known and stays quiet, for ever or until a time."""
    RESOLVED = "resolved"
    """It is mended; the next failure opens it again, as a regression."""


UNRESOLVED = ("open", "acknowledged", "muted")


@dataclass(frozen=True, slots=True)
class IssueRow:
    """Like failures: of a flow (then ``flow`` is set), at the door of a source, or, with neither,
    an incident of a connection."""

    id: IssueId
    """Made from the fingerprint: the same failures have the same id in every store."""
    flow: str | None
    source: str | None
    """Set for deliveries that were refused, quarantined, or are of a tenant nobody knows."""
    connection: str | None
    """The connection whose call failed, if it was one."""
    kind: str
    """A ``FailureKind``, a dead letter's kind, ``in-doubt``, ``refused``, ``quarantined``,
    ``unknown-tenant`` …"""
    status: int | None
    """The HTTP status that was got, or that the sender was given."""
    words: str
    """The reason of the latest failure, redacted."""
    count: int
    """Failures since it was first seen; a run that is retried may fail many times."""
    subjects: int
    """Distinct runs, or deliveries."""
    first_us: Micros
    last_us: Micros
    state: IssueState
    until_us: Micros | None
    """When a mute ends; None: not by itself."""
    actor: str | None
    """Who changed the state last; ``tieline`` when it resolved by itself."""
    reason: str | None
    changed_us: Micros | None
    regressions: int
    """How often it failed again after it was resolved."""
    records: int = 0
    """Distinct business names of one kind, the kind that tells most of them apart, among the latest
    subjects (at most 50 are looked at); at the door, deliveries."""
    records_exact: bool = True
    """False: there are more subjects than were looked at."""
    tenants: int = 0
    """Distinct tenants among the same subjects."""
    needs_person: bool = False
    """A dead run, a held one or a delivery that is kept aside of it waits for a decision."""

    @property
    def headline(self) -> str:
        """What fails, and where."""
        return f"{spoken(kind_label(self.kind))} of {self.where}: {self.words}"

    @property
    def where(self) -> str:
        """The flow or the source; of an incident, the connection."""
        return self.flow or self.source or f"connection {self.connection}"


@dataclass(frozen=True, slots=True)
class AffectedRecord:
    """A business name that an issue touches."""

    kind: str
    key: str
    event_id: EventId


@dataclass(frozen=True, slots=True)
class IssueDetail:
    """An issue with samples of what it touches, newest first, and what people did about it."""

    issue: IssueRow
    runs: tuple[RunRow, ...]
    receipts: tuple[ReceiptRow, ...]
    records: tuple[AffectedRecord, ...]
    tenants: tuple[tuple[str, int], ...]
    """(tenant, subjects), most first; of the latest 1,000 subjects."""
    dead: int
    """Dead runs of it that wait for a decision, counted up to 1,000."""
    held: int
    """Held runs among the latest 1,000 subjects."""
    audit: tuple[AuditRow, ...]


@dataclass(frozen=True, slots=True)
class ListIssues(Question[Page[IssueRow]]):
    """Issues, the latest failure first; ``window`` is about the latest failure."""

    states: tuple[str, ...] = UNRESOLVED
    """Empty: all."""
    flow: str | None = None
    connection: str | None = None
    source: str | None = None
    kind: str | None = None
    window: Window = EVERYTHING
    needs_person: bool | None = None
    """Only those of which something waits for a decision, or does not."""
    tenant: str | None = None
    """Only those that touch this tenant."""


@dataclass(frozen=True, slots=True)
class IssueCounts:
    """How many issues are alive."""

    need_person: int
    """Open, and something of it waits for a decision."""
    healing: int
    """Open, and nothing does: what failed went well later, or is tried again."""
    acknowledged: int
    exact: bool
    """False: there are more than were counted."""

    @property
    def open(self) -> int:
        """All that nobody has acknowledged."""
        return self.need_person + self.healing


@dataclass(frozen=True, slots=True)
class CountIssues(Question[IssueCounts]):
    """Of all that are open or acknowledged."""


@dataclass(frozen=True, slots=True)
class ShowIssue(Question[IssueDetail]):
    """Raises NotFound. Its lists: ``ListRuns``, ``ListDead`` and ``ListReceipts`` take an issue."""

    id: IssueId


# --- what people and time make of them ---------------------------------------------------------


@value
class AcknowledgeIssue(OperatorCommand[Counted]):
    """Say that somebody works on it. Raises NotFound, and Conflict when it is resolved."""

    id: IssueId
    by: By


@value
class ResolveIssue(OperatorCommand[Counted]):
    """Say that it is mended; its next failure opens it again. Raises NotFound, Conflict."""

    id: IssueId
    by: By


@value
class MuteIssue(OperatorCommand[Counted]):
    """Keep it quiet until ``until_us``, or until somebody reopens it. Raises NotFound."""

    id: IssueId
    by: By
    until_us: Micros | None = None


@value
class ReopenIssue(OperatorCommand[Counted]):
    """Open it again. Raises NotFound, and Conflict when it is open."""

    id: IssueId
    by: By


@value
class TendIssues(Command[Counted]):
    """Resolve issues that have been quiet for long and have nothing left to decide, and end mutes
    whose time is over; bounded."""

    now_us: Micros
    quiet_since_us: Micros
    limit: int = 100
