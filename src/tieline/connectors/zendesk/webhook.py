"""Zendesk webhook: nothing comes in; how Zendesk signs and shapes its deliveries goes out."""

from tieline.model.inbound.signature import Encoding, EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import HeaderTime, Piece, SingleSignature, TimeUnit

# Checked 2026-11-21. Timestamp and body are joined with nothing between them; the secret is
# used as it is written. Bodies of webhooks connected to a trigger are written by the customer
# and need not have these fields; the invocation id is the same over all attempts.
ZENDESK = WebhookScheme(
    name="zendesk",
    schemes=(
        HmacScheme(
            place=SingleSignature("X-Zendesk-Webhook-Signature"),
            content=(Piece.TIMESTAMP, Piece.BODY),
            encoding=Encoding.BASE64,
            time=HeaderTime("X-Zendesk-Webhook-Signature-Timestamp", TimeUnit.ISO),
        ),
    ),
    shape=EventShape(type_path="type", id_path="id", id_header="X-Zendesk-Webhook-Invocation-Id"),
    docs="https://developer.zendesk.com/documentation/webhooks/verifying/",
)
