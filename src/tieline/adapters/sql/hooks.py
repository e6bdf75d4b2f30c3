"""Hooks of the engine's transactions: what features store in the same commit as the engine does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tieline.adapters.sql.statement import Steps
from tieline.model.commands import Settle
from tieline.model.inbound.receipt import Receipt

InIngest = Callable[[Sequence[Receipt]], Steps[None]]
"""Is given the receipts of a batch, as they are stored."""
InSettle = Callable[[Sequence[Settle]], Steps[None]]
"""Is given the ends of executions whose claim was valid, once they are stored."""


@dataclass(frozen=True, slots=True)
class CommitHooks:
    """Each is a sans-IO step within the engine's transaction: if it raises, nothing is stored."""

    in_ingest: tuple[InIngest, ...] = ()
    in_settle: tuple[InSettle, ...] = ()


NO_HOOKS = CommitHooks()


def merged(all_: Sequence[CommitHooks]) -> CommitHooks:
    """The hooks of all features, in their order."""
    return CommitHooks(
        in_ingest=tuple(hook for one in all_ for hook in one.in_ingest),
        in_settle=tuple(hook for one in all_ for hook in one.in_settle),
    )
