"""Acme Helpdesk connector: nothing comes in; how a made-up helpdesk is called goes out."""

from dataclasses import replace

from tieline.connectors.answer_failures import garbled
from tieline.connectors.zendesk.webhook import ZENDESK
from tieline.model.calls.call import Effect
from tieline.model.hub.connection import Connector
from tieline.model.inbound.signature import EventShape

# It signs like Zendesk. An update that carries a comment adds it with every repeat.
acme_helpdesk = Connector(
    name="acme-helpdesk",
    base_url="https://api.acme-helpdesk.example",
    effects={"PUT /tickets/*": Effect.ONCE},
    failed_inside=garbled,
    webhook=replace(
        ZENDESK,
        name="acme-helpdesk",
        shape=EventShape(type_path="type", id_path="id", data_path="detail"),
    ),
)
