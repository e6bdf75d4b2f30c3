"""Relay hub: the address of a sink comes in; a hub that relays, or one that remembers, goes out."""

from typing import Annotated

from tieline import Connection, Connector, Contract, Hub, Key, Run
from tieline.connectors.standard_webhooks.webhook import STANDARD_WEBHOOKS

PLACES = 900
AT_ONCE = 256
TAX_PERCENT = 19


class Paid(Contract, name="invoice.paid", version=1):
    """What a delivery says."""

    invoice_id: Annotated[str, Key]
    customer_id: str
    amount_cents: int
    currency: str
    seq: int
    sent_us: int


def relay_hub(sink: str) -> Hub:
    """Signed webhook in, contract, one POST out under an idempotency key."""
    hub, billing = _hub("relay")
    entries = hub.connect(
        "entries",
        Connector("sink", idempotency_header="Idempotency-Key", at_once=AT_ONCE),
        base_url=sink,
        allow=("127.0.0.1",),
        credential="entries",
    )

    @hub.flow(on=billing.webhook("invoice.paid", contract=Paid), concurrency=PLACES)
    async def relay(paid: Paid, run: Run) -> None:
        entry = {"seq": paid.seq, "sent_us": paid.sent_us, "cents": paid.amount_cents}
        await entries.post("/relay", json=entry)

    return hub


def steps_hub(_sink: str) -> Hub:
    """Signed webhook in, three steps, each of them on disk before the next begins."""
    hub, billing = _hub("steps")

    @hub.flow(on=billing.webhook("invoice.paid", contract=Paid), concurrency=PLACES)
    async def book(paid: Paid, run: Run) -> None:
        net = await run.step("net", _net, paid.amount_cents)
        tax = await run.step("tax", _tax, net)
        await run.step("entry", _entry, net, tax)

    return hub


def _hub(name: str) -> tuple[Hub, Connection]:
    hub = Hub(name)
    vendor = Connector("vendor", webhook=STANDARD_WEBHOOKS)
    return hub, hub.connect("billing", vendor, signing="billing")


async def _net(cents: int) -> int:
    return cents * 100 // (100 + TAX_PERCENT)


async def _tax(net: int) -> int:
    return net * TAX_PERCENT // 100


async def _entry(net: int, tax: int) -> dict[str, int]:
    return {"net": net, "tax": tax}
