"""Quote to cash: leads, payments and tickets come in; contacts, invoices and messages go out."""

from functools import partial
from typing import Any

from contracts import LeadCaptured, PaymentSucceeded, Receipt, TicketCreated

from tieline import Hub, Run
from tieline.connectors import (
    acme_books,
    acme_crm,
    acme_helpdesk,
    acme_leads,
    github,
    shopify,
    slack,
    stripe,
)

hub = Hub("quote-to-cash")

leads = hub.connect("leads", acme_leads, credential="leads-live")
crm = hub.connect("crm", acme_crm, credential="crm-live")
billing = hub.connect("billing", stripe, credential="stripe-live")
books = hub.connect("books", acme_books, credential="books-live")
helpdesk = hub.connect("helpdesk", acme_helpdesk, credential="helpdesk-live")
chat = hub.connect("chat", slack, credential="slack-bot")
subscriptions = hub.connect("subscriptions", stripe)
code = hub.connect("code", github)
shop = hub.connect("shop", shopify)


@hub.flow(
    on=leads.webhook("lead.captured", contract=LeadCaptured),
    ordered_by="email",
    owner="sales-ops",
)
async def capture_lead(lead: LeadCaptured, run: Run) -> None:
    """Enrich a lead, keep the contact in the CRM, tell sales."""
    form = await leads.get(f"/leads/{lead.id}")
    contact = {
        "name": lead.name,
        "company": lead.company,
        "campaign": form.json()["campaign"],
        "last_lead": lead.id,
    }
    await crm.put("/contacts/{email}", values={"email": lead.email}, json=contact)
    await say("#sales", f"{lead.name}, {lead.company}: {lead.form} ({lead.id})", run)


@hub.flow(
    on=billing.webhook("payment_intent.succeeded", contract=PaymentSucceeded),
    ordered_by="customer",
    owner="finance-ops",
)
async def book_payment(payment: PaymentSucceeded, run: Run) -> None:
    """Post an invoice to the books, and let everybody know who cares for receipts."""
    invoice = {
        "ref": payment.id,
        "customer": payment.customer,
        "cents": payment.amount_received,
        "currency": payment.currency,
    }
    booked = await books.post("/invoices", json=invoice)
    run.refer(order=payment.metadata["order_id"])
    receipt = {
        "payment_id": payment.id,
        "invoice_id": booked.json()["id"],
        "customer_id": payment.customer,
        "amount_cents": payment.amount_received,
        "currency": payment.currency,
    }
    await run.emit("receipt", receipt)


@hub.flow(on=hub.topic("receipt", contract=Receipt), ordered_by="customer_id", owner="finance-ops")
async def announce_receipt(receipt: Receipt, run: Run) -> None:
    """Tell finance what was booked."""
    amount = f"{receipt.amount_cents / 100:.2f} {receipt.currency.upper()}"
    await say("#money", f"{amount} from {receipt.customer_id}: {receipt.invoice_id}", run)


@hub.flow(
    on=helpdesk.webhook("zen:event-type:ticket.created", contract=TicketCreated), owner="support"
)
async def announce_ticket(ticket: TicketCreated) -> None:
    """Tell support of a ticket, once: if nobody knows whether it arrived, a person decides."""
    text = f"Ticket {ticket.id} ({ticket.priority}): {ticket.subject}"
    await chat.post("/chat.postMessage", json={"channel": "#support", "text": text})


@hub.flow(on=hub.schedule("0 18 * * mon-fri", zone="Europe/Berlin"), owner="sales-ops")
async def daily_digest(firing: dict[str, Any], run: Run) -> None:
    """Tell sales in the evening how many contacts there are."""
    found = await crm.post("/contacts/search", json={"where": {}, "limit": 1})
    await say("#sales", f"{firing['due'][:10]}: {found.json()['total']} contacts", run)


@hub.flow(on=subscriptions.webhook("*"), owner="finance-ops")
async def note_subscription(change: dict[str, Any], run: Run) -> None:
    """Make a change at Stripe findable by its id."""
    run.refer(stripe=change["id"])


@hub.flow(on=code.webhook("*"), owner="platform")
async def note_code(change: dict[str, Any], run: Run) -> None:
    """Make a change of code findable by its repository."""
    run.refer(repository=change["repository"]["full_name"])


@hub.flow(on=shop.webhook("*"), owner="sales-ops")
async def note_shop(change: dict[str, Any], run: Run) -> None:
    """Make a change in the shop findable by its id."""
    run.refer(shopify=change["id"])


async def say(channel: str, text: str, run: Run) -> None:
    """Post a message. Slack has no idempotency key, so the message carries a mark to look for."""
    mark = str(run.uuid())
    metadata = {"event_type": "tieline", "event_payload": {"mark": mark}}
    await chat.post(
        "/chat.postMessage",
        json={"channel": channel, "text": text, "metadata": metadata},
        confirm=partial(find_message, channel, mark, run.event.recorded_us // 1_000_000),
    )


async def find_message(channel: str, mark: str, since_s: int) -> object:
    """The message with this mark, or None: asked when nobody knows whether it was posted."""
    asked = {"channel": channel, "oldest": str(since_s - 60), "include_all_metadata": "true"}
    cursor = ""
    while True:
        params = {**asked, "limit": 200, "cursor": cursor}
        history = (await chat.get("/conversations.history", params=params)).json()
        for message in history["messages"]:
            if message.get("metadata", {}).get("event_payload", {}).get("mark") == mark:
                return message
        cursor = history.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            return None
