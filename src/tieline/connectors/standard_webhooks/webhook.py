"""Standard Webhooks: nothing comes in; how such deliveries are signed and shaped goes out."""

from tieline.model.inbound.signature import EventShape, WebhookScheme
from tieline.rules.inbound.standard_webhooks import standard_ed25519, standard_hmac

DOCS = "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"
SHAPE = EventShape(type_path="type", id_header="webhook-id", data_path="data")

# Checked 2026-11-21. The id stays the same over retries, the time does not.
STANDARD_WEBHOOKS = WebhookScheme(
    name="standard-webhooks", schemes=(standard_hmac(),), shape=SHAPE, docs=DOCS
)

# Checked 2026-11-21. It is not offered together with the symmetric scheme: a public key taken
# for a shared secret would let everybody sign.
STANDARD_WEBHOOKS_ED25519 = WebhookScheme(
    name="standard-webhooks-ed25519", schemes=(standard_ed25519(),), shape=SHAPE, docs=DOCS
)

# Checked 2026-11-21. The same under older header names: Svix itself and those who send through
# it, among them Clerk and Resend.
SVIX = WebhookScheme(
    name="svix",
    schemes=(standard_hmac("svix"),),
    shape=EventShape(type_path="type", id_header="svix-id", data_path="data"),
    docs="https://docs.svix.com/receiving/verifying-payloads/how-manual",
)
