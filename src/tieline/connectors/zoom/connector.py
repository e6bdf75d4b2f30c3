"""Zoom connector: nothing comes in; how Zoom's API is called goes out."""

from tieline.connectors.answer_failures import garbled
from tieline.connectors.zoom.webhook import ZOOM
from tieline.model.calls.call import Effect
from tieline.model.hub.connection import Connector

# Limits depend on the plan and on the label of each method (as known in 2025); 429 tells.
zoom = Connector(
    name="zoom",
    base_url="https://api.zoom.us/v2",
    at_once=10,
    effects={"PATCH /*": Effect.IDEMPOTENT},
    failed_inside=garbled,
    webhook=ZOOM,
    docs="https://developers.zoom.us/docs/api/",
)
