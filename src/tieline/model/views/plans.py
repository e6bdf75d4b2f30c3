"""Plans: how to ask what an action about many things would do."""

from dataclasses import dataclass

from tieline.model.base.ids import IssueId, ReceiptId, RunId
from tieline.model.plans.plan import Plan
from tieline.model.question import Question
from tieline.model.replays.filter import ReplayFilter
from tieline.model.replays.operation import BulkFilter


@dataclass(frozen=True, slots=True)
class PlanReplay(Question[Plan]):
    """What a replay would do, with the hub's own flows and payloads."""

    filter: ReplayFilter
    as_new_action: bool = False


@dataclass(frozen=True, slots=True)
class PlanDecisions(Question[Plan]):
    """What one decision about runs would do: about those of a filter, or about named ones."""

    action: str
    """One of ``DecideMany``."""
    filter: BulkFilter | None = None
    run_ids: tuple[RunId, ...] = ()
    """If there is no filter."""
    as_new_action: bool = False


@dataclass(frozen=True, slots=True)
class PlanClosing(Question[Plan]):
    """What discarding deliveries in quarantine would do: named ones, or those that wait of a
    source, an issue or a tenant."""

    receipt_ids: tuple[ReceiptId, ...] = ()
    source: str | None = None
    issue: IssueId | None = None
    tenant: str | None = None
