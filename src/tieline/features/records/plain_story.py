"""Plain story: the rows of a story come in; a sentence for each thing that matters goes out.

For somebody who asks what became of an order and does not know the hub. What is left out (ids,
bytes, lanes, tries that were made again, steps that only the flow needs) is in ``story.py``.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tieline.model.base.ids import Micros, RunId
from tieline.model.views.details import Trail
from tieline.model.views.rows import AuditRow, DeadRow, EventRow, ReceiptRow, RunRow
from tieline.operations.story import Line
from tieline.rules.formats.labels import label, spoken
from tieline.rules.formats.plain_time import until
from tieline.rules.runs.failure import is_strangers

if TYPE_CHECKING:
    from tieline.model.runs.run import AttemptRecord

ENDED_WELL = frozenset({"done", "confirmed"})
TURNS = ("", "", "second", "third", "fourth", "fifth", "sixth")


def plain(trail: Trail, now_us: Micros) -> tuple[Line, ...]:
    """What happened, in order: what came in, what was done at other systems, how it stands."""
    types: dict[str, str] = {row.id: row.type for row in trail.events}
    lines = [
        *(line for row in trail.receipts for line in _came(row, types)),
        *(line for row in trail.events for line in _recorded(row)),
        *_done_elsewhere(trail),
        *(_died(row) for row in trail.dead),
        *(line for row in trail.runs for line in _stands(row, now_us)),
        *(_chosen(row) for row in trail.audit),
    ]
    return tuple(sorted(lines, key=lambda line: line.at_us))


def title(name: str) -> str:
    """``book_payment`` as people write it: ``Book payment``."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _came(row: ReceiptRow, types: dict[str, str]) -> Iterator[Line]:
    what = types.get(row.event_id or "", "a delivery")
    match row.verdict:
        case "duplicate" | "challenge":
            return
        case "refused":
            words, trouble = (
                f"A delivery of {row.source} was rejected at the door: {row.reason}",
                True,
            )
        case "quarantined":
            words, trouble = f"{row.source} sent {what}; it was kept aside: {row.reason}", True
        case "unmatched" if is_strangers(row.reason):
            words, trouble = f"{row.source} sent {what}; it was kept aside: {row.reason}", True
        case "unmatched":
            words, trouble = f"{row.source} sent {what}; nothing here takes it", False
        case _:
            words, trouble = f"{row.source} sent {what}", False
    yield Line(row.received_us, words, "receipt", row.id, trouble, row.source)


def _recorded(row: EventRow) -> Iterator[Line]:
    """A delivery is told already; a flow's own events are its affair."""
    if (row.cause or "").startswith("evt_"):
        yield Line(row.recorded_us, f"A corrected copy of {row.type} was recorded", "event", row.id)
    elif row.cause is None and row.receipt_id is None:
        yield Line(row.recorded_us, f"{row.type} began, by {row.source}", "event", row.id)


def _done_elsewhere(trail: Trail) -> Iterator[Line]:
    """One sentence for each call, with how it ended; reads that went well say nothing."""
    reads = {(r.run_id, r.name, r.key) for r in trail.steps if r.effect == "read"}
    tries: dict[tuple[RunId, str, str], list[AttemptRecord]] = defaultdict(list)
    for row in trail.attempts:
        tries[row.run_id, row.step, row.key].append(row)
    for which, made in tries.items():
        last = max(made, key=lambda one: (one.at_us, one.number))
        if last.outcome == "skipped" or (last.outcome in ENDED_WELL and which in reads):
            continue
        if last.outcome == "held":
            words = f"A person was asked: {last.detail}"
            yield Line(last.at_us, words, "attempt", last.run_id, is_trouble=False)
            continue
        call = last.step.removeprefix(f"{last.connection} ")
        where = last.connection or "another system"
        if last.outcome in ENDED_WELL:
            words = f"{where} accepted {call}{_on_which(last.number)}"
        elif last.outcome == "in-doubt":
            words = f"Nobody knows whether {where} accepted {call}: no answer came"
        else:
            status = "" if last.status is None else f" ({last.status})"
            outcome = spoken(label(last.outcome))
            words = f"{where} did not accept {call}{_on_which(last.number)}: {outcome}{status}"
            words += f", {last.detail}" if last.detail else ""
        trouble = last.outcome not in ENDED_WELL
        yield Line(last.at_us, words, "attempt", last.run_id, trouble, last.connection)


def _on_which(number: int) -> str:
    if number <= 1:
        return ""
    turn = TURNS[number] if number < len(TURNS) else f"{number}th"
    return f", on the {turn} attempt"


def _died(row: DeadRow) -> Line:
    words = f"{title(row.flow)} failed for good: {row.reason}"
    return Line(row.at_us, words, "dead", row.run_id, is_trouble=True)


def _stands(row: RunRow, now_us: Micros) -> Iterator[Line]:
    name, reason = title(row.flow), row.reason or "it has to"
    match row.state:
        case "done":
            yield Line(row.moved_us, f"{name} is done", "run", row.id)
        case "waiting":
            what = f" for {row.waits}" if row.waits is not None else ""
            words = f"{name} waits{what}, and goes on {until(row.due_us, now_us)}: {reason}"
            yield Line(row.moved_us, words, "run", row.id)
        case "retrying":
            words = f"{name} is attempted again {until(row.due_us, now_us)}: {reason}"
            yield Line(row.moved_us, words, "run", row.id, is_trouble=True)
        case "held":
            wanted = "lets it pass" if row.step_in_doubt is None else "says what happened"
            words = f"{name} is held until a person {wanted}: {reason}"
            yield Line(row.moved_us, words, "run", row.id, is_trouble=True)
        case "cancelled":
            yield Line(row.moved_us, f"{name} was cancelled: {reason}", "run", row.id)
        case "running":
            yield Line(row.moved_us, f"{name} is under way", "run", row.id)
        case "ready":
            behind = "an earlier one of its lane is done" if row.behind else "there is room"
            yield Line(row.moved_us, f"{name} begins as soon as {behind}", "run", row.id)
        case _:
            return


def _chosen(row: AuditRow) -> Line:
    if row.action == "resolve-continue":
        words = f"{row.actor} let it pass: {row.reason}"
        return Line(row.at_us, words, "audit", row.subject)
    action = spoken(label(row.action))
    return Line(row.at_us, f"{row.actor} chose: {action} ({row.reason})", "audit", row.subject)
