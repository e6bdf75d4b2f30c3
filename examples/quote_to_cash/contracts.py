"""Contracts: what the flows need of an event; whatever else a system sends is ignored."""

from typing import Annotated

from tieline import Contract, Key, Sensitive


class LeadCaptured(Contract, name="lead.captured", version=1):
    """Somebody filled in a form."""

    id: Annotated[str, Key("lead")]
    email: Annotated[str, Key, Sensitive]
    name: str
    company: str
    form: str


class PaymentSucceeded(Contract, name="payment_intent.succeeded", version=1):
    """A customer paid."""

    id: Annotated[str, Key("payment")]
    customer: Annotated[str, Key]
    amount_received: int
    currency: str
    metadata: dict[str, str]


class Receipt(Contract, name="receipt", version=1):
    """A payment is in the books. Our own event, on the topic ``receipt``."""

    payment_id: Annotated[str, Key]
    invoice_id: Annotated[str, Key]
    customer_id: Annotated[str, Key]
    amount_cents: int
    currency: str


class TicketCreated(Contract, name="ticket.created", version=1):
    """A customer asked for help."""

    id: Annotated[str, Key("ticket")]
    subject: str
    priority: str
    external_id: Annotated[str | None, Key("order")] = None
