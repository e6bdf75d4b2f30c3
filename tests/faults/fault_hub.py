"""Fault hub: two keyed effects in a lane, then a third in whichever worker hears of them."""

import os
from datetime import timedelta
from typing import Annotated, Any

from tieline import Connector, Contract, Hub, Key, NoAuth, RetryPolicy, Run
from tieline.connectors import stripe

hub = Hub("faults")
PATIENT = RetryPolicy(attempts=60, first=timedelta(seconds=0.05), cap=timedelta(seconds=1))
PATIENCE = timedelta(seconds=5)
"""A worker stopped for longer than its lease wakes up with calls that are long over this."""
HERE = ("127.0.0.1",)
KEYED = Connector("b", auth=NoAuth(), idempotency_header="Idempotency-Key")


def connect(name: str, address: str, connector: Connector) -> Any:
    url = os.environ.get(address, "http://127.0.0.1:9")
    return hub.connect(name, connector, base_url=url, allow=HERE, retry=PATIENT, timeout=PATIENCE)


billing = hub.connect("billing", stripe, base_url="http://127.0.0.1:9", allow=HERE)
books = connect("books", "BOOKS_URL", KEYED)
refunds = connect("refunds", "PAYMENTS_URL", KEYED)


class InvoicePaid(Contract, name="invoice.paid", version=1):
    id: Annotated[str, Key("invoice")]
    customer: str
    amount_paid: int


@hub.flow(on=billing.webhook("invoice.paid", contract=InvoicePaid), ordered_by="customer")
async def settle(invoice: InvoicePaid, run: Run) -> None:
    """Two effects with a key, one customer after the other, and word of it."""
    body = {"ref": invoice.id, "customer": invoice.customer, "cents": invoice.amount_paid}
    await books.post("/entries", json=body)
    await run.step("count", len, invoice.id)
    await books.post("/invoices", json=body)
    run.refer(invoice=invoice.id)
    await run.emit("settled", {"ref": invoice.id})


class Settled(Contract, name="settled", version=1):
    ref: str


@hub.flow(on=hub.topic("settled", contract=Settled))
async def refund(settled: Settled) -> None:
    """What an emitted event causes, by whichever worker finds it."""
    intent = "pi_" + settled.ref.removeprefix("in_")
    body = {"payment_intent": intent, "metadata": {"ref": settled.ref}}
    await refunds.post("/v1/refunds", json=body)
