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
from tieline.model.people.decisions import MOST_DECIDED

ACTIONS: dict[str, Callable[[RunId, By], Steps[Counted]]] = {
    "retry": lambda run_id, by: deciding.retry_dead(RetryDead(run_id, by)),
    "discard": lambda run_id, by: deciding.discard_dead(DiscardDead(run_id, by)),
    "resolve-continue": lambda run_id, by: deciding.resolve_held(
        ResolveHeld(run_id, "continue", by)
    ),
    "resolve-retry": lambda run_id, by: deciding.resolve_held(ResolveHeld(run_id, "retry", by)),
    "resolve-give-up": lambda run_id, by: deciding.resolve_held(ResolveHeld(run_id, "give-up", by)),
    "retry-now": lambda run_id, by: deciding.retry_now(run_id, by),
    "cancel": lambda run_id, by: deciding.cancel(Cancel(run_id, by)),
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
