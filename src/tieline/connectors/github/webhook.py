"""GitHub webhook: nothing comes in; how GitHub signs and shapes its deliveries goes out."""

from tieline.model.signature import EventShape, HmacScheme, WebhookScheme
from tieline.model.signed_content import SingleSignature

# Checked 2026-11-21. No time is signed, so only the delivery id stops a replay; a redelivery
# keeps that id. The older X-Hub-Signature (SHA-1) is sent as well and not needed.
GITHUB = WebhookScheme(
    name="github",
    schemes=(HmacScheme(place=SingleSignature("X-Hub-Signature-256", prefix="sha256=")),),
    shape=EventShape(type_header="X-GitHub-Event", id_header="X-GitHub-Delivery"),
    docs="https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries",
)
