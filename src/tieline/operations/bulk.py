"""Bulk: a choice of runs and one decision come in; it is carried out in small bites, with progress.

Each bite is one commit, in which every run has its own line in the audit log. Whoever asked can
stop between two bites: what is done stays done.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tieline.model.commands import By, Decided, DecideMany
from tieline.model.errors import CommandRefused
from tieline.model.ids import RunId
from tieline.model.knowledge_commands import DEAD_ACTIONS, HELD_ACTIONS
from tieline.model.views import ListDead, ListRuns, Window
from tieline.ports.journal import Journal
from tieline.ports.views import Views

MOST_CHOSEN = 10_000
BITE = 100
LOOKS = 1_000
"""Pages that a choice reads at most; a filter that matches rarely needs many."""
PAGE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """The runs that a filter names now, in the order in which they were made."""

    run_ids: tuple[RunId, ...]
    exact: bool
    """False: there are more than may be decided about at once."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a decision about many runs is."""

    total: int
    done: int
    refused: tuple[tuple[RunId, str], ...]
    """Those that it did not fit, and why; of the last bite."""
    left: int


async def choose(views: Views, question: ListDead | ListRuns) -> Choice:
    """The runs of a list: what its rows are now is what will be decided about."""
    found: list[RunId] = []
    before = question.window.before
    for _ in range(LOOKS):
        part = Window(question.window.since_us, question.window.until_us, before, PAGE)
        page: Any = await views.read(_with_window(question, part))
        found += [row.run_id if isinstance(question, ListDead) else row.id for row in page.rows]
        before = page.cursor
        if before is None or len(found) > MOST_CHOSEN:
            break
    exact = before is None and len(found) <= MOST_CHOSEN
    return Choice(tuple(sorted(found[:MOST_CHOSEN])), exact)


def _with_window(question: ListDead | ListRuns, window: Window) -> ListDead | ListRuns:
    return replace(question, window=window)


def check(action: str, run_ids: Sequence[RunId]) -> None:
    """Raise CommandRefused for what cannot be decided like this."""
    known = (*DEAD_ACTIONS, *HELD_ACTIONS)
    if action not in known:
        raise CommandRefused(f"{action!r} is not one of {', '.join(known)}")
    if not run_ids:
        raise CommandRefused("no run is chosen; choose some, or widen the filter")
    if len(run_ids) > MOST_CHOSEN:
        raise CommandRefused(f"{len(run_ids)} runs are chosen; decide about {MOST_CHOSEN} at once")


async def carry_out(
    journal: Journal, action: str, run_ids: Sequence[RunId], by: By
) -> AsyncIterator[Progress]:
    """Decide about all of them, bite by bite; whoever stops asking for progress stops it."""
    check(action, run_ids)
    ordered = sorted(set(run_ids))
    done = 0
    for start in range(0, len(ordered), BITE):
        bite = tuple(ordered[start : start + BITE])
        decided: Decided = await journal.commit(DecideMany(action, bite, by))
        done += len(decided.done)
        left = len(ordered) - start - len(bite)
        yield Progress(len(ordered), done, decided.refused, left)
