"""Checking: a slice of rows comes in; those that contradict each other go out, in words."""

from collections.abc import Callable, Iterator

import orjson

from tieline.adapters.sql.statement import RowOut, Steps, ask
from tieline.model.runs.run import UNDECIDED
from tieline.model.views import views as v
from tieline.model.views.details import Checked, Oddity
from tieline.model.views.rows import AuditRow
from tieline.rules.people.audit_chain import hash_of
from tieline.rules.runs.transitions import FINAL

Slice = Callable[[v.CheckRows], Steps[Checked]]


def rows(q: v.CheckRows) -> Steps[Checked]:
    """One slice of the part that is asked for."""
    return (yield from PARTS[q.part](q))


def _work(q: v.CheckRows) -> Steps[Checked]:
    found = yield from ask("check_work", after=q.after, limit=q.limit)
    odd = tuple(oddity for row in found for oddity in _of_work(row))
    return Checked(odd, len(found), found[-1][0] if len(found) == q.limit else None)


def _of_work(row: RowOut) -> Iterator[Oddity]:
    run_id, state, run_state, behind, has_lane, head, worker, known_worker = row
    if run_state is None:
        yield Oddity("work-without-run", run_id, "there is work for a run that does not exist")
    elif run_state != state:
        yield Oddity("states-differ", run_id, f"the run is {run_state}, its work is {state}")
    if state == "running" and known_worker is None:
        yield Oddity("unknown-worker", run_id, f"it runs in {worker}, which is not known")
    if has_lane and head is None:
        yield Oddity("lane-missing", run_id, "it has a lane, but the lane has no row")
    if has_lane and not behind and head not in {None, run_id}:
        yield Oddity("out-of-order", run_id, f"it may run although {head} is the lane's head")


def _lane(q: v.CheckRows) -> Steps[Checked]:
    tenant, flow, key = orjson.loads(q.after) if q.after else ("", "", "")
    found = yield from ask("check_lane", tenant=tenant, flow=flow, key=key, limit=q.limit)
    odd = tuple(oddity for row in found for oddity in _of_lane(row))
    last = orjson.dumps(found[-1][:3]).decode() if len(found) == q.limit else None
    return Checked(odd, len(found), last)


def _of_lane(row: RowOut) -> Iterator[Oddity]:
    _, flow, key, head, state, behind, resolution = row
    lane = f"{flow} {key}"
    is_decided = state == "dead" and resolution not in UNDECIDED
    if state is None or state in FINAL or is_decided:
        what = "does not exist" if state is None else f"is {state}"
        yield Oddity("lane-stands-still", lane, f"its head {head} {what}; nobody else may run")
    elif behind:
        yield Oddity("lane-stands-still", lane, f"its head {head} waits behind itself")


def _run(q: v.CheckRows) -> Steps[Checked]:
    found = yield from ask("check_run", after=q.after, limit=q.limit)
    looked, last = found[0][:2]
    odd = tuple(_of_run(row[2], row[3]) for row in found if row[2] is not None)
    return Checked(odd, looked, last if looked == q.limit else None)


def _of_run(run_id: str, state: str) -> Oddity:
    if state == "dead":
        return Oddity("dead-without-letter", run_id, "it is dead, but there is nothing to decide")
    return Oddity("run-without-work", run_id, f"it is {state}, but nothing will ever run it")


def _audit(q: v.CheckRows) -> Steps[Checked]:
    """Follow the chain; the cursor carries the hash that the next line must continue."""
    seq, previous = orjson.loads(q.after) if q.after else (0, "")
    found = yield from ask("audit_slice", after=seq, limit=q.limit)
    odd: list[Oddity] = []
    for line in (AuditRow(*row) for row in found):
        if line.previous != previous or line.hash != hash_of(line):
            words = "this line, or one before it, was changed or removed after it was written"
            odd.append(Oddity("audit-chain", f"line {line.seq}", words))
        seq, previous = line.seq, line.hash
    cursor = orjson.dumps([seq, previous]).decode() if len(found) == q.limit else None
    return Checked(tuple(odd), len(found), cursor)


PARTS: dict[str, Slice] = {"work": _work, "lane": _lane, "run": _run, "audit": _audit}
