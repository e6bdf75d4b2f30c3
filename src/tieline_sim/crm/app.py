"""CRM: contact requests come in; contacts by external id, or those that match a search, go out."""

from typing import Any

import orjson

from tieline_sim.events import Voice
from tieline_sim.messages import Answer, Request, as_json
from tieline_sim.shop import Trade
from tieline_sim.upserts import Change, upsert

PAGE = 100


class Crm:
    """The API of the CRM vendor; answers carry rate limit headers while a limit is set."""

    voice: Voice | None = None
    shows_limits = True

    def __init__(self, trade: Trade) -> None:
        self._ledger = trade.ledger
        self._now_us = trade.now_us

    def answer(self, request: Request) -> Answer:
        match request.method, request.segments():
            case "PUT", ["contacts", external_id] if external_id:
                return self._put(request, external_id)
            case "GET", ["contacts", external_id]:
                return self._get(external_id)
            case "POST", ["contacts", "search"]:
                return self._search(request)
            case _:
                return self.refusal(404, "not_found", f"no {request.method} {request.path}")

    def refusal(self, status: int, code: str, text: str) -> Answer:
        return as_json({"status": "error", "category": code.upper(), "message": text}, status)

    def _put(self, request: Request, external_id: str) -> Answer:
        fields = request.fields()
        if fields is None:
            return self.refusal(400, "validation_error", "wanted a JSON object")
        change = Change("contact", external_id, fields)
        return upsert(self._ledger, change, at_us=self._now_us())

    def _get(self, external_id: str) -> Answer:
        entry = self._ledger.newest("contact", external_id)
        if entry is None:
            return self.refusal(404, "not_found", f"no contact {external_id}")
        return Answer(200, entry.write.body)

    def _search(self, request: Request) -> Answer:
        asked = request.fields()
        if asked is None:
            return self.refusal(400, "validation_error", "wanted a JSON object")
        where: dict[str, Any] = asked.get("where") or {}
        since_us = int(asked.get("updated_after_us") or 0)
        after, limit = int(asked.get("after") or 0), int(asked.get("limit") or PAGE)
        contacts = [
            orjson.loads(entry.write.body)
            for entry in self._ledger.newest_of("contact")
            if entry.at_us > since_us
        ]
        found = [it for it in contacts if all(it.get(name) == where[name] for name in where)]
        following = after + limit if after + limit < len(found) else None
        page = found[after : after + limit]
        return as_json({"total": len(found), "results": page, "next": following})
