"""Inbox of decisions: held runs of both kinds, and dead letters by their issue."""

from functools import partial

import orjson

from tieline.adapters.sql.reading.listing import run_row
from tieline.adapters.sql.statement import Steps, ask
from tieline.features.manifest import InboxFeed
from tieline.model.base.ids import EventId
from tieline.model.views.inbox import (
    InboxAnswer,
    InboxBatch,
    InboxCount,
    InboxCursor,
    InboxItem,
    InboxPart,
)
from tieline.model.views.rows import RunRow
from tieline.rules.formats.labels import kind_label, spoken

LOOK = 2_000
MOST_GROUPS = 5_000
"""Issues with open dead letters that a page looks at; beyond that it misses some."""
COUNTED = 10_000


def _held(part: InboxPart, *, is_doubt: bool) -> Steps[InboxBatch]:
    rows = yield from ask(
        "decisions.inbox_held",
        after_us=part.after.at_us,
        after_id=part.after.id,
        look=LOOK,
        flows=_names(part.flows),
        tenant=part.tenant,
        doubt=int(is_doubt),
        limit=part.limit,
    )
    looked, last_us, last = rows[0][:3]
    make = _doubt if is_doubt else _hold
    found = tuple(
        (InboxCursor(row[3], str(row[5])), make(run_row(*row[6:]), int(row[4])))
        for row in rows
        if row[3] is not None
    )
    end = None
    if len(found) == part.limit:
        end = found[-1][0]
    elif looked == LOOK:
        end = InboxCursor(last_us, str(last))
    return InboxBatch(found, end)


def _hold(run: RunRow, behind: int) -> InboxItem:
    verbs = (("let it pass", "--continue"), ("ask its flow again", "--retry"), GIVE_UP)
    asks = f"May {run.flow} go on? {run.reason or ''}".rstrip()
    return _of_run("hold", run, asks, behind, verbs)


def _doubt(run: RunRow, behind: int) -> InboxItem:
    step = run.step_in_doubt
    verbs = (("it happened", "--done"), ("it did not happen", "--retry"), GIVE_UP)
    name = run.flow if step is None else step[0]
    return _of_run("outcome-unknown", run, f"Did {name} happen?", behind, verbs)


GIVE_UP = ("give up", "--give-up")


def _of_run(
    kind: str,
    run: RunRow,
    asks: str,
    behind: int,
    verbs: tuple[tuple[str, str], ...],
) -> InboxItem:
    return InboxItem(
        kind,
        run.id,
        asks,
        run.moved_us,
        run.flow,
        None,
        run.tenant,
        1,
        behind,
        f"/runs/{run.id}",
        tuple(
            InboxAnswer(name, f"tieline held resolve {run.id} {option}", f"/runs/{run.id}/resolve")
            for name, option in verbs
        ),
        run.event_id,
    )


def _dead(part: InboxPart) -> Steps[InboxBatch]:
    rows = yield from ask(
        "decisions.inbox_dead",
        after_us=part.after.at_us,
        after_id=part.after.id,
        look=MOST_GROUPS,
        flows=_names(part.flows),
        tenant=part.tenant,
        limit=part.limit,
    )
    found = tuple((InboxCursor(row[0], str(row[1])), _letters(part.tenant, *row)) for row in rows)
    return InboxBatch(found, found[-1][0] if len(found) == part.limit else None)


def _letters(  # noqa: PLR0913 - a row, in the order of its statement
    only: str | None,
    at_us: int,
    issue: str,
    run_id: str,
    flow: str,
    kind: str,
    reason: str,
    tenant: str | None,
    count: int,
    behind: int,
    event_id: str,
) -> InboxItem:
    why = f"{spoken(kind_label(kind))}: {reason}"
    verbs: tuple[str, ...] = ("retry", "discard")
    if count == 1 or not issue:
        asks = f"Try {flow} again, or discard it? {why}"
        page, one = f"/runs/{run_id}", f"tieline dead {{}} {run_id}"
        pages: tuple[str, ...] = (f"{page}/retry", f"{page}/edit", f"{page}/discard")
        verbs = ("retry", "edit", "discard")
    else:
        least = "at least " if count == MOST_ALIKE else ""
        asks = f"Try {least}{count} runs of {flow} again, or discard them? {why}"
        page, one = f"/dead?issue={issue}", f"tieline dead {{}} --all --issue {issue}"
        if only is not None:
            page, one = f"{page}&tenant={only}", f"{one} --tenant {only}"
        pages = (page, page)
    return InboxItem(
        "dead-letter",
        run_id if count == 1 else issue,
        asks,
        at_us,
        flow,
        None,
        tenant,
        count,
        behind,
        page,
        tuple(
            InboxAnswer(verb, one.format(verb), place)
            for verb, place in zip(verbs, pages, strict=True)
        ),
        EventId(event_id) if count == 1 else None,
    )


MOST_ALIKE = 1_000
"""As far as the statement counts."""


def _names(names: tuple[str, ...] | None) -> str | None:
    return None if names is None else orjson.dumps(names).decode()


def _count_held(kind: str, says: str, *, is_doubt: bool) -> Steps[InboxCount]:
    ((found, looked),) = yield from ask(
        "decisions.inbox_held_count", look=COUNTED, doubt=int(is_doubt)
    )
    return InboxCount(kind, says, found, exact=looked < COUNTED)


def _count_dead() -> Steps[InboxCount]:
    ((found,),) = yield from ask("decisions.inbox_dead_count", look=COUNTED)
    return InboxCount("dead-letter", "dead letters", found, exact=found < COUNTED)


FEEDS = (
    InboxFeed(
        "hold",
        partial(_held, is_doubt=False),
        partial(_count_held, "hold", "flows that ask a person", is_doubt=False),
    ),
    InboxFeed(
        "outcome-unknown",
        partial(_held, is_doubt=True),
        partial(_count_held, "outcome-unknown", "writes whose outcome is unknown", is_doubt=True),
    ),
    InboxFeed("dead-letter", _dead, _count_dead),
)
