"""Xero connector: nothing comes in; how Xero's Accounting API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import garbled
from tieline.connectors.xero.webhook import XERO
from tieline.model.calls.call import Effect
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. PUT creates. Idempotency-Key is taken, but users found it tied to the access
# token, which lives for 30 minutes: a repeat after a refresh books again. So it is sent as a second
# line of defence only, and writes are `once`. Limits: 60 a minute (55 + 5), 5 at once, 5,000 a day.
xero = Connector(
    name="xero",
    base_url="https://api.xero.com/api.xro/2.0",
    headers=(("accept", "application/json"),),
    rate=Rate(55, timedelta(minutes=1), burst=5),
    at_once=5,
    idempotency_header="Idempotency-Key",
    effects={"POST *": Effect.ONCE, "PUT *": Effect.ONCE, "PATCH *": Effect.ONCE},
    failed_inside=garbled,
    webhook=XERO,
    docs="https://developer.xero.com/documentation/api/accounting/overview",
)
