"""Issue rules: which failures are like each other, and so belong to one issue.

What says that the other side of a connection is down, or refuses our credential, is one incident of
the connection, whichever flow met it and however it showed. For the rest:

Two failures are alike when flow (or source), connection, kind, status and the shape of the message
are the same. The shape is the message without what differs from one record to the next: numbers,
ids, times, addresses and quoted values.
"""

import hashlib
import re
from dataclasses import replace

from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import IssueId
from tieline.rules.outbound.breaker import counts_against
from tieline.rules.runs.failure import OF_TENANTS, Failure

LONGEST_SHAPE = 200
OUTAGE = "outage"
OUTAGES = frozenset(kind for kind in FailureKind if counts_against(kind))
"""As a circuit breaker judges."""
_READ = 600
MANY = "many"
OVERFLOW = "so many different failures that they are not told apart any more"

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


def incident(failure: Failure) -> Failure:
    """*failure* without what does not matter where the whole connection is in trouble."""
    if failure.connection is None:
        return failure
    if failure.kind == FailureKind.UNAUTHORISED:
        return replace(failure, flow=None, status=None)
    if failure.kind in OUTAGES:
        return replace(failure, flow=None, status=None, kind=OUTAGE)
    return failure


def issue_of(failure: Failure) -> IssueId:
    """The issue that a failure belongs to."""
    parts = (failure.flow, failure.source, failure.connection, failure.kind, failure.status)
    text = "\x1f".join(["" if part is None else str(part) for part in parts])
    digest = hashlib.sha256(f"{text}\x1f{_shape(failure)}".encode())
    return IssueId(f"iss_{digest.hexdigest()[:24]}")


def _shape(failure: Failure) -> str:
    """Of what strangers send only our own code counts: they choose the rest of the words."""
    words = failure.words
    if failure.flow is None and failure.source is None:  # an incident, whatever it says of itself
        return ""
    if failure.kind in OF_TENANTS:  # one issue a tenant: its name, which is ours to trust, counts
        return words.partition(";")[0]
    return words.partition(":")[0] if failure.is_strangers else shape_of(words)


def coarse(failure: Failure) -> Failure:
    """What stands for a failure whose issue has no room of its own."""
    return Failure(failure.flow, failure.source, failure.connection, MANY, None, OVERFLOW)


def shape_of(message: str) -> str:
    """*message* without what differs from one record to the next; at most 200 characters."""
    text = _VARIABLE.sub(_placeholder, message[:_READ])
    return _SPACE.sub(" ", text).strip()[:LONGEST_SHAPE]


def _placeholder(found: re.Match[str]) -> str:
    if found.lastgroup == "value" and _NAME.fullmatch(found[0][1:-1]):
        return found[0]
    return f"<{found.lastgroup}>"
