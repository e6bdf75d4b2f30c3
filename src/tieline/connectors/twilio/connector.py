"""Twilio connector: nothing comes in; how Twilio's REST API is called goes out."""

from tieline.connectors.answer_failures import garbled
from tieline.connectors.twilio.webhook import TWILIO
from tieline.model.calls.auth import Basic
from tieline.model.hub.connection import Connector

# Twilio limits calls at the same time, by account (as known in 2025), and answers 429 with error
# 20429. Creating a message has no idempotency key: a repeat is a second message.
twilio = Connector(
    name="twilio",
    base_url="https://api.twilio.com/2010-04-01",
    auth=Basic(),
    at_once=20,
    failed_inside=garbled,
    webhook=TWILIO,
    docs="https://www.twilio.com/docs/usage/api",
)
