"""Shopify connector: nothing comes in; how Shopify's GraphQL Admin API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import graphql
from tieline.connectors.shopify.webhook import SHOPIFY
from tieline.model.calls.auth import ApiKey
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. Queries are paid in points: the standard plan restores 100 a second, a
# mutation costs 10. A spent bucket is an error THROTTLED in a 200. REST is legacy since 2024.
shopify = Connector(
    name="shopify",
    auth=ApiKey("X-Shopify-Access-Token"),
    rate=Rate(10, timedelta(seconds=1), burst=10),
    at_once=4,
    failed_inside=graphql,
    webhook=SHOPIFY,
    docs="https://shopify.dev/docs/api/admin-graphql",
)
