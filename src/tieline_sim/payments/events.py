"""Payment events: numbers come in; what happened to payments, as Stripe says it, goes out."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from tieline_sim import signing
from tieline_sim.events import Blueprint, Event, Sealing, object_of, raw_event, wish
from tieline_sim.messages import Headers

API_VERSION = "2025-09-30.clover"
PAID_FROM_CENTS = 1000


class PaymentsVoice:
    """Announces payments; signed ``t=…,v1=…``."""

    kinds = (
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "invoice.paid",
        "invoice.payment_failed",
        "charge.refunded",
    )

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us

    def generated(self, number: int, blueprint: Blueprint) -> Event:
        about, _, outcome = blueprint.kind.partition(".")
        customer = number % blueprint.spread
        natural = OBJECTS[about](number, customer)
        if outcome == "payment_failed":
            natural.update(FAILED[about])
        return self._wrap(f"evt_{number:08d}", blueprint.kind, wish(number, blueprint, natural))

    def worded(self, number: int, given: Mapping[str, Any]) -> Event:
        name = str(given.get("id") or f"evt_{number:08d}")
        found = self._wrap(name, str(given.get("type", "invoice.paid")), object_of(given))
        return raw_event(number, given) or found

    def signed(self, sealing: Sealing) -> Headers:
        return signing.stripe(sealing.body, sealing.secrets, sealing.now_s)

    def labels(self, event: Event, attempts: int) -> Headers:
        return ()

    def _wrap(self, name: str, kind: str, inner: dict[str, Any]) -> Event:
        envelope = {
            "id": name,
            "object": "event",
            "api_version": API_VERSION,
            "created": self._now_us() // 1_000_000,
            "data": {"object": inner},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        return Event(name, kind, str(inner.get("id") or name), orjson.dumps(envelope))


def amount_cents(number: int) -> int:
    return PAID_FROM_CENTS + number * 37 % 90_000


def payment_intent(number: int, customer: int | None = None) -> dict[str, Any]:
    """The payment intent with this number; the same at each asking."""
    amount = amount_cents(number)
    return {
        "id": f"pi_{number:08d}",
        "object": "payment_intent",
        "amount": amount,
        "amount_received": amount,
        "currency": "eur",
        "customer": f"cus_{number % 100 if customer is None else customer:05d}",
        "latest_charge": f"ch_{number:08d}",
        "metadata": {"order_id": f"ord-{number:08d}"},
        "status": "succeeded",
    }


def _invoice(number: int, customer: int) -> dict[str, Any]:
    amount = amount_cents(number)
    return {
        "id": f"in_{number:08d}",
        "object": "invoice",
        "amount_due": amount,
        "amount_paid": amount,
        "currency": "eur",
        "customer": f"cus_{customer:05d}",
        "customer_email": f"customer{customer}@shop.example",
        "metadata": {"order_id": f"ord-{number:08d}"},
        "number": f"INV-{number:08d}",
        "status": "paid",
    }


def _charge(number: int, customer: int) -> dict[str, Any]:
    amount = amount_cents(number)
    return {
        "id": f"ch_{number:08d}",
        "object": "charge",
        "amount": amount,
        "amount_refunded": amount,
        "currency": "eur",
        "customer": f"cus_{customer:05d}",
        "metadata": {"order_id": f"ord-{number:08d}"},
        "payment_intent": f"pi_{number:08d}",
        "refunded": True,
        "status": "succeeded",
    }


OBJECTS: Mapping[str, Callable[[int, int], dict[str, Any]]] = {
    "payment_intent": payment_intent,
    "invoice": _invoice,
    "charge": _charge,
}
FAILED: Mapping[str, Mapping[str, Any]] = {
    "payment_intent": {"amount_received": 0, "status": "requires_payment_method"},
    "invoice": {"amount_paid": 0, "status": "open"},
}
