"""Front: a request at the door comes in; it is verified, admitted, on disk, and then answered.

No outbound call happens here. The order is the promise: the reply is made after the commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tieline.model.base.errors import Overloaded, PayloadRejected, StoreError
from tieline.model.base.ids import NO_TENANT, EventId, ReceiptId, TenantId
from tieline.model.base.json_text import text_again
from tieline.model.base.secret import Secret
from tieline.model.commands import Admission, Ingested
from tieline.model.hub.flow import FlowSpec, HubSpec, WebhookSource
from tieline.model.hub.tenant_rule import PathTenant
from tieline.model.inbound.handshake import HandshakeAnswer
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.inbound.request import Inbound, Reply, RequestProblem
from tieline.model.inbound.signature import RefusalReason, Refused, Verification, Verified
from tieline.model.runs.facts import Received as ReceivedFact
from tieline.model.runs.facts import StoreTrouble
from tieline.model.runs.run import ClaimedRun
from tieline.pipeline.admit import Admitted, Admitter, EventOrigin, Occurrence, RunStart
from tieline.pipeline.dispatch import LONGEST_REFERENCE
from tieline.pipeline.inbound_problems import (
    BUSY,
    TOO_LARGE,
    UNREADY,
    malformed,
    not_post,
    unknown_source,
    with_url,
)
from tieline.pipeline.inbound_rates import InboundRates
from tieline.pipeline.receive import ReceivedRequest, discreet, receive
from tieline.pipeline.record import (
    Receipts,
    challenge_of,
    correlation_of,
    record,
    record_receipt,
)
from tieline.pipeline.refuse import Refuser, RefuserParts, scheme_of
from tieline.pipeline.verify import Verifier, verifier_of
from tieline.ports.capacity import Capacity
from tieline.ports.clock import Clock
from tieline.ports.crash_points import Reach, go_on
from tieline.ports.ids import Ids
from tieline.ports.journal import Journal
from tieline.ports.observer import Observer
from tieline.ports.tenants import EVERYBODY, TenantBook
from tieline.ports.vault import Vault
from tieline.rules.formats.trace import begun, joined
from tieline.rules.inbound.handshake import answer_challenge
from tieline.rules.privacy.redact import KnownSecrets, nothing_known

JSON_TYPE = (("content-type", "application/json"),)
BY_PATH = PathTenant()


@dataclass(frozen=True, slots=True)
class FrontParts:
    """What the front half works with."""

    journal: Journal
    vault: Vault
    clock: Clock
    ids: Ids
    observer: Observer
    admitter: Admitter
    hands: Capacity | None = None
    """None: this process executes nothing, runs are stored as ready."""
    reach: Reach = go_on
    tenants: TenantBook = EVERYBODY
    knows_address: bool = True
    """Whether somebody said how senders reach this hub, which some of them sign."""
    known: Callable[[], KnownSecrets] = nothing_known
    """The hub's own secrets, which nothing that is kept may have in it."""


class Front:
    """The door of a hub: one entry for every webhook source."""

    def __init__(self, hub: HubSpec, parts: FrontParts) -> None:
        self._parts = parts
        self._doors = hub.webhooks()
        self._verifiers: dict[str, Verifier] = {
            name: verifier_of(door, parts.vault, parts.tenants)
            for name, door in self._doors.items()
        }
        self._rates = InboundRates(parts.tenants)
        self._receipts = {
            name: Receipts(door, self._verifiers[name], parts.known)
            for name, door in self._doors.items()
        }
        self.refuser = Refuser(
            RefuserParts(
                parts.journal,
                parts.clock,
                parts.ids,
                parts.observer,
                self._secrets,
                self._hidden,
            )
        )

    def door(self, source: str) -> WebhookSource | None:
        """The webhook source of this name, for limits that hold while a body still arrives."""
        return self._doors.get(source) or self._split(source)[0]

    def located(self, inbound: Inbound) -> Inbound:
        """The request with its source, where a tenant stands behind that in the path."""
        if inbound.source in self._doors:
            return inbound
        door, tail = self._split(inbound.source)
        return inbound if door is None else replace(inbound, source=door.name, tail=tail)

    def _split(self, path: str) -> tuple[WebhookSource | None, str]:
        name, _, tail = path.partition("/")
        door = self._doors.get(name) if tail else None
        return (door, tail) if door is not None and door.tenant == BY_PATH else (None, "")

    def _secrets(self, source: str) -> tuple[Secret, ...]:
        verifier = self._verifiers.get(source)
        return () if verifier is None else verifier.secrets

    def _hidden(self, source: str) -> frozenset[str]:
        receipts = self._receipts.get(source)
        return frozenset() if receipts is None else receipts.hidden

    async def take(self, inbound: Inbound) -> Reply:
        """Answer a delivery; whatever was accepted is on disk by then."""
        door = self._doors.get(inbound.source)
        if door is None:
            inbound = self.located(inbound)
            door = self._doors.get(inbound.source)
            if door is None:
                return await self.refuser.refuse(inbound, unknown_source(inbound.source))
        received = receive(inbound, door)
        if isinstance(received, RequestProblem) and received.status == TOO_LARGE:
            return await self.refuser.refuse(inbound, received)
        verifier = self._verifiers[inbound.source]
        decoded = inbound.body if isinstance(received, RequestProblem) else received.decoded
        verdict = verifier.verify(inbound, decoded, inbound.received_us)
        if door.scheme.handshake is not None:
            reply = await self._shake_hands(inbound, door, verdict)
            if reply is not None:
                return reply
        if inbound.method != "POST":
            return await self.refuser.refuse(inbound, not_post(inbound.method))
        if isinstance(verdict, Refused):
            return await self._not_vouched_for(inbound, door, verdict)
        inbound, received = discreet(
            inbound, received, self._parts.known(), self._receipts[inbound.source].read_from
        )
        return await self._accept(inbound, door, received, verdict)

    # --- the accepted -------------------------------------------------------------------------

    async def _accept(
        self,
        inbound: Inbound,
        door: WebhookSource,
        received: ReceivedRequest | RequestProblem,
        verdict: Verified,
    ) -> Reply:
        parts = self._parts
        proof = self._verifiers[inbound.source].proof_of(inbound, verdict)
        found, fault = parts.admitter.deliveries.found_in(door, inbound, received, verdict, proof)
        if fault is not None and verdict.secret < 0:  # anybody may have sent it
            why = received if isinstance(received, RequestProblem) else malformed(fault)
            return await self.refuser.refuse(inbound, why)
        early = self._rates.too_many(door, found, inbound.received_us, is_unread=fault is not None)
        if early is not None:
            return self.refuser.answer(inbound, early)
        receipt_id = parts.ids.receipt()
        admitted = self._admitted(found, fault, self._origin(inbound, receipt_id))
        receipts = self._receipts[inbound.source]
        receipt = receipts.receipt_of(inbound, receipt_id, admitted)
        if not admitted.admissions:
            return await self._keep_without_event(inbound, door, receipt)
        return await self._keep(inbound, door, receipt, admitted)

    async def _keep(
        self, inbound: Inbound, door: WebhookSource, receipt: Receipt, admitted: Admitted
    ) -> Reply:
        parts = self._parts
        flows = [start.flow for start in admitted.starts]
        hands = parts.hands
        worker = None
        # One delivery may hold events of several tenants.
        if hands is not None and flows and hands.reserve(flows, _tenants_of(admitted)):
            worker = hands.worker
        try:
            ingested = await record(parts.journal, receipt, admitted, worker)
        except BaseException as error:
            reply = self._not_kept(inbound, error, () if worker is None else flows)
            if reply is None:
                raise
            return reply
        if hands is not None:
            _hand_over(hands, admitted.starts if worker is not None else (), ingested)
        parts.reach("ingest.before-answer")
        verdict = admitted.verdict if ingested.fresh else Verdict.DUPLICATE
        if ingested.doubt is not None:
            verdict, receipt = Verdict.QUARANTINED, receipt._replace(reason=ingested.doubt)
        return self._acknowledge(door, inbound, verdict, (receipt, admitted, ingested.event_id))

    def _admitted(
        self, found: list[Occurrence], fault: PayloadRejected | None, origin: EventOrigin
    ) -> Admitted:
        if fault is not None:
            return self._parts.admitter.unread(found[0], fault, origin)
        return self._parts.admitter.deliver(found, origin)

    def _not_kept(
        self, inbound: Inbound, error: BaseException, reserved: Sequence[FlowSpec]
    ) -> Reply | None:
        """Give the places back; the answer where the store is in trouble, else None."""
        if self._parts.hands is not None and reserved:
            self._parts.hands.release(reserved)
        return self._busy(inbound, error) if isinstance(error, Overloaded | StoreError) else None

    def _origin(self, inbound: Inbound, receipt_id: ReceiptId) -> EventOrigin:
        correlation = correlation_of(inbound) or receipt_id
        traceparent = joined(inbound.named.first("traceparent"))
        if traceparent is None:
            # Our own trace begins here: the receipt's id is random enough to be its name.
            traceparent = begun(receipt_id, self._parts.admitter.traced)
        return EventOrigin(
            NO_TENANT, inbound.source, inbound.received_us, correlation, traceparent, receipt_id
        )

    async def _keep_without_event(
        self, inbound: Inbound, door: WebhookSource, receipt: Receipt
    ) -> Reply:
        """A delivery in which nothing happened, or whose events are not where they should be."""
        try:
            await record_receipt(self._parts.journal, receipt._replace(reason="no event in it"))
        except (Overloaded, StoreError) as error:
            return self._busy(inbound, error)
        return self._acknowledge(door, inbound, Verdict.UNMATCHED, (receipt, None, None))

    def _acknowledge(
        self,
        door: WebhookSource,
        inbound: Inbound,
        verdict: Verdict,
        stored: tuple[Receipt, Admitted | None, EventId | None],
    ) -> Reply:
        wanted = door.scheme.acknowledgement
        receipt, admitted, event_id = stored
        first = None if admitted is None else admitted.admissions[0]
        now_us = self._parts.clock.now_us()
        self._parts.observer.saw(
            ReceivedFact(
                inbound.source,
                verdict,
                wanted.status,
                receipt.reason,
                event_id,
                now_us - inbound.received_us,
                now_us,
                receipt.id,
                None if first is None else first.event,
                _reference(first),
                scheme=scheme_of(inbound),
            )
        )
        if not wanted.names_event:
            return Reply(wanted.status, (), b"")
        named = b"null" if event_id is None else b'"%b"' % event_id.encode()
        body = b'{"status":"accepted","event_id":' + named + b"}"
        return Reply(wanted.status, JSON_TYPE, body)

    # --- the others ---------------------------------------------------------------------------

    async def _shake_hands(
        self, inbound: Inbound, door: WebhookSource, verdict: Verification
    ) -> Reply | None:
        answer = answer_challenge(
            door.scheme.handshake,
            inbound,
            verdict=verdict,
            secrets=self._verifiers[inbound.source].secrets,
            verify_tokens=self._parts.vault.secrets(f"{door.signing}-verify"),
        )
        if answer is None:
            return None
        if answer.status >= 400:
            return await self._refuse_handshake(inbound, answer, verdict)
        receipt_id = self._parts.ids.receipt()
        await self.refuser.keep(challenge_of(inbound, NO_TENANT, receipt_id, status=answer.status))
        self.refuser.saw(inbound, Verdict.CHALLENGE, answer.status, "handshake", receipt_id)
        return Reply(answer.status, answer.headers, answer.body)

    async def _refuse_handshake(
        self, inbound: Inbound, answer: HandshakeAnswer, verdict: Verification
    ) -> Reply:
        """The refusal in the vendor's own form where it insists on one (an empty body)."""
        detail = answer.body.decode() or "the delivery is not authentic"
        reason = f"{verdict.reason}: {verdict.detail}" if isinstance(verdict, Refused) else ""
        problem = RequestProblem(answer.status, "handshake-refused", "The handshake failed", detail)
        if answer.body:
            return await self.refuser.refuse(inbound, problem)
        await self.refuser.refuse(inbound, problem, reason=reason)
        return Reply(answer.status, answer.headers, b"")

    async def _not_vouched_for(
        self, inbound: Inbound, door: WebhookSource, refused: Refused
    ) -> Reply:
        if refused.reason is not RefusalReason.NO_SECRET:
            problem = RequestProblem(
                401, refused.reason, "The delivery is not authentic", refused.detail
            )
            reason = ""
            if door.scheme.covers_url and refused.reason is RefusalReason.BAD_SIGNATURE:
                where = with_url(inbound.url, is_said=self._parts.knows_address)
                reason = f"{refused.reason}: {refused.detail}{where}"
            return await self.refuser.refuse(inbound, problem, reason=reason)
        place = self._parts.vault.place_of(door.signing)
        reason = f"{refused.reason}: secret {door.signing!r} in {place}: {refused.detail}"
        return await self.refuser.refuse(inbound, UNREADY, reason=reason)

    def _busy(self, inbound: Inbound, error: Exception) -> Reply:
        """Nothing was stored, and the sender is told so: 503 makes every provider try again."""
        self._parts.observer.saw(StoreTrouble(str(error)))
        return self.refuser.answer(inbound, BUSY)


def _tenants_of(admitted: Admitted) -> list[TenantId]:
    return [start.run.tenant for start in admitted.starts]


def _hand_over(hands: Capacity, reserved: Sequence[RunStart], ingested: Ingested) -> None:
    """Start what is claimed; return the places of what is not.

    The first run of an event has the objects that the delivery was read into; each further one
    reads its own, so that no flow sees what another makes of them.
    """
    given: set[EventId] = set()
    for start in reserved:
        if start.run.id not in ingested.claimed:
            hands.release((start.flow,))
        elif start.event.id not in given:
            given.add(start.event.id)
            hands.start(claimed_run(start), start.flow, start.payload, start.typed)
        else:
            body = text_again(start.payload) if start.event.data is None else None
            hands.start_anew(claimed_run(start, body))
    if ingested.queued:
        hands.look()


def claimed_run(start: RunStart, body: bytes | None = None) -> ClaimedRun:
    """The claim of a run that was stored as claimed: its first, with nothing to remember."""
    run = start.run
    return ClaimedRun(
        run.id,
        run.tenant,
        run.flow,
        1,
        0,
        run.created_us,
        run.deadline_us,
        run.lane,
        run.replay_id,
        run.generation,
        start.event,
        body,
    )


def _reference(admission: Admission | None) -> str | None:
    """The first business name in an event."""
    if admission is None or not admission.mentions:
        return None
    mention = admission.mentions[0]
    return f"{mention.kind}:{mention.key}"[:LONGEST_REFERENCE]
