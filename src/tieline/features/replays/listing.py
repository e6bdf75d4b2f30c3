"""Replay listing: a question about replays comes in; what they made, and what not, goes out."""

from dataclasses import fields, replace

import orjson

from tieline.adapters.sql.reading.listing import paged
from tieline.adapters.sql.reading.showing import RUNS_COUNTED, audit_of
from tieline.adapters.sql.statement import Steps, ask, ask_set
from tieline.model.base.errors import NotFound
from tieline.model.base.ids import EventId
from tieline.model.commands import ReplayFilter
from tieline.model.views import views as v
from tieline.model.views.details import ReplayDetail
from tieline.model.views.rows import ReplayRow
from tieline.model.views.work_lists import Match
from tieline.rules.plans.end import end_words
from tieline.rules.plans.stored import read_back
from tieline.rules.runs.replayed import progress
from tieline.rules.runs.transitions import LIVE


def replays(q: v.ListReplays) -> Steps[v.Page[ReplayRow]]:
    """Replays, with what is left of those that have made all their runs."""
    page = yield from paged("replays.page", "replay", q.window, {"state": q.state}, replay_row)
    found = yield from ask_set("replays.waiting", [(row.id,) for row in page.rows])
    counted: dict[str, int] = {row[0]: row[1] for row in found}
    rows = [with_progress(row, counted[row.id]) for row in page.rows]
    return replace(page, rows=tuple(rows))


def replay(q: v.ShowReplay) -> Steps[ReplayDetail]:
    """A replay, with what became of its runs."""
    found = yield from ask("replays.show", id=q.id)
    if not found:
        raise NotFound("replay", q.id)
    states = yield from ask("replays.states", id=q.id, look=RUNS_COUNTED)
    exact = sum(count for _, count in states) < RUNS_COUNTED
    audit = yield from audit_of([q.id])
    counted = tuple((str(state), int(count)) for state, count in states)
    waiting = sum(count for state, count in counted if state in LIVE)
    return ReplayDetail(with_progress(replay_row(*found[0]), waiting), counted, exact, audit)


def with_id(text: str) -> Steps[list[Match]]:
    """The replay of this id, for the search."""
    rows = [replay_row(*row) for row in (yield from ask("replays.show", id=text))]
    return [
        Match("replay", row.id, f"replay of {row.planned} events, {row.state}", row.started_us)
        for row in rows
    ]


def with_progress(row: ReplayRow, waiting: int) -> ReplayRow:
    """The same row, knowing how many of its runs have not ended."""
    words = progress(row.state, waiting)
    told = {one.why: one.count for one in row.plan.left_out} if row.plan is not None else {}
    ended = end_words(row.state, (row.would, row.admitted), told, row.not_made)
    return replace(row, waiting=waiting, progress=words, ending=ended)


def replay_row(*row: object) -> ReplayRow:
    """A replay's row, with its filter read back."""
    made = ReplayRow(*row)  # type: ignore[arg-type]
    stored = orjson.loads(str(made.filter))
    known = {field.name for field in fields(ReplayFilter)}
    given = {name: value for name, value in stored.items() if name in known}
    given["event_ids"] = tuple(EventId(text) for text in given.get("event_ids", ()))
    given["states"] = tuple(given.get("states", ()))
    return replace(
        made,
        filter=ReplayFilter(**given),
        as_new_action=bool(made.as_new_action),
        not_made=orjson.loads(str(made.not_made or "{}")),
        plan=read_back(None if made.plan is None else str(made.plan)),
    )
