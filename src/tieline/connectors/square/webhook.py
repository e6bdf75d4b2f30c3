"""Square webhook: nothing comes in; how Square signs and shapes its deliveries goes out."""

from tieline.model.inbound.signature import Encoding, EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import Piece, SingleSignature

# Checked 2026-11-21. The URL must be written as it is in Square's subscription. The older
# x-square-signature (SHA-1) is sent as well and not needed.
SQUARE = WebhookScheme(
    name="square",
    schemes=(
        HmacScheme(
            place=SingleSignature("x-square-hmacsha256-signature"),
            content=(Piece.URL, Piece.BODY),
            encoding=Encoding.BASE64,
        ),
    ),
    shape=EventShape(type_path="type", id_path="event_id", data_path="data.object"),
    docs="https://developer.squareup.com/docs/webhooks/step3validate",
)
