"""Paddle webhook: nothing comes in; how Paddle Billing signs and shapes its deliveries goes out."""

from tieline.model.inbound.signature import Acknowledgement, EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import ListedSignature, ListedTime, Piece

# Checked 2026-11-21. Several h1 come while a secret is rotated. Paddle's own libraries allow
# five seconds, which an ordinary clock does not keep; ours is the usual tolerance. Only
# 200 counts as taken.
PADDLE = WebhookScheme(
    name="paddle",
    schemes=(
        HmacScheme(
            place=ListedSignature("Paddle-Signature", key="h1", separator=";"),
            content=(Piece.TIMESTAMP, b":", Piece.BODY),
            time=ListedTime("ts"),
        ),
    ),
    shape=EventShape(type_path="event_type", id_path="event_id", data_path="data"),
    docs="https://developer.paddle.com/webhooks/about/signature-verification",
    acknowledgement=Acknowledgement(200),
)
