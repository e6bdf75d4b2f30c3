"""Refuse: a request and what is wrong with it come in; a receipt and the reply to send go out."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from tieline.model.base.errors import Overloaded, StoreError
from tieline.model.base.ids import ReceiptId
from tieline.model.base.secret import Secret
from tieline.model.calls.rate import Rate
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.inbound.request import Inbound, Reply, RequestProblem
from tieline.model.runs.facts import PassFailed, StoreTrouble
from tieline.model.runs.facts import Received as ReceivedFact
from tieline.pipeline.record import correlation_of, record_receipt, refusal_of
from tieline.pipeline.refused import kept_of
from tieline.ports.clock import Clock
from tieline.ports.ids import Ids
from tieline.ports.journal import Journal
from tieline.ports.observer import Observer
from tieline.rules.outbound.bucket import take
from tieline.rules.privacy.redact import redact_text
from tieline.rules.privacy.redact_failure import known

STRANGERS = Rate(1000, timedelta(minutes=1), burst=1000)
"""Receipts of what nobody vouches for. Beyond that it is only counted: strangers must not be able
to fill the disk."""


def no_secrets(_: str) -> tuple[Secret, ...]:
    """A source that has none."""
    return ()


def no_names(_: str) -> Collection[str]:
    """A source of which no header is known to prove anything."""
    return ()


@dataclass(frozen=True, slots=True)
class RefuserParts:
    """What refusing works with."""

    journal: Journal
    clock: Clock
    ids: Ids
    observer: Observer
    secrets: Callable[[str], tuple[Secret, ...]] = no_secrets
    """Those of a source, which a stranger may repeat."""
    hidden: Callable[[str], Collection[str]] = no_names
    """The headers that prove a delivery of a source."""


class Refuser:
    """Says no, and keeps a note of it."""

    def __init__(self, parts: RefuserParts) -> None:
        self._parts = parts
        self._arrival_us = 0

    async def refuse(self, inbound: Inbound, problem: RequestProblem, *, reason: str = "") -> Reply:
        """Refuse a request; *reason* is for the operator, where the sender is told less."""
        receipt_id = self._parts.ids.receipt()
        why = reason or f"{problem.code}: {problem.detail}"
        if inbound.source:
            status = problem.status
            headers = kept_of(
                inbound, self._parts.hidden(inbound.source), self._parts.secrets(inbound.source)
            )
            await self.keep(
                refusal_of(inbound, receipt_id, status=status, reason=why, headers=headers)
            )
        self.saw(inbound, Verdict.REFUSED, problem.status, problem.code, receipt_id)
        return problem.reply(receipt_id)

    async def keep(self, receipt: Receipt) -> None:
        """Keep a receipt as far as the store can; the sender is answered all the same."""
        wait_us, self._arrival_us = take(self._arrival_us, STRANGERS, receipt.received_us)
        if wait_us:
            return
        try:
            await record_receipt(self._parts.journal, receipt)
        except (Overloaded, StoreError) as error:
            self._parts.observer.saw(StoreTrouble(str(error)))

    def answer(self, inbound: Inbound, problem: RequestProblem) -> Reply:
        """Refuse without a receipt, only counted."""
        receipt_id = self._parts.ids.receipt()
        self.saw(inbound, Verdict.REFUSED, problem.status, problem.code, receipt_id)
        return problem.reply(receipt_id)

    def broken(self, error: BaseException) -> Reply:
        """A bug of ours: the operator is told which, the sender only that there is one."""
        self._parts.observer.saw(PassFailed("door", f"{type(error).__name__}: {error}"))
        detail = "nothing is known to have been kept of this request; send it again"
        problem = RequestProblem(500, "internal", "Something is wrong on our side", detail)
        return problem.reply(self._parts.ids.receipt())

    def turned_away(self, reason: str) -> None:
        """A connection was closed without an answer."""
        now_us = self._parts.clock.now_us()
        self._parts.observer.saw(ReceivedFact("", Verdict.REFUSED, 0, reason, None, 0, now_us))

    def saw(
        self,
        inbound: Inbound,
        verdict: Verdict,
        status: int,
        reason: str,
        receipt_id: ReceiptId,
    ) -> None:
        """Tell the observer that a request was answered."""
        now_us = self._parts.clock.now_us()
        took_us = now_us - inbound.received_us
        source = inbound.source
        self._parts.observer.saw(
            ReceivedFact(
                source,
                verdict,
                status,
                reason,
                None,
                took_us,
                now_us,
                receipt_id,
                correlation=self._correlation(inbound),
                scheme=scheme_of(inbound),
            )
        )

    def _correlation(self, inbound: Inbound) -> str | None:
        """The sender's name for it, unless a secret of the source stands in it."""
        found = correlation_of(inbound)
        if found is None or redact_text(found, known(self._parts.secrets(inbound.source))) != found:
            return None
        return found


def scheme_of(inbound: Inbound) -> str:
    """How the sender reached us."""
    return inbound.url.partition(":")[0]
