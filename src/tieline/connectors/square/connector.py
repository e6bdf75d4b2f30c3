"""Square connector: nothing comes in; how Square's API is called goes out."""

from tieline.connectors.answer_failures import garbled
from tieline.connectors.square.webhook import SQUARE
from tieline.model.calls.call import Effect
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. The idempotency key is a field of the body, not a header, so only the author
# knows whether a call has one: POST is `once` unless the flow says otherwise. No limits are told.
square = Connector(
    name="square",
    base_url="https://connect.squareup.com",
    headers=(("square-version", "2026-09-16"),),
    at_once=10,
    effects={
        "POST /v2/*/search": Effect.READ,
        "POST /v2/*/batch-retrieve": Effect.READ,
        "POST /v2/*/bulk-retrieve": Effect.READ,
    },
    failed_inside=garbled,
    webhook=SQUARE,
    docs="https://developer.squareup.com/reference/square",
)
