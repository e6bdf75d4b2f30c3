"""HubSpot webhook: nothing comes in; how HubSpot signs and shapes its deliveries goes out."""

from tieline.model.inbound.signature import (
    Encoding,
    EventShape,
    HmacScheme,
    SecretPrefixScheme,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import (
    DecodedUrl,
    HeaderTime,
    Piece,
    SingleSignature,
    TimeUnit,
)

# A delivery is a list of up to 100 events. HubSpot says that eventId alone need not be unique;
# attemptNumber changes with every retry, so the body as a whole is no identity either.
SHAPE = EventShape(
    type_path="subscriptionType",
    id_path=("portalId", "subscriptionId", "eventId", "objectId", "occurredAt"),
    events_path="",
    varies=("attemptNumber",),
)
DOCS = (
    "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication"
    "/request-validation"
)

# Checked 2026-11-21. The key is the app's client secret. HubSpot undoes exactly these
# percent-encodings in the URL before it signs.
HUBSPOT = WebhookScheme(
    name="hubspot",
    schemes=(
        HmacScheme(
            place=SingleSignature("X-HubSpot-Signature-v3"),
            content=(Piece.METHOD, DecodedUrl(":/?@!$'()*,;"), Piece.BODY, Piece.TIMESTAMP),
            encoding=Encoding.BASE64,
            time=HeaderTime("X-HubSpot-Request-Timestamp", TimeUnit.MILLISECONDS),
        ),
    ),
    shape=SHAPE,
    docs=DOCS,
)

# Checked 2026-11-21. Older signatures come in every request beside the new one. They sign no
# time, so a source that also took them could be fed a recorded delivery for ever.
HUBSPOT_V1 = WebhookScheme(
    name="hubspot-v1",
    schemes=(SecretPrefixScheme(place=SingleSignature("X-HubSpot-Signature")),),
    shape=SHAPE,
    docs=DOCS,
)
HUBSPOT_V2 = WebhookScheme(
    name="hubspot-v2",
    schemes=(
        SecretPrefixScheme(
            place=SingleSignature("X-HubSpot-Signature"),
            content=(Piece.METHOD, Piece.URL, Piece.BODY),
        ),
    ),
    shape=SHAPE,
    docs=DOCS,
)
