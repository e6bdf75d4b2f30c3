"""Stripe connector: nothing comes in; how Stripe's API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import garbled
from tieline.connectors.stripe.webhook import STRIPE
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. Live mode takes 100 requests a second (80 + a burst of 20), a sandbox 25.
# Every POST takes an idempotency key; it may be forgotten once it is 24 hours old
# (https://docs.stripe.com/api/idempotent_requests).
stripe = Connector(
    name="stripe",
    base_url="https://api.stripe.com",
    headers=(("stripe-version", "2026-09-30.endive"),),
    rate=Rate(80, timedelta(seconds=1), burst=20),
    idempotency_header="Idempotency-Key",
    idempotency_life=timedelta(hours=24),
    nested_forms=True,
    failed_inside=garbled,
    webhook=STRIPE,
    docs="https://docs.stripe.com/api",
)
