"""Issue fingerprint: how something failed comes in; which failures are like it goes out.

Two failures are alike when flow (or source), connection, kind, status and the shape of the message
are the same. The shape is the message without what differs from one record to the next: numbers,
ids, times, addresses and quoted values.
"""

import hashlib
import re
from collections.abc import Sequence

from tieline.model.base.ids import IssueId
from tieline.model.base.value import value
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.runs.run import AttemptRecord, Dead, Done, Held, Outcome, RetryAt, Waiting

LONGEST_SHAPE = 200
LONGEST_WORDS = 500
_READ = 600
NOT_FOUND = 404
UNKNOWN_SOURCE = "(unknown)"
"""Strangers choose the path that they knock at: all that is no source of ours has one name."""
MANY = "many"
OVERFLOW = "so many different failures that they are not told apart any more"
_WELL = frozenset({"done", "confirmed", "skipped"})
"""Outcomes of tries that are no failure."""

_VARIABLE = re.compile(
    r"""
    (?P<url>\bhttps?://[^\s"'<>)]+)
  | (?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
  | (?P<time>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?
      | \b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\ \d\d\ \w{3}\ \d{4}\ \d\d:\d\d:\d\d(?:\ GMT)?
      | \b\d\d?:\d\d(?::\d\d(?:\.\d+)?)?\b)
  | (?P<value>"[^"\n]{0,500}"|(?<!\w)'[^'\n]{0,500}'(?!\w))
  | (?P<id>\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z_-])[\w-]{6,}\b)
  | (?P<n>[+-]?\b\d+(?:[.,]\d+)*)
    """,
    re.VERBOSE,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.\-]{0,39}")
"""A quoted word like this names a field or a kind of thing: it tells failures apart."""
_SPACE = re.compile(r"\s+")
_REFUSED = re.compile(r"refused-(\d{3})")


@value
class Failure:
    """One failure, as far as it tells which issue it belongs to."""

    flow: str | None
    source: str | None
    connection: str | None
    kind: str
    status: int | None
    words: str
    """The reason as it was given."""

    @property
    def id(self) -> IssueId:
        """The issue that it belongs to."""
        parts = (self.flow, self.source, self.connection, self.kind, self.status)
        text = "\x1f".join(["" if part is None else str(part) for part in parts])
        digest = hashlib.sha256(f"{text}\x1f{self._shape}".encode())
        return IssueId(f"iss_{digest.hexdigest()[:24]}")

    @property
    def _shape(self) -> str:
        """Of what strangers send only our own code counts: they choose the rest of the words."""
        return self.words.partition(":")[0] if self.is_strangers else shape_of(self.words)

    @property
    def is_strangers(self) -> bool:
        """Whether nobody vouches for what failed."""
        return self.source is not None and self.kind == Verdict.REFUSED

    def coarse(self) -> "Failure":
        """The issue for what has no room of its own."""
        return Failure(self.flow, self.source, self.connection, MANY, None, OVERFLOW)


def shape_of(message: str) -> str:
    """*message* without what differs from one record to the next; at most 200 characters."""
    text = _VARIABLE.sub(_placeholder, message[:_READ])
    return _SPACE.sub(" ", text).strip()[:LONGEST_SHAPE]


def _placeholder(found: re.Match[str]) -> str:
    if found.lastgroup == "value" and _NAME.fullmatch(found[0][1:-1]):
        return found[0]
    return f"<{found.lastgroup}>"


def failure_of(flow: str, outcome: Outcome, attempts: Sequence[AttemptRecord]) -> Failure | None:
    """How an execution failed; None: it did not, or it only waits for its turn.

    What a call failed of is told by its try, so that the retry, the last of them and the hold that
    come of one cause are alike.
    """
    if isinstance(outcome, Done):
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


def failure_at_door(receipt: Receipt) -> Failure | None:
    """How a delivery was turned away or set aside; None: it was not."""
    if receipt.verdict not in {Verdict.REFUSED, Verdict.QUARANTINED}:
        return None
    words = (receipt.reason or "")[:LONGEST_WORDS]
    is_known = receipt.status != NOT_FOUND
    source = receipt.source if is_known else UNKNOWN_SOURCE
    return Failure(None, source, None, str(receipt.verdict), receipt.status, words)
