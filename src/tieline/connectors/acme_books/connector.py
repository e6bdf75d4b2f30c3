"""Acme Books connector: nothing comes in; how a made-up bookkeeping system is called goes out."""

from tieline.connectors.answer_failures import garbled
from tieline.model.hub.connection import Connector

acme_books = Connector(
    name="acme-books",
    base_url="https://api.acme-books.example",
    idempotency_header="Idempotency-Key",
    failed_inside=garbled,
)
