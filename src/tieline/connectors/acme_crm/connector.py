"""Acme CRM connector: nothing comes in; how a made-up CRM is called goes out."""

from tieline.connectors.answer_failures import garbled
from tieline.model.calls.call import Effect
from tieline.model.hub.connection import Connector

acme_crm = Connector(
    name="acme-crm",
    base_url="https://api.acme-crm.example",
    effects={"POST /contacts/search": Effect.READ},
    failed_inside=garbled,
)
