"""GitHub connector: nothing comes in; how GitHub's REST API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import garbled
from tieline.connectors.github.webhook import GITHUB
from tieline.model.calls.call import Effect
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. 5,000 requests an hour for a token; what is left is told in X-RateLimit-*,
# and a spent quota is answered 403 or 429. PATCH sets fields, so a repeat changes nothing.
github = Connector(
    name="github",
    base_url="https://api.github.com",
    headers=(
        ("accept", "application/vnd.github+json"),
        ("x-github-api-version", "2022-11-28"),
    ),
    rate=Rate(4_900, timedelta(hours=1), burst=100),
    at_once=20,
    effects={"PATCH /*": Effect.IDEMPOTENT},
    failed_inside=garbled,
    webhook=GITHUB,
    docs="https://docs.github.com/rest",
)
