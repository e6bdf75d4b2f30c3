"""Zendesk connector: nothing comes in; how Zendesk's Ticketing API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import garbled
from tieline.connectors.zendesk.webhook import ZENDESK
from tieline.model.calls.auth import Basic
from tieline.model.calls.call import Effect
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. Only the creation of a ticket honours Idempotency-Key, for two hours
# (https://developer.zendesk.com/api-reference/ticketing/introduction/#idempotency). Updating one
# adds its comment again with every repeat. The rate is that of the smallest plan, 200 a minute.
zendesk = Connector(
    name="zendesk",
    auth=Basic(),
    rate=Rate(180, timedelta(minutes=1), burst=20),
    at_once=10,
    idempotency_header="Idempotency-Key",
    idempotency_life=timedelta(hours=2),
    effects={
        "POST */tickets": Effect.IDEMPOTENT,
        "POST */tickets.json": Effect.IDEMPOTENT,
        "POST */create_or_update*": Effect.IDEMPOTENT,
        "POST *": Effect.ONCE,
        "PATCH *": Effect.ONCE,
        "PUT */tickets/*": Effect.ONCE,
    },
    failed_inside=garbled,
    webhook=ZENDESK,
    docs="https://developer.zendesk.com/api-reference/ticketing/introduction/",
)
