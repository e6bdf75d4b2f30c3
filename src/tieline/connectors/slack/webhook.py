"""Slack webhook: nothing comes in; how Slack signs and announces its deliveries goes out."""

from tieline.model.handshake import BodyChallenge
from tieline.model.signature import EventShape, HmacScheme, WebhookScheme
from tieline.model.signed_content import HeaderTime, Piece, SingleSignature

# Checked 2026-11-21. The challenge is signed like any other delivery.
SLACK = WebhookScheme(
    name="slack",
    schemes=(
        HmacScheme(
            place=SingleSignature("X-Slack-Signature", prefix="v0="),
            content=(b"v0:", Piece.TIMESTAMP, b":", Piece.BODY),
            time=HeaderTime("X-Slack-Request-Timestamp"),
        ),
    ),
    shape=EventShape(type_path="event.type", id_path="event_id", data_path="event"),
    docs="https://docs.slack.dev/authentication/verifying-requests-from-slack",
    handshake=BodyChallenge(
        type_path="type", type_value="url_verification", challenge_path="challenge"
    ),
)
