"""Zoom webhook: nothing comes in; how Zoom signs, shapes and announces its deliveries goes out."""

from tieline.model.inbound.handshake import TokenProof
from tieline.model.inbound.signature import Acknowledgement, EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import HeaderTime, Piece, SingleSignature, TimeUnit

# Checked 2026-11-21. The validation is repeated every 72 hours and signed like any other
# delivery. The time is seen in seconds and in milliseconds. There is no event id. Only
# 200 and 204 count as taken.
ZOOM = WebhookScheme(
    name="zoom",
    schemes=(
        HmacScheme(
            place=SingleSignature("x-zm-signature", prefix="v0="),
            content=(b"v0:", Piece.TIMESTAMP, b":", Piece.BODY),
            time=HeaderTime("x-zm-request-timestamp", TimeUnit.EPOCH),
        ),
    ),
    shape=EventShape(type_path="event", data_path="payload.object"),
    docs="https://developers.zoom.us/docs/api/webhooks/",
    handshake=TokenProof(
        type_path="event",
        type_value="endpoint.url_validation",
        token_path="payload.plainToken",  # noqa: S106  the place of a token
    ),
    acknowledgement=Acknowledgement(200),
)
