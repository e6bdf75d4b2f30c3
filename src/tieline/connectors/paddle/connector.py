"""Paddle connector: nothing comes in; how Paddle Billing's API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import garbled
from tieline.connectors.paddle.webhook import PADDLE
from tieline.model.calls.call import Effect
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. 240 requests a minute from one address (220 + a burst of 20); 429 comes with
# Retry-After. There is no idempotency key. A PATCH of a subscription may charge, so it is `once`.
paddle = Connector(
    name="paddle",
    base_url="https://api.paddle.com",
    headers=(("paddle-version", "1"),),
    rate=Rate(220, timedelta(minutes=1), burst=20),
    at_once=10,
    effects={
        "POST /pricing-preview": Effect.READ,
        "POST /transactions/preview": Effect.READ,
        "PATCH /products/*": Effect.IDEMPOTENT,
        "PATCH /prices/*": Effect.IDEMPOTENT,
        "PATCH /customers/*": Effect.IDEMPOTENT,
    },
    failed_inside=garbled,
    webhook=PADDLE,
    docs="https://developer.paddle.com/api-reference/overview",
)
