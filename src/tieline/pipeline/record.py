"""Record: what the door decided comes in; receipt, events and runs are on disk when it goes out."""

import orjson

from tieline.model.commands import Ingest, Ingested, KeepReceipt
from tieline.model.ids import EventId, ReceiptId, Tenant, WorkerId
from tieline.model.inbound import Inbound
from tieline.model.receipt import Receipt, Verdict
from tieline.pipeline.admit import Admitted
from tieline.ports.journal import Journal
from tieline.rules.redact import redact_headers

ACCEPTED_STATUS = 202


async def record(
    journal: Journal, receipt: Receipt, admitted: Admitted, worker: WorkerId | None
) -> Ingested:
    """Commit a delivery. Raises Overloaded or StoreError: then nothing of it is stored."""
    return await journal.commit(Ingest(admitted.admissions, receipt, worker))


async def record_refusal(journal: Journal, receipt: Receipt) -> None:
    """Keep the receipt of a delivery that made no event."""
    await journal.commit(KeepReceipt(receipt))


def receipt_of(
    inbound: Inbound, tenant: Tenant, receipt_id: ReceiptId, admitted: Admitted
) -> Receipt:
    """The receipt of an authentic delivery, with its bytes as they came."""
    event_id = admitted.admissions[0].event.id if admitted.admissions else None
    return _receipt(inbound, tenant, receipt_id)._replace(
        verdict=admitted.verdict,
        status=ACCEPTED_STATUS,
        reason=admitted.reason,
        event_id=event_id,
        headers=orjson.dumps(redact_headers(inbound.headers)),
        body=inbound.body,
    )


def refusal_of(
    inbound: Inbound, tenant: Tenant, receipt_id: ReceiptId, *, status: int, reason: str
) -> Receipt:
    """The receipt of a refused delivery: without payload, since nobody vouches for it."""
    return _receipt(inbound, tenant, receipt_id)._replace(status=status, reason=reason)


def challenge_of(
    inbound: Inbound, tenant: Tenant, receipt_id: ReceiptId, *, status: int
) -> Receipt:
    """The receipt of a provider's handshake."""
    return _receipt(inbound, tenant, receipt_id)._replace(
        verdict=Verdict.CHALLENGE, status=status, reason="handshake"
    )


def _receipt(inbound: Inbound, tenant: Tenant, receipt_id: ReceiptId) -> Receipt:
    no_event: EventId | None = None
    return Receipt(
        id=receipt_id,
        tenant=tenant,
        source=inbound.source,
        received_us=inbound.received_us,
        verdict=Verdict.REFUSED,
        status=0,
        reason=None,
        event_id=no_event,
        remote=inbound.remote,
        headers=None,
        body=None,
        body_bytes=len(inbound.body),
    )
