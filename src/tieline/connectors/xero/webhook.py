"""Xero webhook: nothing comes in; how Xero signs, shapes and announces its deliveries goes out."""

from tieline.model.inbound.handshake import EmptyBatch
from tieline.model.inbound.signature import (
    Acknowledgement,
    Encoding,
    EventShape,
    HmacScheme,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import SingleSignature

# Checked 2026-11-21. The key is used as it is written, although it looks like base64. Events
# have no id of their own and no data: the resource is fetched from resourceUrl. The intent to
# receive sends good and bad signatures over an empty list and wants 200 and 401. Only
# 200 with an empty body counts as taken (as known in 2025).
XERO = WebhookScheme(
    name="xero",
    schemes=(HmacScheme(place=SingleSignature("x-xero-signature"), encoding=Encoding.BASE64),),
    shape=EventShape(
        type_path=("eventCategory", "eventType"),
        id_path=("tenantId", "eventCategory", "eventType", "resourceId", "eventDateUtc"),
        events_path="events",
    ),
    docs="https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/",
    handshake=EmptyBatch("events"),
    acknowledgement=Acknowledgement(200, names_event=False),
)
