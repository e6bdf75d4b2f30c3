"""Ids: prefixed, sortable names of things, each its own type so that they cannot be mixed up."""

from typing import NewType

ReceiptId = NewType("ReceiptId", str)
EventId = NewType("EventId", str)
RunId = NewType("RunId", str)
ReplayId = NewType("ReplayId", str)
WorkerId = NewType("WorkerId", str)
IssueId = NewType("IssueId", str)
"""Made from a fingerprint: it does not say when."""
TenantId = NewType("TenantId", str)
Micros = int
"""Microseconds since 1970-01-01 UTC: every stored time."""

NO_TENANT = TenantId("-")
"""The tenant of work that is done on nobody's behalf in particular."""
UNNAMED = TenantId("?")
"""The tenant of an event that does not say whose it is, where its source says that it must."""

PREFIXES = {
    "receipt": "rct_",
    "event": "evt_",
    "run": "run_",
    "replay": "rpl_",
    "worker": "wrk_",
    "issue": "iss_",
}


def kind_of(text: str) -> str | None:
    """Which kind of id *text* is, by its prefix; None when it is no id of ours."""
    return next((kind for kind, prefix in PREFIXES.items() if text.startswith(prefix)), None)
