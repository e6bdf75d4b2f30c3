"""Front: a request at the door comes in; it is verified, admitted, on disk, and then answered.

No outbound call happens here. The order is the promise: the reply is made after the commit.
"""

import re
from dataclasses import dataclass

from tieline.model.commands import Ingested
from tieline.model.errors import Overloaded, PayloadRejected, StoreError
from tieline.model.facts import Received as ReceivedFact
from tieline.model.facts import StoreTrouble
from tieline.model.flow import HubSpec, WebhookSource
from tieline.model.ids import NO_TENANT, ReceiptId
from tieline.model.inbound import Inbound, Problem, Reply
from tieline.model.receipt import Receipt, Verdict
from tieline.model.run import ClaimedRun
from tieline.model.signature import Refused, SignedDelivery, Verification
from tieline.pipeline.admit import Admitted, Admitter, Origin, Start
from tieline.pipeline.receive import Received, receive
from tieline.pipeline.record import (
    ACCEPTED_STATUS,
    challenge_of,
    receipt_of,
    record,
    record_refusal,
    refusal_of,
)
from tieline.pipeline.verify import Verifier
from tieline.ports.clock import Clock
from tieline.ports.crashpoints import Reach, go_on
from tieline.ports.hands import Hands
from tieline.ports.ids import Ids
from tieline.ports.journal import Journal
from tieline.ports.observer import Observer
from tieline.ports.vault import Vault
from tieline.rules.handshake import answer_challenge

JSON_TYPE = (("content-type", "application/json"),)
CORRELATION = re.compile(r"[A-Za-z0-9._:-]{1,128}")
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
BUSY_S = 5


@dataclass(frozen=True, slots=True)
class FrontParts:
    """What the front half works with."""

    journal: Journal
    vault: Vault
    clock: Clock
    ids: Ids
    observer: Observer
    admitter: Admitter
    hands: Hands | None = None
    """None: this process executes nothing, runs are stored as ready."""
    reach: Reach = go_on


class Front:
    """The door of a hub: one entry for every webhook source."""

    def __init__(self, hub: HubSpec, parts: FrontParts) -> None:
        self._parts = parts
        self._doors = hub.webhooks()
        self._verifiers = {name: Verifier(door, parts.vault) for name, door in self._doors.items()}

    def door(self, source: str) -> WebhookSource | None:
        """The webhook source of this name, for limits that hold while a body still arrives."""
        return self._doors.get(source)

    async def take(self, inbound: Inbound) -> Reply:
        """Answer a delivery; whatever was accepted is on disk by then."""
        door = self._doors.get(inbound.source)
        if door is None:
            return self._unknown(inbound)
        received = receive(inbound, door)
        if isinstance(received, Problem):
            return await self._refuse(inbound, received)
        delivery = SignedDelivery(inbound.method, inbound.url, inbound.headers, received.raw)
        verifier = self._verifiers[inbound.source]
        verdict = verifier.verify(delivery, received.decoded, inbound.received_us)
        if door.scheme.handshake is not None:
            reply = await self._shake_hands(inbound, door, delivery, verdict)
            if reply is not None:
                return reply
        if inbound.method != "POST":
            return await self._refuse(inbound, _not_post(inbound.method))
        if isinstance(verdict, Refused):
            return await self._refuse(inbound, _not_authentic(verdict))
        return await self._accept(inbound, door, received)

    # --- the accepted -------------------------------------------------------------------------

    async def _accept(self, inbound: Inbound, door: WebhookSource, received: Received) -> Reply:
        parts = self._parts
        receipt_id = parts.ids.receipt()
        origin = self._origin(inbound, receipt_id)
        try:
            admitted = parts.admitter.deliver(door, received.decoded, inbound.headers, origin)
        except PayloadRejected as error:
            return await self._refuse(inbound, _malformed(error))
        flows = [start.flow for start in admitted.starts]
        hands = parts.hands
        reserved = hands is not None and bool(flows) and hands.reserve(flows)
        receipt = receipt_of(inbound, NO_TENANT, receipt_id, admitted)
        worker = hands.worker if hands is not None and reserved else None
        try:
            ingested = await record(parts.journal, receipt, admitted, worker)
        except BaseException as error:
            if hands is not None and reserved:
                hands.release(flows)
            if isinstance(error, Overloaded | StoreError):
                return self._busy(inbound, error)
            raise
        if hands is not None:
            self._hand_over(hands, admitted, ingested, reserved=reserved)
        parts.reach("ingest.before-answer")
        return self._accepted(inbound, admitted, ingested)

    def _hand_over(
        self, hands: Hands, admitted: Admitted, ingested: Ingested, *, reserved: bool
    ) -> None:
        """Start what is claimed; return the places of what is not."""
        if reserved:
            claimed = frozenset(ingested.claimed)
            unused = [s.flow for s in admitted.starts if s.run.id not in claimed]
            if unused:
                hands.release(unused)
            for start in admitted.starts:
                if start.run.id in claimed:
                    hands.start(claimed_run(start), start.flow, start.payload, start.typed)
        if ingested.queued:
            hands.look()

    def _origin(self, inbound: Inbound, receipt_id: ReceiptId) -> Origin:
        correlation = inbound.header("x-correlation-id")
        if correlation is None or not CORRELATION.fullmatch(correlation):
            correlation = receipt_id
        traceparent = inbound.header("traceparent")
        if traceparent is None or not TRACEPARENT.fullmatch(traceparent):
            # Our own trace begins here: the receipt's id is random enough to be its name.
            traceparent = f"00-{receipt_id[4:]}-{receipt_id[-16:]}-00"
        return Origin(
            NO_TENANT, inbound.source, inbound.received_us, correlation, traceparent, receipt_id
        )

    def _accepted(self, inbound: Inbound, admitted: Admitted, ingested: Ingested) -> Reply:
        verdict = admitted.verdict if ingested.fresh else Verdict.DUPLICATE
        self._saw(inbound, verdict, ACCEPTED_STATUS, admitted.reason, ingested.event_id)
        body = b'{"status":"accepted","event_id":"' + ingested.event_id.encode() + b'"}'
        return Reply(ACCEPTED_STATUS, JSON_TYPE, body)

    # --- the others ---------------------------------------------------------------------------

    async def _shake_hands(
        self,
        inbound: Inbound,
        door: WebhookSource,
        delivery: SignedDelivery,
        verdict: Verification,
    ) -> Reply | None:
        answer = answer_challenge(
            door.scheme.handshake,
            delivery,
            verdict=verdict,
            secrets=self._parts.vault.secrets(door.signing),
            verify_tokens=self._parts.vault.secrets(f"{door.signing}-verify"),
        )
        if answer is None:
            return None
        receipt = challenge_of(inbound, NO_TENANT, self._parts.ids.receipt(), status=answer.status)
        await self._keep(receipt)
        self._saw(inbound, Verdict.CHALLENGE, answer.status, "handshake", None)
        return Reply(answer.status, answer.headers, answer.body)

    async def _refuse(self, inbound: Inbound, problem: Problem) -> Reply:
        receipt_id = self._parts.ids.receipt()
        reason = f"{problem.code}: {problem.detail}"
        await self._keep(
            refusal_of(inbound, NO_TENANT, receipt_id, status=problem.status, reason=reason)
        )
        self._saw(inbound, Verdict.REFUSED, problem.status, problem.code, None)
        return problem.reply(receipt_id)

    async def _keep(self, receipt: Receipt) -> None:
        """A refusal is kept as far as the store can; the sender is answered all the same."""
        try:
            await record_refusal(self._parts.journal, receipt)
        except (Overloaded, StoreError) as error:
            self._parts.observer.saw(StoreTrouble(str(error)))

    def _unknown(self, inbound: Inbound) -> Reply:
        detail = f"there is no source {inbound.source[:64]!r} here"
        self._saw(inbound, Verdict.REFUSED, 404, "unknown-source", None)
        problem = Problem(404, "unknown-source", "There is no such source", detail)
        return problem.reply(self._parts.ids.receipt())

    def _busy(self, inbound: Inbound, error: Exception) -> Reply:
        """Nothing was stored, and the sender is told so: 503 makes every provider try again."""
        self._parts.observer.saw(StoreTrouble(str(error)))
        self._saw(inbound, Verdict.REFUSED, 503, "busy", None)
        problem = Problem(
            503,
            "busy",
            "The delivery could not be stored",
            "nothing of this delivery was kept; send it again",
            retry_after_s=BUSY_S,
        )
        return problem.reply(self._parts.ids.receipt())

    def _saw(
        self,
        inbound: Inbound,
        verdict: Verdict,
        status: int,
        reason: str | None,
        event_id: str | None,
    ) -> None:
        took = self._parts.clock.now_us() - inbound.received_us
        self._parts.observer.saw(
            ReceivedFact(inbound.source, verdict, status, reason, event_id, took)
        )


def claimed_run(start: Start) -> ClaimedRun:
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
        None,
    )


def _not_post(method: str) -> Problem:
    return Problem(
        405, "method-not-allowed", "Deliveries are POST requests", f"the method was {method[:16]!r}"
    )


def _not_authentic(refused: Refused) -> Problem:
    return Problem(401, refused.reason, "The delivery is not authentic", refused.detail)


def _malformed(error: PayloadRejected) -> Problem:
    return Problem(400, "malformed-body", "The body is not a sound JSON document", str(error))
