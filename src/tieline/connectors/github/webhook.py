"""GitHub webhook: nothing comes in; how GitHub signs and shapes its deliveries goes out."""

from dataclasses import replace

from tieline.model.inbound.body import MEBIBYTE, BodyLimits
from tieline.model.inbound.signature import BodyForm, EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import SingleSignature

# Checked 2026-11-21. No time is signed, so only the delivery id stops a replay; a redelivery
# keeps that id. The older X-Hub-Signature (SHA-1) is sent as well and not needed. Bodies have up to
# 25 MB (a larger one is never sent), and a push of 600 commits more than 10,000 keys; what is not
# taken is not sent again by itself.
GITHUB = WebhookScheme(
    name="github",
    schemes=(HmacScheme(place=SingleSignature("X-Hub-Signature-256", prefix="sha256=")),),
    shape=EventShape(type_header="X-GitHub-Event", id_header="X-GitHub-Delivery"),
    docs="https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries",
    limits=BodyLimits(bytes=25 * MEBIBYTE, keys=1_000_000),
)

# Checked 2026-11-21. The same for hooks whose content type was left at form.
GITHUB_FORM = replace(GITHUB, name="github-form", body=BodyForm.FORM_PAYLOAD)
