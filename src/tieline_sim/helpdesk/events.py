"""Helpdesk events: numbers come in; what happened to tickets, as Zendesk says it, goes out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from tieline_sim import signing
from tieline_sim.events import Blueprint, Event, Sealing, object_of, raw_event, wish
from tieline_sim.messages import Headers

PREFIX = "zen:event-type:"


class HelpdeskVoice:
    """Announces tickets; base64 signature over timestamp and body."""

    kinds = ("ticket.created", "ticket.status_changed", "ticket.comment_added")

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us

    def generated(self, number: int, blueprint: Blueprint) -> Event:
        detail = ticket(number)
        detail["requester_id"] = str(number % blueprint.spread)
        return self._wrap(_name(number), blueprint.kind, wish(number, blueprint, detail))

    def worded(self, number: int, given: Mapping[str, Any]) -> Event:
        name = str(given.get("id") or _name(number))
        found = self._wrap(name, str(given.get("type", self.kinds[0])), object_of(given))
        return raw_event(number, given) or found

    def signed(self, sealing: Sealing) -> Headers:
        return signing.zendesk(sealing.body, sealing.secrets, sealing.now_s)

    def labels(self, event: Event, attempts: int) -> Headers:
        return (
            ("X-Zendesk-Account-Id", "10000001"),
            ("X-Zendesk-Webhook-Id", "01SIMULATEDWEBHOOK00000001"),
            ("X-Zendesk-Webhook-Invocation-Id", event.id),
        )

    def _wrap(self, name: str, kind: str, detail: dict[str, Any]) -> Event:
        number = str(detail.get("id") or name)
        stamp = datetime.fromtimestamp(self._now_us() // 1_000_000, UTC)
        envelope = {
            "account_id": 10000001,
            "detail": {**detail, "id": number},
            "event": {},
            "id": name,
            "subject": f"zen:ticket:{number}",
            "time": stamp.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "type": PREFIX + kind,
            "zendesk_event_version": "2022-11-06",
        }
        return Event(name, kind, number, orjson.dumps(envelope))


def ticket(number: int) -> dict[str, Any]:
    """The ticket with this number before anyone changed it."""
    return {
        "id": str(number),
        "subject": f"Question {number}",
        "description": "Where is my order?",
        "priority": "normal",
        "status": "new",
        "requester_id": str(number % 100),
        "external_id": f"ord-{number:08d}",
    }


def _name(number: int) -> str:
    """Event ids look like random UUIDs, but the same number gives the same one."""
    return f"00000000-0000-4000-8000-{number:012d}"
