"""Acme Leads connector: nothing comes in; how a made-up form system is called goes out."""

from dataclasses import replace

from tieline.connectors.answer_failures import garbled
from tieline.connectors.standard_webhooks.webhook import STANDARD_WEBHOOKS
from tieline.model.hub.connection import Connector

acme_leads = Connector(
    name="acme-leads",
    base_url="https://api.acme-leads.example",
    failed_inside=garbled,
    webhook=replace(STANDARD_WEBHOOKS, name="acme-leads"),
)
