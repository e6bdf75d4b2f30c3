"""Lead events: numbers come in; captured leads in the Standard Webhooks envelope go out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from tieline_sim import signing
from tieline_sim.events import Blueprint, Event, Sealing, object_of, raw_event, wish
from tieline_sim.messages import Headers


class LeadsVoice:
    """Announces leads; signed as Standard Webhooks asks."""

    kinds = ("lead.captured", "lead.updated")

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us

    def generated(self, number: int, blueprint: Blueprint) -> Event:
        natural = lead(number, number % blueprint.spread)
        return self._wrap(f"msg_{number:08d}", blueprint.kind, wish(number, blueprint, natural))

    def worded(self, number: int, given: Mapping[str, Any]) -> Event:
        name = str(given.get("id") or f"msg_{number:08d}")
        found = self._wrap(name, str(given.get("type", self.kinds[0])), object_of(given))
        return raw_event(number, given) or found

    def signed(self, sealing: Sealing) -> Headers:
        event_id, now_s = sealing.event_id, sealing.now_s
        return signing.standard(sealing.body, sealing.secrets, now_s, event_id)

    def labels(self, event: Event, attempts: int) -> Headers:
        return ()

    def _wrap(self, name: str, kind: str, inner: dict[str, Any]) -> Event:
        stamp = datetime.fromtimestamp(self._now_us() / 1_000_000, UTC)
        envelope = {
            "type": kind,
            "timestamp": stamp.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "data": inner,
        }
        return Event(name, kind, str(inner.get("id") or name), orjson.dumps(envelope))


def lead(number: int, person: int | None = None) -> dict[str, Any]:
    """The lead with this number; several leads may come from the same person."""
    who = number % 100 if person is None else person
    return {
        "id": f"lead_{number:08d}",
        "email": f"person{who}@shop.example",
        "name": f"Person {who}",
        "company": f"Company {who % 10}",
        "campaign": "autumn",
        "form": "demo-request",
    }
