"""Chat: messages to post come in; time stamps, or messages that were looked up, go out.

As at the real ones nothing protects a repeated post, and most errors are a 200 with ``ok`` false.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from tieline_sim.chat.events import ChatVoice
from tieline_sim.ledger import Entry, Write, stored
from tieline_sim.messages import Answer, Request, as_json
from tieline_sim.shop import Trade

USUAL_PAGE = 100
LARGEST_PAGE = 999


class Chat:
    """The API of the chat vendor."""

    shows_limits = False

    def __init__(self, trade: Trade) -> None:
        self._ledger = trade.ledger
        self._now_us = trade.now_us
        self.voice = ChatVoice(trade.now_us)

    def answer(self, request: Request) -> Answer:
        match request.method, request.segments():
            case "POST", ["chat.postMessage"]:
                return self._post(request)
            case "GET", ["conversations.history"]:
                return self._history(request.parameters())
            case "GET", ["messages"]:
                return self._look_up(request.parameters())
            case _:
                return self.refusal(404, "unknown_method", f"no {request.method} {request.path}")

    def refusal(self, status: int, code: str, text: str) -> Answer:
        error = as_json({"ok": False, "error": code, "detail": text}, status)
        return Answer(200, error.body) if code == "invalid_auth" else error

    def _post(self, request: Request) -> Answer:
        fields = request.fields()
        if fields is None:
            return as_json({"ok": False, "error": "invalid_json"})
        channel, text = fields.get("channel"), fields.get("text")
        if not isinstance(channel, str) or not channel:
            return as_json({"ok": False, "error": "channel_not_found"})
        if not isinstance(text, str) or not text:
            return as_json({"ok": False, "error": "no_text"})
        now_us = self._now_us()
        ts = f"{now_us // 1_000_000}.{self._ledger.applied + 1:06d}"
        message = {**fields, "type": "message", "ts": ts}
        ref = fields.get("ref") or fields.get("client_msg_id") or f"{channel}: {text}"
        self._ledger.apply(Write("message", str(ref), ts, stored(message)), at_us=now_us)
        return as_json({"ok": True, "channel": channel, "ts": ts, "message": message})

    def _history(self, asked: dict[str, str]) -> Answer:
        """One channel, newest first; ``metadata`` only if ``include_all_metadata`` is true."""
        if not asked.get("channel"):
            return as_json({"ok": False, "error": "channel_not_found"})
        limit = asked.get("limit", "")
        page = min(int(limit), LARGEST_PAGE) if limit.isdecimal() and int(limit) else USUAL_PAGE
        found = list(islice(self._newest_first(asked), page + 1))
        shown, more = found[:page], len(found) > page
        if asked.get("include_all_metadata") != "true":
            shown = [{k: v for k, v in it.items() if k != "metadata"} for it in shown]
        cursor = {"next_cursor": shown[-1]["ts"] if more else ""}
        return as_json(
            {"ok": True, "messages": shown, "has_more": more, "response_metadata": cursor}
        )

    def _newest_first(self, asked: dict[str, str]) -> Iterator[dict[str, Any]]:
        below = asked.get("cursor") or asked.get("latest") or "inf"
        oldest = asked.get("oldest") or "0"
        for entry in reversed(self._ledger.after(0, self._ledger.applied)):
            ts = float(entry.write.id)
            if ts <= float(oldest):
                break
            message = orjson.loads(entry.write.body)
            if ts < float(below) and message["channel"] == asked["channel"]:
                yield message

    def _look_up(self, asked: dict[str, str]) -> Answer:
        """Messages for which everything asked holds, oldest first."""
        found = [
            orjson.loads(entry.write.body)
            for entry in self._ledger.after(0, self._ledger.applied)
            if _may_match(entry, asked)
        ]
        return as_json({"ok": True, "messages": [it for it in found if _matches(it, asked)]})


def _may_match(entry: Entry, asked: dict[str, str]) -> bool:
    """A cheap look at the bytes, so that a look-up among many messages stays quick."""
    return all(orjson.dumps(wanted)[1:-1] in entry.write.body for wanted in asked.values())


def _matches(message: dict[str, object], asked: dict[str, str]) -> bool:
    exact = {name: wanted for name, wanted in asked.items() if name != "text_contains"}
    return asked.get("text_contains", "") in str(message["text"]) and all(
        message.get(name) == wanted for name, wanted in exact.items()
    )
