"""Noting: failures of a batch come in; they are added to their issues, one row for like ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from tieline.adapters.sql.statement import Steps, ask, ask_set, put
from tieline.features.issues.rules import Failure, failure_at_door
from tieline.model.base.ids import IssueId, Micros
from tieline.model.base.value import value
from tieline.model.commands import TallyRow
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.views.series import HOUR_US, MINUTE_US

MOST_ISSUES = 5_000
"""More than anybody reads; what comes beyond goes into one coarse issue a flow or source."""
ODD = frozenset({Verdict.REFUSED, Verdict.QUARANTINED})


@value
class Noted:
    """One failure, and whom it touches."""

    failure: Failure
    issue: IssueId
    subject: str
    """A run's or a receipt's id."""
    event_id: str
    """Of a delivery; that of a run is found by its run."""
    tenant: str
    at_us: Micros


@dataclass(slots=True)
class _Heap:
    """Like failures of one batch."""

    latest: Noted
    first_us: Micros
    count: int = 0
    hours: dict[tuple[int, Micros], int] = field(default_factory=dict)
    """By (step, where it begins)."""

    def add(self, noted: Noted) -> None:
        self.count += 1
        self.first_us = min(self.first_us, noted.at_us)
        if noted.at_us >= self.latest.at_us:
            self.latest = noted
        for step_us in (MINUTE_US, HOUR_US):
            key = (step_us, noted.at_us - noted.at_us % step_us)
            self.hours[key] = self.hours.get(key, 0) + 1


def note_receipts(receipts: Iterable[Receipt]) -> Steps[None]:
    """Note those that were refused or quarantined."""
    odd = [r for r in receipts if r.verdict in ODD]
    if odd:
        yield from note((yield from fitting([_at_door(receipt) for receipt in odd])))


def _at_door(receipt: Receipt) -> Noted:
    failure = failure_at_door(receipt)
    if failure is None:
        raise AssertionError(f"{receipt.id} is {receipt.verdict}, which is no failure")
    event_id = receipt.event_id or ""
    return Noted(failure, failure.id, receipt.id, event_id, receipt.tenant, receipt.received_us)


def fitting(failures: Sequence[Noted]) -> Steps[list[Noted]]:
    """The same failures, those for whose issue there is no room any more in the coarse one.

    Reasons that cannot be told apart by their shape, such as plain names in them, must not fill
    the list of issues with thousands.
    """
    if not failures:
        return []
    ids = sorted({noted.issue for noted in failures})
    rows = yield from ask_set("issues.known", [(id_,) for id_ in ids])
    known = {row[0] for row in rows}
    fresh = len(ids) - len(known)
    if not fresh:
        return list(failures)
    ((count,),) = yield from ask("issues.count", most=MOST_ISSUES)
    if count + fresh <= MOST_ISSUES:
        return list(failures)
    return [noted if noted.issue in known else _coarse(noted) for noted in failures]


def _coarse(noted: Noted) -> Noted:
    failure = noted.failure.coarse()
    about = (noted.subject, noted.event_id, noted.tenant, noted.at_us)
    return Noted(failure, failure.id, *about)


def note(failures: Sequence[Noted]) -> Steps[None]:
    """Add failures to their issues. In one order, so that nobody waits in a ring."""
    if not failures:
        return
    heaps: dict[IssueId, _Heap] = {}
    for noted in failures:
        heap = heaps.setdefault(noted.issue, _Heap(noted, noted.at_us))
        heap.add(noted)
    links = {(n.issue, n.subject): n for n in failures}
    rows = [
        (*key, n.event_id, n.tenant, n.at_us) for key, n in sorted(links.items(), key=itemgetter(0))
    ]
    fresh: dict[str, int] = {}
    for (issue,) in (yield from ask_set("issues.link", rows)):
        fresh[issue] = fresh.get(issue, 0) + 1
    ordered = sorted(heaps.items(), key=itemgetter(0))
    yield from put("issues.upsert", [_row(id_, h, fresh.get(id_, 0)) for id_, h in ordered])
    yield from put("tally_add", [row for id_, heap in ordered for row in _counts(id_, heap)])


def _row(id_: IssueId, heap: _Heap, subjects: int) -> tuple[str | int | None, ...]:
    one = heap.latest.failure
    times = (heap.first_us, heap.latest.at_us)
    about = (one.flow, one.source, one.connection, one.kind, one.status, one.words)
    return (id_, *about, heap.count, subjects, *times, "open", 0)


def _counts(id_: IssueId, heap: _Heap) -> Iterable[TallyRow]:
    for (step_us, at_us), count in sorted(heap.hours.items()):
        yield TallyRow("issue", id_, step_us, at_us, "failed", count)
