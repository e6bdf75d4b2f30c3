"""Twilio webhook: nothing comes in; how Twilio signs and shapes its deliveries goes out."""

from dataclasses import replace

from tieline.model.inbound.signature import (
    Acknowledgement,
    BodyForm,
    EventShape,
    FormHmacScheme,
    WebhookScheme,
)

# Checked 2026-11-21. The key is the primary auth token. No time is signed and a form carries
# no event id; the token is the same over retries of one callback. An answer with a body would be
# read as instructions (TwiML), so there is none. Callbacks have no common field for their type.
TWILIO = WebhookScheme(
    name="twilio",
    schemes=(FormHmacScheme("X-Twilio-Signature", body_digest_parameter="bodySHA256"),),
    shape=EventShape(id_header="I-Twilio-Idempotency-Token"),
    docs="https://www.twilio.com/docs/usage/webhooks/webhooks-security",
    body=BodyForm.FORM,
    acknowledgement=Acknowledgement(204, names_event=False),
)

# Checked 2026-11-21. The same for callbacks that send JSON; the URL then carries bodySHA256.
TWILIO_JSON = replace(TWILIO, name="twilio-json", body=BodyForm.JSON)
