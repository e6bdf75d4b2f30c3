"""Crash hub: one flow with an effect of every class, a topic and a schedule, to be killed under."""

import os
from datetime import timedelta
from typing import Annotated, Any

from tieline import Connector, Contract, Hub, Key, NoAuth, RetryPolicy, Run
from tieline.connectors import stripe

hub = Hub("crash")
PATIENT = RetryPolicy(attempts=40, first=timedelta(seconds=0.05), cap=timedelta(seconds=0.5))
HERE = ("127.0.0.1",)


def connect(name: str, address: str, connector: Connector) -> Any:
    url = os.environ.get(address, "http://127.0.0.1:9")
    return hub.connect(name, connector, base_url=url, allow=HERE, retry=PATIENT)


billing = hub.connect("billing", stripe, base_url="http://127.0.0.1:9", allow=HERE)
books = connect(
    "books", "BOOKS_URL", Connector("b", auth=NoAuth(), idempotency_header="Idempotency-Key")
)
chat = connect("chat", "CHAT_URL", Connector("c", auth=NoAuth()))
refunds = connect("refunds", "PAYMENTS_URL", Connector("r", auth=NoAuth()))


class InvoicePaid(Contract, name="invoice.paid", version=1):
    id: Annotated[str, Key("invoice")]
    customer: str
    amount_paid: int


@hub.flow(on=billing.webhook("invoice.paid", contract=InvoicePaid))
async def settle(invoice: InvoicePaid, run: Run) -> None:
    """Idempotent, own step, verify, once, and an event: in that order."""
    ref = invoice.id

    async def find() -> Any:
        return (await chat.get("/messages", params={"client_msg_id": ref})).json()["messages"]

    await books.post("/entries", json={"ref": ref, "cents": invoice.amount_paid})
    await run.step("count", len, ref)
    message = {"channel": "#money", "text": ref, "client_msg_id": ref}
    await chat.post("/chat.postMessage", json=message, confirm=find)
    intent = "pi_" + ref.removeprefix("in_")
    await refunds.post("/v1/refunds", json={"payment_intent": intent, "metadata": {"ref": ref}})
    run.refer(invoice=ref)
    await run.emit("settled", {"ref": ref, "customer": invoice.customer})


class Settled(Contract, name="settled", version=1):
    ref: str
    customer: str


@hub.flow(on=hub.topic("settled", contract=Settled), ordered_by="customer")
async def book_again(settled: Settled) -> None:
    """What an emitted event causes, one at a time for each customer."""
    await books.post("/invoices", json={"ref": settled.ref})


@hub.flow(on=hub.schedule("0 0 1 1 *", name="yearly"))
async def close_year(fired: dict[str, Any]) -> None:
    """Due when a test says so: it moves the row in the store."""
    await books.post("/entries", json={"ref": fired["due"]})
