"""Payments: refunds to make and payments to look up come in; refunds and payment intents go out.

Every intent of the pattern ``pi_<number>`` exists. Refunds are not limited to the amount paid, so
that a second refund of the same payment shows in the counts instead of being refused.
"""

import re
from typing import Any
from urllib.parse import parse_qsl

import orjson

from tieline_sim.keyed import KeyReused, fingerprint, replay
from tieline_sim.ledger import Write, stored
from tieline_sim.messages import Answer, Request, as_json
from tieline_sim.payments.events import PaymentsVoice, payment_intent
from tieline_sim.shop import Trade

INTENT = re.compile(r"pi_(\d{1,12})")
IN_BRACKETS = re.compile(r"(\w+)\[(\w+)\]")
ERROR_TYPES = {400: "invalid_request_error", 429: "rate_limit_error"}


class Payments:
    """The API of the payments vendor."""

    shows_limits = False

    def __init__(self, trade: Trade) -> None:
        self._ledger = trade.ledger
        self._now_us = trade.now_us
        self.voice = PaymentsVoice(trade.now_us)

    def answer(self, request: Request) -> Answer:
        match request.method, request.segments():
            case "POST", ["v1", "refunds"]:
                return self._refund(request)
            case "GET", ["v1", "refunds"]:
                return self._refunds_of(request.parameters().get("payment_intent", ""))
            case "GET", ["v1", "refunds", name]:
                return self._one_refund(name)
            case "GET", ["v1", "payment_intents", name]:
                return self._intent(name)
            case _:
                return self.refusal(404, "url_invalid", f"no {request.method} {request.path}")

    def refusal(self, status: int, code: str, text: str) -> Answer:
        kind = "idempotency_error" if code == "idempotency_key_in_use" else ERROR_TYPES.get(status)
        server_side = "api_error" if status >= 500 else "invalid_request_error"
        error = {"type": kind or server_side, "code": code, "message": text}
        return as_json({"error": error}, status)

    def _refund(self, request: Request) -> Answer:
        known = replay(self._ledger, request)
        if isinstance(known, KeyReused):
            text = f"key {known.key} was used with other parameters"
            return self.refusal(400, "idempotency_key_in_use", text)
        if known is not None:
            return known
        asked = _parameters(request)
        intent = asked.get("payment_intent")
        if not isinstance(intent, str) or not INTENT.fullmatch(intent):
            text = f"payment_intent is {intent!r}; wanted pi_<number>"
            return self.refusal(400, "parameter_missing", text)
        return self._apply(request, intent, asked)

    def _apply(self, request: Request, intent: str, asked: dict[str, Any]) -> Answer:
        now_us = self._now_us()
        name = f"re_{self._ledger.applied + 1:08d}"
        metadata = asked.get("metadata") or {}
        refund = {
            "id": name,
            "object": "refund",
            "amount": int(asked.get("amount") or _stored_intent(intent)["amount"]),
            "currency": "eur",
            "created": now_us // 1_000_000,
            "metadata": metadata,
            "payment_intent": intent,
            "reason": asked.get("reason"),
            "status": "succeeded",
        }
        key = request.header("idempotency-key")
        write = Write(
            action="refund",
            ref=str(metadata.get("ref") or intent),
            id=name,
            body=stored(refund),
            status=200,
            key=key,
            fingerprint=fingerprint(request) if key else "",
        )
        self._ledger.apply(write, at_us=now_us)
        return Answer(write.status, write.body)

    def _refunds_of(self, intent: str) -> Answer:
        refunds = [orjson.loads(entry.write.body) for entry in self._ledger.newest_of("refund")]
        found = [refund for refund in refunds if intent in ("", refund["payment_intent"])]
        return as_json({"object": "list", "data": found, "has_more": False})

    def _one_refund(self, name: str) -> Answer:
        entry = self._ledger.newest("refund", name)
        if entry is None:
            return self.refusal(404, "resource_missing", f"no such refund: {name}")
        return Answer(200, entry.write.body)

    def _intent(self, name: str) -> Answer:
        if not INTENT.fullmatch(name):
            return self.refusal(404, "resource_missing", f"no such payment_intent: {name}")
        return as_json(_stored_intent(name))


def _stored_intent(name: str) -> dict[str, Any]:
    return payment_intent(int(name.removeprefix("pi_")))


def _parameters(request: Request) -> dict[str, Any]:
    """Form fields as the real one takes them (``metadata[ref]=…``), or a JSON object."""
    if "json" in request.header("content-type"):
        return request.fields() or {}
    asked: dict[str, Any] = {}
    for name, value in parse_qsl(request.body.decode("utf-8", "replace")):
        nested = IN_BRACKETS.fullmatch(name)
        if nested:
            asked.setdefault(nested[1], {})[nested[2]] = value
        else:
            asked[name] = value
    return asked
