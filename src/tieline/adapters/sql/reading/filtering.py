"""Filtering: a list of what belongs to one correlation or business name comes out, as a page."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tieline.adapters.sql.reading import listing, tracing
from tieline.adapters.sql.reading.showing import events_of, runs_of
from tieline.adapters.sql.statement import Steps
from tieline.model.views import views as v
from tieline.model.views.rows import EventRow, RunRow
from tieline.rules.inbound.routing import wants

R = TypeVar("R", EventRow, RunRow)

MOST_EVENTS = 500


def events(q: v.ListEvents) -> Steps[v.Page[EventRow]]:
    """Events; those of one story are few, so they are read at once."""
    if q.correlation is None and q.reference is None:
        return (yield from listing.events(q))
    rows = yield from _story(q.correlation, q)
    wanted = [
        row
        for row in rows
        if (q.source is None or row.source == q.source)
        and (q.type is None or wants(q.type, row.type))
        and (q.identity is None or q.identity in row.identity)
        and (q.tenant is None or q.tenant == row.tenant)
    ]
    return _page(wanted, q.window, lambda row: row.recorded_us)


def _story(correlation: str | None, q: v.ListEvents) -> Steps[list[EventRow]]:
    if q.reference is None:
        return (yield from tracing.of_correlation(correlation or ""))
    found = yield from tracing.events_named(q.reference, MOST_EVENTS)
    rows = yield from events_of(list(dict.fromkeys(found)))
    return [row for row in rows if correlation is None or row.correlation == correlation]


def runs(q: v.ListRuns) -> Steps[v.Page[RunRow]]:
    """Runs; those of one correlation are few."""
    if q.correlation is None:
        return (yield from listing.runs(q))
    rows = yield from runs_of(row.id for row in (yield from tracing.of_correlation(q.correlation)))
    wanted = [row for row in rows if _is_wanted(row, q)]
    return _page(wanted, q.window, lambda row: row.created_us)


def _is_wanted(row: RunRow, q: v.ListRuns) -> bool:
    asked = (
        (q.flow, row.flow),
        (q.state, row.state),
        (q.replay, row.replay_id),
        (q.tenant, row.tenant),
    )
    if any(wish is not None and wish != has for wish, has in asked):
        return False
    return q.waits is None or q.waits == row.waits


def _page(rows: Sequence[R], window: v.Window, at_us: Callable[[R], int]) -> v.Page[R]:
    limit = max(1, min(window.limit, v.MOST_ROWS))
    fitting = sorted(_within(rows, window, at_us), key=lambda row: row.id, reverse=True)
    cursor = str(fitting[limit - 1].id) if len(fitting) > limit else None
    return v.Page(tuple(fitting[:limit]), cursor)


def _within(rows: Iterable[R], window: v.Window, at_us: Callable[[R], int]) -> Iterable[R]:
    for row in rows:
        is_late = window.since_us is not None and at_us(row) < window.since_us
        is_early = window.until_us is not None and at_us(row) >= window.until_us
        if not (is_late or is_early) and (not window.before or row.id < window.before):
            yield row
