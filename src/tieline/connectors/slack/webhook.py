"""Slack webhook: nothing comes in; how Slack signs and announces its deliveries goes out."""

from dataclasses import replace

from tieline.model.inbound.handshake import BodyChallenge
from tieline.model.inbound.signature import (
    Acknowledgement,
    BodyForm,
    EventShape,
    HmacScheme,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import HeaderTime, Piece, SingleSignature

# Checked 2026-11-21. The challenge is signed like any other delivery.
SLACK = WebhookScheme(
    name="slack",
    schemes=(
        HmacScheme(
            place=SingleSignature("X-Slack-Signature", prefix="v0="),
            content=(b"v0:", Piece.TIMESTAMP, b":", Piece.BODY),
            time=HeaderTime("X-Slack-Request-Timestamp"),
        ),
    ),
    shape=EventShape(type_path="event.type", id_path="event_id", data_path="event"),
    docs="https://docs.slack.dev/authentication/verifying-requests-from-slack",
    handshake=BodyChallenge(
        type_path="type", type_value="url_verification", challenge_path="challenge"
    ),
)

# Checked 2026-11-21. Commands and interactions are shown what we answer, so it is empty; anything
# but 200 is an error in front of the user. Neither is sent twice.
_SILENT = Acknowledgement(200, names_event=False)

SLACK_COMMANDS = replace(
    SLACK,
    name="slack-commands",
    shape=EventShape(type_path="command", id_path="trigger_id"),
    docs="https://docs.slack.dev/interactivity/implementing-slash-commands",
    handshake=None,
    body=BodyForm.FORM,
    acknowledgement=_SILENT,
)
SLACK_INTERACTIVITY = replace(
    SLACK,
    name="slack-interactivity",
    shape=EventShape(type_path="type", id_path="trigger_id"),
    docs="https://docs.slack.dev/interactivity/handling-user-interaction",
    handshake=None,
    body=BodyForm.FORM_PAYLOAD,
    acknowledgement=_SILENT,
)
