"""Plan of discarding: deliveries that are meant come in; what discarding them would do goes out."""

from collections.abc import AsyncIterator
from dataclasses import replace

from tieline.features.quarantine.store import ONLY_ASIDE
from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.base.ids import ReceiptId
from tieline.model.inbound.receipt import Verdict, is_kept_aside
from tieline.model.plans.plan import Plan, PlanExample
from tieline.model.views.plans import PlanClosing
from tieline.model.views.rows import ReceiptRow
from tieline.model.views.views import ListReceipts, ShowReceipt, Window
from tieline.operations.planning import PlanParts
from tieline.ports.views import Views
from tieline.rules.plans.change import fingerprint
from tieline.rules.plans.count import PlanCount

MOST_COUNTED = 10_000
PAGE = 500
CLOSES = "delivery that is discarded: nothing is done for its events"
NAMES_NONE = "this names no deliveries; give ids such as rct_…, a source, an issue, a tenant"
UNKNOWN = "there is no delivery of this id"


async def plan(parts: PlanParts, asked: PlanClosing) -> Plan:
    """Look at every delivery that is meant. Changes nothing. Raises CommandRefused for none."""
    count, found, exact = PlanCount(), 0, True
    if asked.receipt_ids:
        for id_ in dict.fromkeys(asked.receipt_ids):
            found += await _add(count, parts.views, id_)
    elif {asked.source, asked.issue, asked.tenant} == {None}:
        raise CommandRefused(NAMES_NONE)
    else:
        async for id_, says in waiting(parts.views, asked):
            if found == MOST_COUNTED:
                exact = False
                break
            count.does(CLOSES, PlanExample(id_, says))
            found += 1
    made = Plan(
        action="discard",
        chosen=_words(asked),
        noun="delivery",
        at_us=parts.now_us,
        found=found,
        exact=exact,
        does=count.planned,
        left_out=count.left_out,
    )
    return replace(made, fingerprint=fingerprint(made, count.digest))


async def waiting(views: Views, asked: PlanClosing) -> AsyncIterator[tuple[ReceiptId, str]]:
    """Those of a source, an issue or a tenant that wait, newest first: id, and what it is."""
    cursor: str | None = None
    verdict = Verdict.QUARANTINED if asked.issue is None else None
    while True:
        question = ListReceipts(
            asked.source,
            verdict,
            Window(before=cursor, limit=PAGE),
            issue=asked.issue,
            decided=False,
            tenant=asked.tenant,
        )
        page = await views.read(question)
        for row in filter(_waits, page.rows):
            yield row.id, f"{row.source}: {row.reason or ''}"
        cursor = page.cursor
        if cursor is None:
            return


def _waits(row: ReceiptRow) -> bool:
    return row.decision is None and is_kept_aside(row.verdict, row.reason)


async def _add(count: PlanCount, views: Views, id_: ReceiptId) -> int:
    try:
        detail = await views.read(ShowReceipt(id_))
    except NotFound:
        count.leaves(UNKNOWN, PlanExample(id_, "named, and not found"))
        return 0
    receipt = detail.receipt
    example = PlanExample(id_, f"{receipt.source}: {receipt.reason or ''}")
    if not is_kept_aside(receipt.verdict, receipt.reason):
        count.leaves(f"it is {receipt.verdict}; {ONLY_ASIDE}", example)
    elif detail.decision is not None:
        count.leaves(f"it is decided already: {detail.decision.partition(': ')[0]}", example)
    else:
        count.does(CLOSES, example)
    return 1


def _words(asked: PlanClosing) -> str:
    if asked.receipt_ids:
        many = len(asked.receipt_ids)
        return f"{many} named {'delivery' if many == 1 else 'deliveries'}"
    given = {"source": asked.source, "issue": asked.issue, "tenant": asked.tenant}
    named = ", ".join(f"{name} {value}" for name, value in given.items() if value is not None)
    return f"those that wait of {named}"
