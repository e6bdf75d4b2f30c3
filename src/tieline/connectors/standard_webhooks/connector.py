"""Standard Webhooks connector: nothing comes in; a system that only sends goes out."""

from tieline.connectors.standard_webhooks.webhook import STANDARD_WEBHOOKS
from tieline.model.calls.auth import NoAuth
from tieline.model.hub.connection import Connector

standard_webhooks = Connector(
    name="standard-webhooks",
    auth=NoAuth(),
    webhook=STANDARD_WEBHOOKS,
    docs=STANDARD_WEBHOOKS.docs,
)
