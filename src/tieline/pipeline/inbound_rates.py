"""Inbound rates: a delivery comes in; whether it is too many now, and until when, goes out.

In memory: each process that takes deliveries in counts its own.
"""

from collections.abc import Sequence
from datetime import timedelta

from tieline.model.base.ids import Micros
from tieline.model.calls.rate import Rate
from tieline.model.hub.flow import WebhookSource
from tieline.model.inbound.receipt import LIMITED
from tieline.model.inbound.request import RequestProblem
from tieline.pipeline.admit import Occurrence
from tieline.ports.tenants import TenantBook
from tieline.rules.outbound.bucket import take

SECOND_US = 1_000_000
UNREAD = Rate(300, timedelta(minutes=1), burst=300)
"""Authentic deliveries of one source that are kept though nobody can read them. Beyond that their
sender is told to come again: what fills the quarantine has its own bound, which strangers cannot
use up."""


class InboundRates:
    """How many authentic deliveries of a source, and of a tenant, are taken in."""

    def __init__(self, tenants: TenantBook) -> None:
        self._tenants = tenants
        self._arrivals: dict[str, Micros] = {}
        """How far each source has used its rate."""
        self._unread: dict[str, Micros] = {}
        """The same of what is kept unread."""

    def too_many(
        self,
        door: WebhookSource,
        found: Sequence[Occurrence],
        now_us: Micros,
        *,
        is_unread: bool = False,
    ) -> RequestProblem | None:
        """The answer to a delivery that comes too early; None: come in, and it counts."""
        if is_unread:
            return self._too_many_unread(door, now_us)
        if door.rate is not None:
            wait_us = self._of_source(door.name, door.rate, now_us)
            if wait_us:
                return _too_many(f"source {door.name!r}", wait_us)
        if door.tenant is None:
            return None
        for tenant in dict.fromkeys(one.tenant for one in found if one.stranger is None):
            wait_us = 0 if tenant is None else self._tenants.admits(tenant, now_us) or 0
            if wait_us:
                return _too_many(f"tenant {tenant!r}", wait_us)
        return None

    def _too_many_unread(self, door: WebhookSource, now_us: Micros) -> RequestProblem | None:
        """The answer to one more delivery that cannot be read; None: it is kept, and counts."""
        wait_us, self._unread[door.name] = take(self._unread.get(door.name, 0), UNREAD, now_us)
        if not wait_us:
            return None
        return RequestProblem(
            503,
            "too-many-unread",
            "Too many deliveries that cannot be read",
            f"source {door.name!r} sends what cannot be read; nothing of this delivery was kept, "
            "send it again",
            retry_after_s=-(-wait_us // SECOND_US),
        )

    def _of_source(self, source: str, rate: Rate, now_us: Micros) -> int:
        wait_us, self._arrivals[source] = take(self._arrivals.get(source, 0), rate, now_us)
        return wait_us


def _too_many(whose: str, wait_us: int) -> RequestProblem:
    return RequestProblem(
        429,
        LIMITED,
        "Too many deliveries",
        f"{whose} sends more than is taken in; nothing of this delivery was kept, send it again",
        retry_after_s=-(-wait_us // SECOND_US),
    )
