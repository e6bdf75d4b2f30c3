"""Books: bookkeeping requests come in; entries and invoices go out.

Not even the business reference is unique here: only an ``Idempotency-Key`` protects a retry, as in
many ledgers. Without one the same entry is booked again, and counted as a double effect.
"""

import orjson

from tieline_sim.events import Voice
from tieline_sim.keyed import KeyReused, fingerprint, replay
from tieline_sim.ledger import Write, stored
from tieline_sim.messages import Answer, Request, as_json
from tieline_sim.shop import Trade

ACTIONS = {"entries": ("entry", "ent"), "invoices": ("invoice", "inv")}
PAGE = 100


class Books:
    """The API of the bookkeeping vendor."""

    voice: Voice | None = None
    shows_limits = False

    def __init__(self, trade: Trade) -> None:
        self._ledger = trade.ledger
        self._now_us = trade.now_us

    def answer(self, request: Request) -> Answer:
        match request.method, request.segments():
            case "POST", ["entries" | "invoices" as kind]:
                return self._write(request, kind)
            case "GET", ["entries" | "invoices" as kind]:
                return self._list(request, kind)
            case "GET", ["entries" | "invoices" as kind, id]:
                return self._one(kind, id)
            case _:
                return self.refusal(404, "not_found", f"no {request.method} {request.path}")

    def refusal(self, status: int, code: str, text: str) -> Answer:
        problem = {"type": code, "title": text, "status": status}
        return Answer(status, orjson.dumps(problem), content_type="application/problem+json")

    def _write(self, request: Request, kind: str) -> Answer:
        known = replay(self._ledger, request)
        if isinstance(known, KeyReused):
            text = f"key {known.key} was used for another request"
            return self.refusal(422, "idempotency_key_reused", text)
        if known is not None:
            return known
        fields = request.fields()
        ref = fields.get("ref") if fields else None
        if fields is None or not isinstance(ref, str) or not ref:
            return self.refusal(422, "invalid", "wanted a JSON object with a ref")
        return self._book(request, kind, fields)

    def _book(self, request: Request, kind: str, fields: dict[str, object]) -> Answer:
        action, prefix = ACTIONS[kind]
        now_us = self._now_us()
        name = f"{prefix}_{self._ledger.applied + 1:08d}"
        thing = {**fields, "id": name, "object": action, "created_at_us": now_us}
        key = request.header("idempotency-key")
        write = Write(
            action=action,
            ref=str(fields["ref"]),
            id=name,
            body=stored(thing),
            key=key,
            fingerprint=fingerprint(request) if key else "",
        )
        self._ledger.apply(write, at_us=now_us)
        return Answer(write.status, write.body)

    def _list(self, request: Request, kind: str) -> Answer:
        asked = request.parameters()
        action, _ = ACTIONS[kind]
        if "ref" in asked:
            rows = self._ledger.about(asked["ref"], action)
            return as_json({kind: [orjson.Fragment(row.write.body) for row in rows], "next": None})
        after = int(asked["after"]) if asked.get("after", "").isdecimal() else 0
        page = self._ledger.after(after, PAGE)
        bodies = [orjson.Fragment(row.write.body) for row in page if row.write.action == action]
        return as_json({kind: bodies, "next": page[-1].number if len(page) == PAGE else None})

    def _one(self, kind: str, id: str) -> Answer:  # noqa: A002 - the vendor's own word
        action, _ = ACTIONS[kind]
        entry = self._ledger.newest(action, id)
        if entry is None:
            return self.refusal(404, "not_found", f"no {action} {id}")
        return Answer(200, entry.write.body)
