"""Linear connector: nothing comes in; how Linear's GraphQL API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import graphql
from tieline.connectors.linear.webhook import LINEAR
from tieline.model.calls.auth import ApiKey
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. An API key goes into Authorization as it is, without Bearer. Limits are per
# hour, by requests and by complexity; the published figures moved from 1,500 to 5,000 requests. A
# spent quota is an error RATELIMITED under HTTP 400.
linear = Connector(
    name="linear",
    base_url="https://api.linear.app",
    auth=ApiKey("Authorization"),
    rate=Rate(1_450, timedelta(hours=1), burst=50),
    at_once=5,
    failed_inside=graphql,
    webhook=LINEAR,
    docs="https://linear.app/developers/graphql",
)
