"""Sealing: commands and answers come in; their payloads go out sealed, and opened again.

The one place that knows where payloads are: bodies of receipts, data of events, results and
arguments of steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar, cast

from tieline.model import commands as c
from tieline.model.command import Command
from tieline.model.inbound.event import Event
from tieline.model.inbound.receipt import Receipt
from tieline.model.runs.run import ClaimedRun, StepRecord
from tieline.model.views.details import (
    EventDetail,
    EventToReplay,
    ReceiptDetail,
    ReplayBatch,
    RunDetail,
    Trail,
)
from tieline.model.views.rows import StepRow
from tieline.model.views.views import Question
from tieline.ports.sealer import Sealer
from tieline.ports.views import Views

R = TypeVar("R")
Seal = Callable[[Any, Sealer], Any]


class SealedViews:
    """Views that open what the journal sealed."""

    def __init__(self, views: Views, sealer: Sealer) -> None:
        self._views = views
        self._sealer = sealer

    async def read(self, question: Question[R]) -> R:
        """Answer *question*, with payloads as they were."""
        return opened(await self._views.read(question), self._sealer)

    async def close(self) -> None:
        """Let go of the store."""
        await self._views.close()


# --- on the way in --------------------------------------------------------------------------------


def sealed(command: Command[R], sealer: Sealer) -> Command[R]:
    """*command* as it may be stored."""
    found, kind = command, cast("type", type(command))
    for seal in seals_of(kind):
        found = seal(found, sealer)
    return found


@cache
def seals_of(kind: type) -> tuple[Seal, ...]:
    """What seals commands of *kind*: features have theirs by the fields that carry payloads."""
    if kind in SEALS:
        return (SEALS[kind],)
    fields: Mapping[str, object] = getattr(kind, "__dataclass_fields__", {})
    return tuple(BY_FIELD[name] for name in fields if name in BY_FIELD)


def _ingest(command: c.Ingest, sealer: Sealer) -> c.Ingest:
    admissions = tuple(_admission(one, sealer) for one in command.admissions)
    receipt = None if command.receipt is None else _receipt(command.receipt, sealer)
    return c.Ingest(admissions, receipt, command.worker)


def _admission(admission: c.Admission, sealer: Sealer) -> c.Admission:
    event = admission.event
    if event.data is None:
        return admission
    data = sealer.seal(event.id, event.data)
    return replace(admission, event=event._replace(data=data))


def _receipt(receipt: Receipt, sealer: Sealer) -> Receipt:
    if receipt.body is None:
        return receipt
    return receipt._replace(body=sealer.seal(receipt.id, receipt.body))


def _progress(progress: c.Progress, sealer: Sealer) -> c.Progress:
    if not progress.steps and not progress.emitted and not progress.arguments:
        return progress
    return replace(
        progress,
        steps=tuple(_step(step, sealer) for step in progress.steps),
        emitted=tuple(_admission(one, sealer) for one in progress.emitted),
        arguments=tuple(
            one._replace(arguments=sealer.seal(one.run_id, one.arguments))
            for one in progress.arguments
        ),
    )


def _step(step: StepRecord, sealer: Sealer) -> StepRecord:
    if step.result is None:
        return step
    return step._replace(result=sealer.seal(step.run_id, step.result))


def _resolve(command: c.ResolveHeld, sealer: Sealer) -> c.ResolveHeld:
    if command.result is None:
        return command
    return replace(command, result=sealer.seal(command.run_id, command.result))


def _with_admission(command: Any, sealer: Sealer) -> Any:
    if command.admission is None:
        return command
    return replace(command, admission=_admission(command.admission, sealer))


def _with_admissions(command: Any, sealer: Sealer) -> Any:
    return replace(command, admissions=tuple(_admission(one, sealer) for one in command.admissions))


def _with_receipt(command: Any, sealer: Sealer) -> Any:
    return replace(command, receipt=_receipt(command.receipt, sealer))


def _with_progress(command: Any, sealer: Sealer) -> Any:
    return replace(command, progress=_progress(command.progress, sealer))


SEALS: Mapping[type, Seal] = {c.Ingest: _ingest, c.ResolveHeld: _resolve}
BY_FIELD: Mapping[str, Seal] = {
    "admission": _with_admission,
    "admissions": _with_admissions,
    "receipt": _with_receipt,
    "progress": _with_progress,
}


# --- on the way out -------------------------------------------------------------------------------


def opened(answer: R, sealer: Sealer) -> R:
    """*answer* with payloads as they were; what nobody has the key of stays sealed."""
    unseal = OPENS.get(type(answer))
    found: R = answer if unseal is None else unseal(answer, sealer)
    return found


def _claimed(answer: c.Claimed, sealer: Sealer) -> c.Claimed:
    return c.Claimed(tuple(_run(run, sealer) for run in answer.runs), answer.more)


def _run(run: ClaimedRun, sealer: Sealer) -> ClaimedRun:
    steps = [_opened_step(step, sealer) for step in run.steps]
    event = _event(run.event, sealer)
    return replace(run, event=event, body=_body(event, run.body, sealer), steps=steps)


def _opened_step(step: StepRecord, sealer: Sealer) -> StepRecord:
    result, arguments = step.result, step.arguments
    if result is not None:
        step = step._replace(result=sealer.open(step.run_id, result))
    if arguments is not None:
        step = step._replace(arguments=sealer.open(step.run_id, arguments))
    return step


def _event(event: Event, sealer: Sealer) -> Event:
    if event.data is None:
        return event
    return event._replace(data=sealer.open(event.id, event.data))


def _body(event: Event, body: bytes | None, sealer: Sealer) -> bytes | None:
    if body is None or event.receipt_id is None:
        return body
    return sealer.open(event.receipt_id, body)


def _event_detail(answer: EventDetail, sealer: Sealer) -> EventDetail:
    event = _event(answer.event, sealer)
    return replace(answer, event=event, body=_body(event, answer.body, sealer))


def _receipt_detail(answer: ReceiptDetail, sealer: Sealer) -> ReceiptDetail:
    receipt = answer.receipt
    if receipt.body is None:
        return answer
    body = sealer.open(receipt.id, receipt.body)
    return replace(answer, receipt=receipt._replace(body=body))


def _steps(rows: tuple[StepRow, ...], sealer: Sealer) -> tuple[StepRow, ...]:
    """A long result was cut where it was read, and cannot be opened: only its size is told."""
    return tuple(_step_row(row, sealer) for row in rows)


def _step_row(row: StepRow, sealer: Sealer) -> StepRow:
    if row.result is None or row.result_bytes != len(row.result):
        return row
    result = sealer.open(row.run_id, row.result)
    return replace(row, result=result, result_bytes=len(result))


def _with_steps(answer: Any, sealer: Sealer) -> Any:
    return replace(answer, steps=_steps(answer.steps, sealer))


def _bite(answer: ReplayBatch, sealer: Sealer) -> ReplayBatch:
    return replace(answer, events=tuple(_replayable(one, sealer) for one in answer.events))


def _replayable(one: EventToReplay, sealer: Sealer) -> EventToReplay:
    event = _event(one.event, sealer)
    return replace(one, event=event, body=_body(event, one.body, sealer))


OPENS: Mapping[type, Callable[[Any, Sealer], Any]] = {
    c.Claimed: _claimed,
    EventDetail: _event_detail,
    ReceiptDetail: _receipt_detail,
    RunDetail: _with_steps,
    Trail: _with_steps,
    ReplayBatch: _bite,
}
