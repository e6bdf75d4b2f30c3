"""Stripe webhook: nothing comes in; how Stripe signs and shapes its deliveries goes out."""

from tieline.model.inbound.signature import EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import ListedSignature, ListedTime, Piece

# Checked 2026-11-21. v0 entries are unsigned test filler; several v1 come while a secret is
# rolled. The secret is used whole, with its whsec_. Each retry is signed anew.
STRIPE = WebhookScheme(
    name="stripe",
    schemes=(
        HmacScheme(
            place=ListedSignature("Stripe-Signature", key="v1"),
            content=(Piece.TIMESTAMP, b".", Piece.BODY),
            time=ListedTime("t"),
        ),
    ),
    shape=EventShape(type_path="type", id_path="id", data_path="data.object"),
    docs="https://docs.stripe.com/webhooks/signature",
)
