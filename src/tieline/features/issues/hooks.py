"""Issue hooks: failures that the engine stores are added to their issues in the same commit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from tieline.adapters.sql.hooks import CommitHooks, Failed, IssueHook
from tieline.adapters.sql.statement import Steps, ask, ask_set, do, put
from tieline.features.issues.rules import coarse, incident, issue_of
from tieline.model.base.ids import Micros
from tieline.model.commands import Purge, TallyRow
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.views.series import HOUR_US, MINUTE_US
from tieline.rules.formats.id_time import first_id
from tieline.rules.runs.failure import failure_at_door

MOST_ISSUES = 5_000
"""More than anybody reads; what comes beyond goes into one coarse issue a flow or source."""
ODD = frozenset({Verdict.REFUSED, Verdict.QUARANTINED, Verdict.UNMATCHED})


@dataclass(slots=True)
class _Heap:
    """Like failures of one batch."""

    latest: Failed
    first_us: Micros
    count: int = 0
    hours: dict[tuple[int, Micros], int] = field(default_factory=dict)
    """By (step, where it begins)."""

    def add(self, failed: Failed) -> None:
        self.count += 1
        self.first_us = min(self.first_us, failed.at_us)
        if failed.at_us >= self.latest.at_us:
            self.latest = failed
        for step_us in (MINUTE_US, HOUR_US):
            key = (step_us, failed.at_us - failed.at_us % step_us)
            self.hours[key] = self.hours.get(key, 0) + 1


def note_receipts(receipts: Iterable[Receipt]) -> Steps[None]:
    """Note those that were refused, quarantined, or are of a tenant that nobody knows."""
    odd = [one for r in receipts if r.verdict in ODD and (one := _at_door(r)) is not None]
    if odd:
        yield from note((yield from grouped(odd)))


def _at_door(receipt: Receipt) -> Failed | None:
    failure = failure_at_door(receipt)
    if failure is None:
        return None
    event_id = receipt.event_id or ""
    return Failed(failure, receipt.id, event_id, receipt.tenant, receipt.received_us)


def grouped(failures: Sequence[Failed]) -> Steps[list[Failed]]:
    """Each with its issue; those for whose issue there is no room any more with the coarse one.

    Reasons that cannot be told apart by their shape, such as plain names in them, must not fill
    the list of issues with thousands.
    """
    told = [incident(failed.failure) for failed in failures]
    ids = [issue_of(failure) for failure in told]
    found = [
        replace(failed, failure=failure, issue=id_)
        for failed, failure, id_ in zip(failures, told, ids, strict=True)
    ]
    distinct = sorted(set(ids))
    rows = yield from ask_set("issues.known", [(id_,) for id_ in distinct])
    known = {row[0] for row in rows}
    fresh = len(distinct) - len(known)
    if not fresh:
        return found
    ((count,),) = yield from ask("issues.count", most=MOST_ISSUES)
    if count + fresh <= MOST_ISSUES:
        return found
    return [failed if failed.issue in known else _coarse(failed) for failed in found]


def _coarse(failed: Failed) -> Failed:
    failure = coarse(failed.failure)
    return replace(failed, failure=failure, issue=issue_of(failure))


def note(failures: Sequence[Failed]) -> Steps[None]:
    """Add failures to their issues. In one order, so that nobody waits in a ring."""
    heaps: dict[str, _Heap] = {}
    links: dict[tuple[str, str], Failed] = {}
    for failed in failures:
        issue = failed.issue or issue_of(failed.failure)
        heaps.setdefault(issue, _Heap(failed, failed.at_us)).add(failed)
        links[issue, failed.subject] = failed
    rows = [
        (*key, one.event_id, one.tenant, one.at_us)
        for key, one in sorted(links.items(), key=itemgetter(0))
    ]
    fresh: dict[str, int] = {}
    for (issue,) in (yield from ask_set("issues.link", rows)):
        fresh[issue] = fresh.get(issue, 0) + 1
    ordered = sorted(heaps.items(), key=itemgetter(0))
    yield from put("issues.upsert", [_row(id_, h, fresh.get(id_, 0)) for id_, h in ordered])
    yield from put("tally_add", [row for id_, heap in ordered for row in _counts(id_, heap)])


def _row(id_: str, heap: _Heap, subjects: int) -> tuple[str | int | None, ...]:
    one = heap.latest.failure
    times = (heap.first_us, heap.latest.at_us)
    about = (one.flow, one.source, one.connection, one.kind, one.status, one.words)
    return (id_, *about, heap.count, subjects, *times, "open", 0)


def _counts(id_: str, heap: _Heap) -> Iterable[TallyRow]:
    for (step_us, at_us), count in sorted(heap.hours.items()):
        yield TallyRow("issue", id_, step_us, at_us, "failed", count)


def unlink(runs: Sequence[tuple[str, str]]) -> Steps[None]:
    """Runs that are forgotten belong to no issue any more."""
    yield from put("issues.unlink_runs", runs)


def forget(command: Purge) -> Steps[None]:
    """Mended issues go with the runs, and so do the links of old deliveries."""
    limit, before_us = command.limit, command.runs_before_us
    first, before = first_id("receipt", None), first_id("receipt", before_us)
    yield from do("issues.unlink_old", first=first, before=before, limit=limit)
    yield from do("issues.forget", before_us=before_us, limit=limit)


COMMIT_HOOKS = CommitHooks(
    in_ingest=(note_receipts,),
    in_forget=(unlink,),
    in_purge=(forget,),
    grouping=IssueHook(grouped, note),
)
