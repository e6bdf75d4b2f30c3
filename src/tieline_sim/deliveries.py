"""Deliveries: what became of each attempt comes in; what a sender reached so far goes out."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import orjson

from tieline_sim.client import NO_ANSWER
from tieline_sim.events import Event


class Tone(Enum):
    """What an attempt is meant to be; only genuine ones are tried again."""

    GENUINE = "genuine"
    DUPLICATE = "duplicates"
    FORGED = "forged"
    STALE = "stale"


class State(Enum):
    WAITING = "waiting"  # not yet acknowledged; attempts are to come
    ACCEPTED = "accepted"  # a 2xx came back
    GIVEN_UP = "given_up"


class Delivery:
    """What became of one event; the event itself travels with its attempts and is then let go."""

    __slots__ = (
        "acked_at_us",
        "attempts",
        "due_at_us",
        "id",
        "number",
        "ref",
        "sent_at_us",
        "state",
        "type",
    )

    def __init__(self, event: Event, *, number: int, due_at_us: int) -> None:
        self.number = number  # in the order in which events were offered
        self.id = event.id
        self.type = event.type
        self.ref = event.ref
        self.due_at_us = due_at_us
        self.sent_at_us = 0  # start of the first attempt
        self.acked_at_us = 0
        self.attempts = 0
        self.state = State.WAITING

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "ref": self.ref,
            "state": self.state.value,
            "attempts": self.attempts,
            "due_at_us": self.due_at_us,
            "sent_at_us": self.sent_at_us,
            "acked_at_us": self.acked_at_us,
        }

    def line(self, vendor: str) -> bytes:
        return orjson.dumps({"kind": "delivery", "vendor": vendor, **self.shown()}) + b"\n"


@dataclass(slots=True)
class Tally:
    """Counts of one sender; see ``docs/simulators.md`` for what each one means."""

    sent: int = 0
    accepted: int = 0
    given_up: int = 0
    retries: int = 0
    attempts: Counter[Tone] = field(default_factory=Counter)
    passed: Counter[Tone] = field(default_factory=Counter)  # answered 2xx
    by_status: Counter[int] = field(default_factory=Counter)
    ack_us: "array[int]" = field(default_factory=lambda: array("q"))
    lag_us: "array[int]" = field(default_factory=lambda: array("q"))

    def answered(self, tone: Tone, status: int) -> None:
        self.attempts[tone] += 1
        self.by_status[status] += 1
        if 200 <= status < 300:
            self.passed[tone] += 1

    def shown(self) -> dict[str, Any]:
        statuses = sorted(self.by_status.items())
        return {
            "sent": self.sent,
            "attempts": self.attempts.total(),
            "retries": self.retries,
            "accepted": self.accepted,
            "unacknowledged": self.sent - self.accepted,
            "given_up": self.given_up,
            "refused": sum(count for status, count in statuses if 400 <= status < 500),
            "failed": sum(count for status, count in statuses if status == 0 or status >= 500),
            **{f"{tone.value}_sent": self.attempts[tone] for tone in SPECIAL},
            **{f"{tone.value}_accepted": self.passed[tone] for tone in SPECIAL},
            "by_status": {_status_name(status): count for status, count in statuses},
            "ack_us": percentiles(self.ack_us),
            "lag_us": percentiles(self.lag_us),
        }


SPECIAL = (Tone.DUPLICATE, Tone.FORGED, Tone.STALE)


def percentiles(amounts: Sequence[int]) -> dict[str, int]:
    """Median, 99th percentile and largest; zeros when there is nothing yet."""
    if not amounts:
        return {"p50": 0, "p99": 0, "max": 0}
    ordered = sorted(amounts)
    last = len(ordered) - 1
    return {"p50": ordered[last // 2], "p99": ordered[last * 99 // 100], "max": ordered[last]}


def _status_name(status: int) -> str:
    return "none" if status == NO_ANSWER else str(status)
