"""Failure: how an execution or a delivery failed, by what tells it apart from other failures."""

import re
from collections.abc import Sequence

from tieline.model.base.value import value
from tieline.model.inbound.receipt import NAMELESS, UNKNOWN_TENANT, Receipt, Verdict
from tieline.model.runs.run import AttemptRecord, Dead, Held, Outcome, RetryAt, Returned, Waiting

LONGEST_WORDS = 500
NOT_FOUND = 404
UNKNOWN_SOURCE = "(unknown)"
"""Strangers choose the path that they knock at: all that is no source of ours has one name."""
_WELL = frozenset({"done", "confirmed", "skipped"})
"""Outcomes of tries that are no failure."""
OF_TENANTS = (UNKNOWN_TENANT, NAMELESS)
"""Why a delivery is unmatched though a flow may want it; also the kind of such a failure."""
_REFUSED = re.compile(r"refused-(\d{3})")


@value
class Failure:
    """One failure, as far as it tells which others are like it."""

    flow: str | None
    source: str | None
    connection: str | None
    kind: str
    status: int | None
    words: str
    """The reason as it was given."""

    @property
    def is_strangers(self) -> bool:
        """Whether nobody vouches for what failed."""
        return self.source is not None and self.kind == Verdict.REFUSED


def failure_of(flow: str, outcome: Outcome, attempts: Sequence[AttemptRecord]) -> Failure | None:
    """How an execution failed; None: it did not, or it only waits for its turn.

    What a call failed of is told by its try, so that the retry, the last of them and the hold that
    come of one cause are alike.
    """
    if isinstance(outcome, Returned):
        return None
    tried = _tried(outcome, attempts)
    if tried is not None:
        words = tried.detail or outcome.reason
        return _failure(flow, tried.connection, tried.outcome, tried.status, words)
    match outcome:
        case Dead(kind=kind, reason=reason):
            refused = _REFUSED.fullmatch(kind)
            if refused is not None:
                return _failure(flow, None, "rejected", int(refused[1]), reason)
            return _failure(flow, None, kind, None, reason)
        case RetryAt(reason=reason):
            return _failure(flow, None, "retry", None, reason)
        case Held(reason=reason):
            return _failure(flow, None, "held", None, reason)
        case Waiting():
            return None


def _tried(
    outcome: Dead | Held | RetryAt | Waiting, attempts: Sequence[AttemptRecord]
) -> AttemptRecord | None:
    """The failed try that the outcome speaks of."""
    for tried in reversed(attempts):
        if tried.outcome not in _WELL and tried.detail and tried.detail in outcome.reason:
            return tried
    return None


def _failure(
    flow: str, connection: str | None, kind: str, status: int | None, words: str
) -> Failure:
    return Failure(flow, None, connection, str(kind), status, words[:LONGEST_WORDS])


def is_strangers(reason: str | None) -> bool:
    """Whether a delivery with this reason is kept because nobody knows whose it is."""
    return reason is not None and reason.partition(":")[0] in OF_TENANTS


def failure_at_door(receipt: Receipt) -> Failure | None:
    """How a delivery was turned away or set aside; None: it was not."""
    if receipt.verdict == Verdict.UNMATCHED:
        kind, _, why = (receipt.reason or "").partition(": ")
        if kind not in OF_TENANTS:
            return None
        return Failure(None, receipt.source, None, kind, receipt.status, why[:LONGEST_WORDS])
    if receipt.verdict not in {Verdict.REFUSED, Verdict.QUARANTINED}:
        return None
    words = (receipt.reason or "")[:LONGEST_WORDS]
    is_known = receipt.status != NOT_FOUND
    source = receipt.source if is_known else UNKNOWN_SOURCE
    return Failure(None, source, None, str(receipt.verdict), receipt.status, words)
