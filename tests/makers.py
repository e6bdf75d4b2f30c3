"""Makers: the smallest valid thing of each kind; what a test does not say is of no account."""

from typing import Any

from tieline.model.base.ids import (
    NO_TENANT,
    EventId,
    ReceiptId,
    ReplayId,
    RunId,
    TenantId,
    WorkerId,
)
from tieline.model.calls.call import Effect
from tieline.model.commands import Admission, By, Ingest
from tieline.model.inbound.event import Event
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.runs.run import AttemptRecord, NewRun, RunClaim, StepRecord, StepState

START_US = 1_767_225_600_000_000
"""2026-01-01 00:00 UTC."""
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
FLOW = "post_invoice"
ALICE = WorkerId("wrk_alice")
BOB = WorkerId("wrk_bob")


def an_id(prefix: str, number: int) -> str:
    """Like the real ones: sortable by the time in them, then by number."""
    return f"{prefix}{START_US // 1000:012x}7{number:019x}"


def event_id(number: int) -> EventId:
    return EventId(an_id("evt_", number))


def run_id(number: int) -> RunId:
    return RunId(an_id("run_", number))


def a_claim(number: int = 1, epoch: int = 1, tenant: TenantId = NO_TENANT) -> RunClaim:
    return RunClaim(tenant, run_id(number), epoch)


def replay_id(number: int) -> ReplayId:
    return ReplayId(an_id("rpl_", number))


def receipt_id(number: int) -> ReceiptId:
    return ReceiptId(an_id("rct_", number))


def an_event(number: int = 1, **changes: Any) -> Event:
    event = Event(
        id=event_id(number),
        tenant=NO_TENANT,
        source="billing",
        type="invoice.paid",
        identity=f"identity-{number}",
        recorded_us=START_US,
        correlation=receipt_id(number),
        traceparent=None,
        receipt_id=None,
        cause=None,
        contract=None,
        data=b'{"cents":100}',
    )
    return event._replace(**changes)


def a_receipt(number: int = 1, **changes: Any) -> Receipt:
    """The receipt of an accepted delivery of event *number*."""
    receipt = Receipt(
        id=receipt_id(number),
        tenant=NO_TENANT,
        source="billing",
        received_us=START_US,
        verdict=Verdict.ACCEPTED,
        status=202,
        reason=None,
        event_id=event_id(number),
        remote="192.0.2.1",
        headers=b"[]",
        body=b'{"cents":100}',
        body_bytes=13,
    )
    return receipt._replace(**changes)


def a_run(number: int = 1, **changes: Any) -> NewRun:
    """A run of event *number*."""
    run = NewRun(
        id=run_id(number),
        tenant=NO_TENANT,
        flow=FLOW,
        event_id=event_id(number),
        priority=5,
        lane=None,
        created_us=START_US,
        deadline_us=None,
    )
    return run._replace(**changes)


def an_admission(number: int = 1, **changes: Any) -> Admission:
    """Event *number* with its one run; *changes* are the run's, and its tenant is the event's."""
    run = a_run(number, **changes)
    return Admission(
        an_event(number, tenant=run.tenant, recorded_us=run.created_us),
        (run,),
        expires_us=run.created_us + 30 * DAY_US,
    )


def an_ingest(number: int = 1, *, worker: WorkerId | None = None, **changes: Any) -> Ingest:
    """A delivery of event *number* with its one run; *changes* are the run's."""
    return Ingest((an_admission(number, **changes),), worker=worker)


def a_delivery(number: int = 1, **changes: Any) -> Ingest:
    """The same with a receipt, whose body is the event's payload."""
    admission = an_admission(number, **changes)
    receipt = a_receipt(number, received_us=admission.event.recorded_us)
    event = admission.event._replace(receipt_id=receipt.id, data=None)
    return Ingest(
        (Admission(event, admission.runs, (), admission.expires_us),),
        receipt,
    )


def a_step(run: str, name: str = "books POST /entries", **changes: Any) -> StepRecord:
    """A call that is done."""
    step = StepRecord(
        run_id=RunId(run),
        name=name,
        key="#1",
        state=StepState.DONE,
        effect=Effect.ONCE,
        fingerprint="f" * 32,
        effect_key=f"effect of {name}",
        tries=1,
        result=b'{"id":1}',
        started_us=START_US,
        finished_us=START_US,
    )
    return step._replace(**changes)


def an_attempt(run: str, number: int = 1, **changes: Any) -> AttemptRecord:
    attempt = AttemptRecord(
        run_id=RunId(run),
        step="books POST /entries",
        key="#1",
        number=number,
        connection="books",
        at_us=START_US,
        took_us=34_000,
        status=200,
        outcome="done",
        retry_us=None,
        detail=None,
        trace=None,
    )
    return attempt._replace(**changes)


def by(reason: str = "it was asked for", at_us: int = START_US) -> By:
    return By("ops@acme.example", reason, at_us)
