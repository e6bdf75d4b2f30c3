"""Scenario: how long the demo takes comes in; who fails how, and when what happens, goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rule = Mapping[str, Any]

LEADS_SHARE, PAYMENTS_SHARE, TICKETS_SHARE = 0.3, 0.5, 0.2


@dataclass(frozen=True, slots=True)
class VendorEvents:
    """Events that a vendor makes up."""

    vendor: str
    connection: str
    kind: str
    share: float
    """Of all traffic."""


STREAMS = (
    VendorEvents("leads", "leads", "lead.captured", LEADS_SHARE),
    VendorEvents("payments", "billing", "payment_intent.succeeded", PAYMENTS_SHARE),
    VendorEvents("helpdesk", "helpdesk", "ticket.created", TICKETS_SHARE),
)


@dataclass(frozen=True, slots=True)
class ScenarioTimes:
    """When what happens, in seconds from the start."""

    first_samples: float
    kill: float
    expire: float
    renew: float
    second_samples: float
    end: float


def moments(seconds: float) -> ScenarioTimes:
    """The course of a demo of *seconds* of traffic."""
    return ScenarioTimes(
        first_samples=0.1 * seconds,
        kill=0.3 * seconds,
        expire=0.55 * seconds,
        renew=0.75 * seconds,
        second_samples=0.8 * seconds,
        end=seconds,
    )


def _often(kind: str, probability: float, seed: int, **more: Any) -> Rule:
    return {"kind": kind, "probability": probability, "seed": seed, **more}


def _once(kind: str, skip: int, **more: Any) -> Rule:
    return {"kind": kind, "count": 1, "skip": skip, **more}


WRITES = {"match": {"method": "POST"}}
THROTTLED = {"params": {"status": 429, "retry_after_seconds": 1}}
BROKEN = {"params": {"status": 500}}
SLOW = {"params": {"seconds": 0.4}}

FAULTS: Mapping[str, Sequence[Rule]] = {
    "books": (
        _once("reset_after", 1),
        _once("status", 20, **THROTTLED),
        _once("malformed", 3, params={"mode": "truncated"}),
        _often("reset_after", 0.03, 1),
        _often("status", 0.02, 2),
        _often("status", 0.01, 3, **BROKEN),
        _often("malformed", 0.01, 4),
        _often("slow", 0.03, 5, **SLOW),
    ),
    "crm": (
        _once("status", 10, **THROTTLED),
        _often("status", 0.03, 6),
        _often("reset_before", 0.02, 7),
        _often("reset_after", 0.02, 8),
        _often("slow", 0.03, 9, **SLOW),
    ),
    "leads": (
        _often("status", 0.04, 10),
        _often("malformed", 0.02, 11),
        _often("duplicate", 0.08, 12),
        _often("reorder", 0.05, 13),
        _once("forge", 2),
    ),
    "chat": (
        _once("reset_after", 4, **WRITES),
        _often("reset_after", 0.02, 14, **WRITES),
        _often("status", 0.03, 15, **WRITES),
        _often("error_200", 0.01, 16, **WRITES),
        _often("close_after", 0.02, 17),
    ),
    "payments": (
        _once("forge", 3),
        _once("stale", 4),
        _once("duplicate", 5, params={"times": 3}),
        _often("duplicate", 0.06, 18),
        _often("reorder", 0.05, 19),
        _often("forge", 0.03, 20, params={"mode": "tampered"}),
        _often("stale", 0.02, 21),
    ),
    "helpdesk": (
        _often("duplicate", 0.05, 22),
        _often("reorder", 0.05, 23),
        _often("forge", 0.03, 24, params={"mode": "missing"}),
    ),
}
"""Vendor → how it fails. Writes that may not be repeated fail seldom: each such failure needs a
person. Rare enough that no breaker opens by chance, which would take longer than a demo."""
