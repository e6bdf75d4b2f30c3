"""HubSpot connector: nothing comes in; how HubSpot's CRM API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import garbled
from tieline.connectors.hubspot.webhook import HUBSPOT
from tieline.model.calls.call import Effect
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. 100 requests in ten seconds on the small plans (90 + a burst of 10), 190 on
# Professional and Enterprise; searches have a limit of their own, about 5 a second.
hubspot = Connector(
    name="hubspot",
    base_url="https://api.hubapi.com",
    rate=Rate(9, timedelta(seconds=1), burst=10),
    at_once=10,
    effects={
        "POST /crm/*/search": Effect.READ,
        "POST /crm/*/batch/read": Effect.READ,
        "POST /crm/*/batch/upsert": Effect.IDEMPOTENT,
        "PATCH /crm/*": Effect.IDEMPOTENT,
    },
    failed_inside=garbled,
    webhook=HUBSPOT,
    docs="https://developers.hubspot.com/docs/api/overview",
)
