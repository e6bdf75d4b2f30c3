"""Intercom webhook: nothing comes in; how Intercom signs and shapes its deliveries goes out."""

from tieline.model.inbound.handshake import Probe
from tieline.model.inbound.signature import (
    Acknowledgement,
    Algorithm,
    EventShape,
    HmacScheme,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import SingleSignature

# Checked 2026-11-21. The key is the app's client secret. A new address is probed with HEAD.
# Only 200 counts as taken (as known in 2025).
INTERCOM = WebhookScheme(
    name="intercom",
    schemes=(
        HmacScheme(
            place=SingleSignature("X-Hub-Signature", prefix="sha1="), algorithm=Algorithm.SHA1
        ),
    ),
    shape=EventShape(type_path="topic", id_path="id", data_path="data.item"),
    docs="https://developers.intercom.com/docs/webhooks/setting-up-webhooks",
    handshake=Probe("HEAD"),
    acknowledgement=Acknowledgement(200),
)
