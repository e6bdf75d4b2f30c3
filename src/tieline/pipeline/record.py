"""Record: what the door decided comes in; receipt, events and runs are on disk when it goes out."""

import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import orjson

from tieline.model.base.headers import Headers
from tieline.model.base.ids import NO_TENANT, EventId, ReceiptId, TenantId, WorkerId
from tieline.model.commands import Ingest, Ingested, KeepReceipt
from tieline.model.hub.flow import WebhookSource
from tieline.model.hub.tenant_rule import HeaderTenant
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.inbound.request import Inbound
from tieline.model.inbound.signature import FormHmacScheme, TokenScheme, WebhookScheme
from tieline.pipeline.admit import Admitted
from tieline.pipeline.verify import Verifier
from tieline.ports.journal import Journal
from tieline.rules.formats.plain_text import inert
from tieline.rules.privacy.redact import REDACTED, KnownSecrets, redact_bytes, redact_headers
from tieline.rules.privacy.redact_failure import known

CORRELATION = re.compile(r"[A-Za-z0-9._:-]{1,128}")
HEADER = "x-correlation-id"
LONGEST_REASON = 4000
LONGEST_SOURCE = 64


def record(
    journal: Journal, receipt: Receipt, admitted: Admitted, worker: WorkerId | None
) -> Coroutine[Any, Any, Ingested]:
    """Commit a delivery. Raises Overloaded or StoreError: then nothing of it is stored."""
    return journal.commit(Ingest(admitted.admissions, receipt, worker))


async def record_receipt(journal: Journal, receipt: Receipt) -> None:
    """Keep the receipt of a delivery that made no event."""
    await journal.commit(KeepReceipt(receipt))


class Receipts:
    """The receipts of the authentic deliveries of one source."""

    def __init__(
        self, door: WebhookSource, verifier: Verifier, known: Callable[[], KnownSecrets]
    ) -> None:
        """*known* are the hub's own secrets, of this source and of all others."""
        self._verifier = verifier
        self._known = known
        self.read_from = frozenset({HEADER, *_told_in(door)})
        """The headers that something of an event is made of."""
        self._status = door.scheme.acknowledgement.status
        self._also_hidden = frozenset(filter(_would_show, _proofs(door.scheme)))

    @property
    def hidden(self) -> frozenset[str]:
        """The headers that prove a delivery and would be shown by their names alone."""
        return self._also_hidden

    def receipt_of(self, inbound: Inbound, receipt_id: ReceiptId, admitted: Admitted) -> Receipt:
        """The receipt of a delivery, with its bytes as they came."""
        return Receipt(
            receipt_id,
            admitted.tenant,
            inbound.source,
            inbound.received_us,
            admitted.verdict,
            self._status,
            None if admitted.reason is None else inert(admitted.reason, LONGEST_REASON),
            admitted.admissions[0].event.id if admitted.admissions else None,
            inbound.remote,
            self._shown(inbound.headers),
            inbound.body,
            len(inbound.body),
        )

    def _shown(self, headers: Headers) -> bytes:
        """*headers* as JSON, without credentials: those of the usual names, what proves this
        source, and its secrets wherever they stand."""
        shown = redact_headers(headers)
        if self._also_hidden:
            shown = tuple((n, REDACTED if n in self._also_hidden else text) for n, text in shown)
        told = redact_bytes(orjson.dumps(shown), self._known())
        return redact_bytes(told, known(self._verifier.secrets))


def _proofs(scheme: WebhookScheme) -> list[str]:
    """The headers that hold a signature, or the secret itself."""
    return [
        (one.header if isinstance(one, TokenScheme | FormHmacScheme) else one.place.header).lower()
        for one in scheme.schemes
    ]


def _told_in(door: WebhookSource) -> Iterator[str]:
    shape, tenant = door.scheme.shape, door.tenant
    named = (shape.type_header, shape.id_header)
    of_tenant = (tenant.header,) if isinstance(tenant, HeaderTenant) else ()
    yield from (name.lower() for name in (*named, *of_tenant) if name is not None)


def _would_show(name: str) -> bool:
    return redact_headers(((name, ""),)) == ((name, ""),)


def correlation_of(inbound: Inbound) -> str | None:
    """The sender's own name for this delivery, if it is one that may stand in a log."""
    found = inbound.named.first(HEADER)
    return found if found is not None and CORRELATION.fullmatch(found) else None


def refusal_of(
    inbound: Inbound, receipt_id: ReceiptId, *, status: int, reason: str, headers: bytes
) -> Receipt:
    """The receipt of a refused delivery: without payload, since nobody vouches for it."""
    return _receipt(inbound, NO_TENANT, receipt_id)._replace(
        status=status,
        reason=inert(reason, LONGEST_REASON),
        headers=headers,
    )


def challenge_of(
    inbound: Inbound, tenant: TenantId, receipt_id: ReceiptId, *, status: int
) -> Receipt:
    """The receipt of a provider's handshake."""
    return _receipt(inbound, tenant, receipt_id)._replace(
        verdict=Verdict.CHALLENGE, status=status, reason="handshake"
    )


def _receipt(inbound: Inbound, tenant: TenantId, receipt_id: ReceiptId) -> Receipt:
    no_event: EventId | None = None
    return Receipt(
        id=receipt_id,
        tenant=tenant,
        source=inert(inbound.source, LONGEST_SOURCE),
        received_us=inbound.received_us,
        verdict=Verdict.REFUSED,
        status=0,
        reason=None,
        event_id=no_event,
        remote=inbound.remote,
        headers=None,
        body=None,
        body_bytes=max(len(inbound.body), inbound.declared_bytes),
    )
