"""Ingesting: deliveries come in; receipts, events and runs are stored, repeats only counted."""

from collections.abc import Iterator, Sequence

from tieline.adapters.sql.hooks import CommitHooks
from tieline.adapters.sql.runs.admission import ClaimedAdmission, admit
from tieline.adapters.sql.statement import Steps, put
from tieline.model.base.ids import EventId
from tieline.model.commands import Ingest, Ingested
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.rules.inbound.batch import numbered

LONGEST_REASON = 4000


def ingest(commands: Sequence[Ingest], hooks: CommitHooks) -> Steps[list[Ingested]]:
    """Store deliveries; one answer a delivery."""
    entries = [
        ClaimedAdmission(a, command.worker) for command in commands for a in command.admissions
    ]
    each = iter((yield from admit(entries)))
    answers = [_of_delivery(command, each) for command in commands]
    receipts = [
        _receipt(command.receipt, answer)
        for command, answer in zip(commands, answers, strict=True)
        if command.receipt is not None
    ]
    if receipts:
        yield from put("receipt_insert", receipts)
        yield from hooks.ingested(receipts)
    return answers


def _of_delivery(command: Ingest, each: Iterator[Ingested]) -> Ingested:
    if len(command.admissions) == 1:
        return next(each)
    if not command.admissions:
        return Ingested(EventId(""), fresh=False)
    parts = [next(each) for _ in command.admissions]
    first = next((part for part in parts if part.fresh), parts[0])
    return Ingested(
        first.event_id,
        fresh=first.fresh,
        claimed=tuple(run_id for part in parts for run_id in part.claimed),
        queued=sum(part.queued for part in parts),
        doubt=_doubt(parts),
    )


def _doubt(parts: Sequence[Ingested]) -> str | None:
    count = len(parts)
    doubts = [numbered(one.doubt, n, count) for n, one in enumerate(parts, 1) if one.doubt]
    return "; ".join(doubts)[:LONGEST_REASON] or None


def _receipt(receipt: Receipt, answer: Ingested) -> Receipt:
    """A duplicate leaves no payload behind; it points at the event that it repeats.

    Of several events in a delivery some may be repeats: it points at the first new one.
    """
    if answer.fresh:
        if answer.doubt:
            reason = answer.doubt if receipt.reason is None else f"{answer.doubt}; {receipt.reason}"
            receipt = receipt._replace(verdict=Verdict.QUARANTINED, reason=reason)
        is_first = receipt.event_id == answer.event_id
        return receipt if is_first else receipt._replace(event_id=answer.event_id)
    if not answer.event_id:
        return receipt
    return receipt._replace(verdict=Verdict.DUPLICATE, event_id=answer.event_id, body=None)
