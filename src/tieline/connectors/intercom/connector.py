"""Intercom connector: nothing comes in; how Intercom's REST API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import garbled
from tieline.connectors.intercom.webhook import INTERCOM
from tieline.model.calls.call import Effect
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# Checked 2026-11-21. 10,000 requests a minute for an app, counted in windows of ten seconds:
# 1,660 of them (1,500 + a burst of 160). Without Intercom-Version the app's own setting holds.
intercom = Connector(
    name="intercom",
    base_url="https://api.intercom.io",
    headers=(("accept", "application/json"),),
    rate=Rate(150, timedelta(seconds=1), burst=160),
    at_once=20,
    effects={"POST /*/search": Effect.READ},
    failed_inside=garbled,
    webhook=INTERCOM,
    docs="https://developers.intercom.com/docs/references/rest-api/api.intercom.io/",
)
