"""Issue reading: a question about issues comes in; a page of them, or one with its samples, out."""

from dataclasses import replace

import orjson

from tieline.adapters.sql.reading.listing import BEGINNING_OF_TIME, END_OF_TIME, LOOK, run_rows
from tieline.adapters.sql.reading.showing import audit_of, receipts_of
from tieline.adapters.sql.statement import Steps, ask, ask_set
from tieline.features.issues import model as v
from tieline.model.base.errors import NotFound
from tieline.model.views.views import Page, Window
from tieline.model.views.work_lists import Match
from tieline.rules.formats.id_time import end_id, first_id

MOST_ISSUES = 100
"""On a page: each costs a look at what it touches."""
SAMPLES = 20
RECORDS = 50
SUBJECTS_LOOKED_AT = 1_000


def issues(q: v.ListIssues) -> Steps[Page[v.IssueRow]]:
    """A page of issues."""
    window = q.window
    limit = max(1, min(window.limit, MOST_ISSUES))
    before_us, before_id = _place(window)
    answer = yield from ask(
        "issues.page",
        before_us=before_us,
        before_id=before_id,
        look=LOOK,
        states=orjson.dumps(q.states).decode() if q.states else None,
        flow=q.flow,
        connection=q.connection,
        source=q.source,
        kind=q.kind,
        tenant=q.tenant,
        needs=None if q.needs_person is None else int(q.needs_person),
        since_us=BEGINNING_OF_TIME if window.since_us is None else window.since_us,
        until_us=END_OF_TIME if window.until_us is None else window.until_us,
        limit=limit,
    )
    looked, last_us, last = answer[0][:3]
    rows = tuple(_issue(*row[3:]) for row in answer if row[3] is not None)
    if len(rows) == limit and (looked == LOOK or rows[-1].id != last):
        return Page(rows, _cursor(rows[-1].last_us, rows[-1].id))
    return Page(rows, _cursor(last_us, last) if looked == LOOK and len(rows) < limit else None)


def _place(window: Window) -> tuple[int, str]:
    """Behind which (time, id) the page begins."""
    if window.before:
        at, _, id_ = window.before.partition(":")
        if at.isdigit():
            return int(at), id_
    return (END_OF_TIME if window.until_us is None else window.until_us), ""


def _cursor(last_us: int, id_: str) -> str:
    return f"{last_us}:{id_}"


def _issue(*row: object) -> v.IssueRow:
    made = v.IssueRow(*row)  # type: ignore[arg-type]
    return replace(
        made,
        state=v.IssueState(made.state),
        records_exact=bool(made.records_exact),
        needs_person=bool(made.needs_person),
    )


def standing(_: v.CountIssues) -> Steps[v.IssueCounts]:
    """How many are open or acknowledged, and of how many something waits for a person."""
    rows = yield from ask("issues.standing", look=LOOK)
    counts = {(str(state), bool(needs)): int(count) for state, needs, count in rows}
    return v.IssueCounts(
        need_person=counts.get(("open", True), 0),
        healing=counts.get(("open", False), 0),
        acknowledged=sum(n for (state, _), n in counts.items() if state == "acknowledged"),
        exact=sum(counts.values()) < LOOK,
    )


def issue(q: v.ShowIssue) -> Steps[v.IssueDetail]:
    """One issue, with samples of what it touches."""
    found = yield from ask("issues.show", id=q.id)
    if not found:
        raise NotFound("issue", q.id)
    runs = yield from _subjects(q, "run")
    receipts = yield from _subjects(q, "receipt")
    records = yield from ask("issues.records", issue=q.id, look=200, limit=RECORDS)
    tenants = yield from ask("issues.tenants", issue=q.id, look=SUBJECTS_LOOKED_AT)
    ((dead,),) = yield from ask("issues.dead", issue=q.id, look=SUBJECTS_LOOKED_AT)
    run_list = run_rows((yield from ask_set("run_rows", [(id_,) for id_ in runs])))
    receipt_list = yield from receipts_of(receipts)
    audit = yield from audit_of([q.id])
    return v.IssueDetail(
        issue=_issue(*found[0]),
        runs=tuple(sorted(run_list, key=lambda row: row.id, reverse=True)),
        receipts=tuple(sorted(receipt_list, key=lambda row: row.id, reverse=True)),
        records=tuple(v.AffectedRecord(*row) for row in records),
        tenants=tuple((str(row[0]), int(row[1])) for row in tenants),
        dead=dead,
        held=sum(int(row[2]) for row in tenants),
        audit=audit,
    )


def _subjects(q: v.ShowIssue, kind: str) -> Steps[list[str]]:
    first, before = first_id(kind, None), end_id(kind, None)
    rows = yield from ask("issues.subjects", issue=q.id, first=first, before=before, limit=SAMPLES)
    return [row[0] for row in rows]


def with_id(id_: str) -> Steps[list[Match]]:
    """What the search finds by the id of an issue."""
    rows = [_issue(*row) for row in (yield from ask("issues.show", id=id_))]
    return [Match("issue", row.id, row.headline, row.last_us) for row in rows]
