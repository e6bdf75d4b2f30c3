"""Chat events: numbers come in; messages people wrote, in Slack's event envelope, go out."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from tieline_sim import signing
from tieline_sim.events import Blueprint, Event, Sealing, object_of, raw_event, wish
from tieline_sim.messages import Headers


class ChatVoice:
    """Announces messages; signed with the v0 scheme."""

    kinds = ("message", "app_mention")

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us

    def generated(self, number: int, blueprint: Blueprint) -> Event:
        ts = f"{self._now_us() // 1_000_000}.{number:06d}"
        natural = {
            "channel": "C0000001",
            "user": f"U{number % blueprint.spread:08d}",
            "text": f"message {number}",
            "ts": ts,
            "client_msg_id": f"msg-{number:08d}",
        }
        return self._wrap(f"Ev{number:08d}", blueprint.kind, wish(number, blueprint, natural))

    def worded(self, number: int, given: Mapping[str, Any]) -> Event:
        name = str(given.get("id") or f"Ev{number:08d}")
        found = self._wrap(name, str(given.get("type", self.kinds[0])), object_of(given))
        return raw_event(number, given) or found

    def signed(self, sealing: Sealing) -> Headers:
        return signing.slack(sealing.body, sealing.secrets, sealing.now_s)

    def labels(self, event: Event, attempts: int) -> Headers:
        if attempts < 2:
            return ()
        return (
            ("X-Slack-Retry-Num", str(attempts - 1)),
            ("X-Slack-Retry-Reason", "http_error"),
        )

    def _wrap(self, name: str, kind: str, inner: dict[str, Any]) -> Event:
        envelope = {
            "team_id": "T0000001",
            "api_app_id": "A0000001",
            "event": {"type": kind, **inner},
            "type": "event_callback",
            "event_id": name,
            "event_time": self._now_us() // 1_000_000,
        }
        ref = str(inner.get("client_msg_id") or inner.get("ts") or name)
        return Event(name, kind, ref, orjson.dumps(envelope))
