"""Bulk deciding: one decision about many runs is carried out; those it does not fit are named."""

from collections.abc import Callable

from tieline.adapters.sql.runs import deciding
from tieline.adapters.sql.statement import Steps
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.base.ids import RunId
from tieline.model.commands import (
    By,
    Cancel,
    Counted,
    Decided,
    DecideMany,
    DiscardDead,
    ResolveHeld,
    RetryDead,
)
from tieline.model.people.decisions import MOST_DECIDED, BulkAction

Decision = Callable[[RunId, By], Steps[Counted]]


def _resolved(answer: str) -> Decision:
    return lambda run_id, by: deciding.resolve_held(ResolveHeld(run_id, answer, by))


ACTIONS: dict[str, Decision] = {
    BulkAction.RETRY: lambda run_id, by: deciding.retry_dead(RetryDead(run_id, by)),
    BulkAction.DISCARD: lambda run_id, by: deciding.discard_dead(DiscardDead(run_id, by)),
    BulkAction.CONTINUE: _resolved("continue"),
    BulkAction.ATTEMPT_AGAIN: _resolved("retry"),
    BulkAction.GIVE_UP: _resolved("give-up"),
    BulkAction.CANCEL: lambda run_id, by: deciding.cancel(Cancel(run_id, by)),
}


def decide(command: DecideMany) -> Steps[Decided]:
    """Decide about each; a refusal is raised before anything of that run is written."""
    act = ACTIONS.get(command.action)
    if act is None:
        raise Conflict(f"{command.action!r} is not one of {', '.join(ACTIONS)}")
    if len(command.run_ids) > MOST_DECIDED:
        raise Conflict(f"{len(command.run_ids)} runs at once; give at most {MOST_DECIDED}")
    done: list[RunId] = []
    refused: list[tuple[RunId, str]] = []
    # In one order, so that two of these do not wait for each other's runs in a ring.
    for run_id in sorted(set(command.run_ids)):
        try:
            yield from act(run_id, command.by)
        except (Conflict, NotFound) as refusal:
            refused.append((run_id, str(refusal)))
        else:
            done.append(run_id)
    return Decided(tuple(done), tuple(refused))
