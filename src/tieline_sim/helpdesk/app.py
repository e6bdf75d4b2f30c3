"""Helpdesk: ticket updates come in; tickets go out.

Every ticket with a number exists. An update that carries a comment adds it each time, so repeating
such a PUT is not harmless, as at the real one.
"""

from typing import Any

import orjson

from tieline_sim.helpdesk.events import HelpdeskVoice, ticket
from tieline_sim.messages import Answer, Request, as_json
from tieline_sim.shop import Trade
from tieline_sim.upserts import Change, upsert


class Helpdesk:
    """The API of the helpdesk vendor."""

    shows_limits = False

    def __init__(self, trade: Trade) -> None:
        self._ledger = trade.ledger
        self._now_us = trade.now_us
        self.voice = HelpdeskVoice(trade.now_us)

    def answer(self, request: Request) -> Answer:
        match request.method, request.segments():
            case "PUT", ["tickets", number] if number.isdecimal():
                return self._put(request, number)
            case "GET", ["tickets", number] if number.isdecimal():
                return self._get(number)
            case _:
                text = f"no {request.method} {request.path}"
                return self.refusal(404, "RecordNotFound", text)

    def refusal(self, status: int, code: str, text: str) -> Answer:
        return as_json({"error": code, "description": text}, status)

    def _put(self, request: Request, number: str) -> Answer:
        asked = request.fields()
        changes = asked.get("ticket") if asked else None
        if not isinstance(changes, dict):
            return self.refusal(422, "RecordInvalid", 'wanted {"ticket": {…}}')
        change = Change("ticket", number, changes, always="comment" in changes)
        applied = upsert(self._ledger, change, at_us=self._now_us())
        return _shown({**ticket(int(number)), **orjson.loads(applied.body)})

    def _get(self, number: str) -> Answer:
        entry = self._ledger.newest("ticket", number)
        changed = orjson.loads(entry.write.body) if entry else {}
        return _shown({**ticket(int(number)), **changed})


def _shown(found: dict[str, Any]) -> Answer:
    return as_json({"ticket": {**found, "id": int(found["id"])}})
