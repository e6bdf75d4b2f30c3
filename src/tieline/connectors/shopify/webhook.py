"""Shopify webhook: nothing comes in; how Shopify signs and shapes its deliveries goes out."""

from tieline.model.inbound.body import MEBIBYTE, BodyLimits
from tieline.model.inbound.signature import Encoding, EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import SingleSignature

# Checked 2026-11-21. The key is the app's client secret; after a rotation the old one is used
# for up to an hour. X-Shopify-Webhook-Id is the id to ignore duplicates by; X-Shopify-Event-Id
# is shared by all topics that one action in the shop sets off. No largest size is documented: an
# order of 170 lines has more than 10,000 keys, and one may have 500 lines.
SHOPIFY = WebhookScheme(
    name="shopify",
    schemes=(HmacScheme(place=SingleSignature("X-Shopify-Hmac-Sha256"), encoding=Encoding.BASE64),),
    shape=EventShape(type_header="X-Shopify-Topic", id_header="X-Shopify-Webhook-Id"),
    docs="https://shopify.dev/docs/apps/build/webhooks/verify-deliveries",
    limits=BodyLimits(bytes=10 * MEBIBYTE, keys=200_000),
)
