"""Hooks of the engine's transactions: what features store in the same commit as the engine does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tieline.adapters.sql.statement import Steps
from tieline.model.base.ids import IssueId, Micros
from tieline.model.base.value import value
from tieline.model.commands import Purge, Settle
from tieline.model.inbound.receipt import Receipt
from tieline.rules.runs.failure import Failure

InIngest = Callable[[Sequence[Receipt]], Steps[None]]
"""Is given the receipts of a batch, once they are stored."""
InSettle = Callable[[Sequence[Settle]], Steps[None]]
"""Is given the ends of executions whose claim was valid, once they are stored."""
InForget = Callable[[Sequence[tuple[str, str]]], Steps[None]]
"""Is given (tenant, run id) of finished runs that retention forgets, before they are gone."""
InPurge = Callable[[Purge], Steps[None]]
"""A bite of retention: forgets what a feature keeps, within the limit of the bite."""


@value
class Failed:
    """An execution or a delivery that failed, and whom it touches."""

    failure: Failure
    subject: str
    """A run's or a receipt's id."""
    event_id: str
    """Of a delivery; that of a run is found by its run."""
    tenant: str
    at_us: Micros
    issue: IssueId | None = None
    """What it belongs to, which its dead letter names; None as long as nothing has grouped it."""


@dataclass(frozen=True, slots=True)
class IssueHook:
    """How executions that fail are put together. Both steps are done in the transaction that stores
    their ends, and neither for a batch in which nothing failed."""

    group: Callable[[Sequence[Failed]], Steps[Sequence[Failed]]]
    """Before dead letters are written: answers the same failures, in their order, each with what it
    belongs to."""
    count: Callable[[Sequence[Failed]], Steps[None]]
    """Once everything else is written: it may lock rows for which other batches wait."""


@dataclass(frozen=True, slots=True)
class CommitHooks:
    """Each is a sans-IO step within the engine's transaction: if it raises, nothing is stored."""

    in_ingest: tuple[InIngest, ...] = ()
    in_settle: tuple[InSettle, ...] = ()
    in_forget: tuple[InForget, ...] = ()
    in_purge: tuple[InPurge, ...] = ()
    grouping: IssueHook | None = None
    """None: dead letters name no issue. At most one feature has it."""

    def ingested(self, receipts: Sequence[Receipt]) -> Steps[None]:
        """Receipts were stored."""
        for hook in self.in_ingest:
            yield from hook(receipts)

    def settled(self, settles: Sequence[Settle]) -> Steps[None]:
        """Ends of executions were stored."""
        for hook in self.in_settle:
            yield from hook(settles)

    def forgets(self, runs: Sequence[tuple[str, str]]) -> Steps[None]:
        """Runs are about to be forgotten."""
        for hook in self.in_forget:
            yield from hook(runs)

    def purges(self, command: Purge) -> Steps[None]:
        """One more bite."""
        for hook in self.in_purge:
            yield from hook(command)

    def groups(self, failed: Sequence[Failed]) -> Steps[Sequence[Failed]]:
        """The same, in their order, each with what it belongs to."""
        if self.grouping is None:
            return failed
        return (yield from self.grouping.group(failed))

    def counts(self, failed: Sequence[Failed]) -> Steps[None]:
        """They are added to what they belong to."""
        if self.grouping is not None:
            yield from self.grouping.count(failed)


NO_HOOKS = CommitHooks()


def merged(all_: Sequence[CommitHooks]) -> CommitHooks:
    """The hooks of all features, in their order. Raises ValueError for a second grouping."""
    groupings = [one.grouping for one in all_ if one.grouping is not None]
    if len(groupings) > 1:
        raise ValueError(f"{len(groupings)} features group failures; one may")
    return CommitHooks(
        in_ingest=tuple(hook for one in all_ for hook in one.in_ingest),
        in_settle=tuple(hook for one in all_ for hook in one.in_settle),
        in_forget=tuple(hook for one in all_ for hook in one.in_forget),
        in_purge=tuple(hook for one in all_ for hook in one.in_purge),
        grouping=groupings[0] if groupings else None,
    )
