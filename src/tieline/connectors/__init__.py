"""Vendors, one folder each: data about a system and the few functions it forces on us.

``from tieline.connectors import slack, stripe`` gives connectors. The folders have the same names,
so each is imported here once and for all: whoever imports from a folder later still finds the
connector under ``tieline.connectors.<vendor>``.
"""

from tieline.connectors.acme_books.connector import acme_books
from tieline.connectors.acme_crm.connector import acme_crm
from tieline.connectors.acme_helpdesk.connector import acme_helpdesk
from tieline.connectors.acme_leads.connector import acme_leads
from tieline.connectors.github.connector import github
from tieline.connectors.gitlab.connector import gitlab
from tieline.connectors.hubspot.connector import hubspot
from tieline.connectors.intercom.connector import intercom
from tieline.connectors.linear.connector import linear
from tieline.connectors.paddle.connector import paddle
from tieline.connectors.shopify.connector import shopify
from tieline.connectors.slack.connector import slack
from tieline.connectors.square.connector import square
from tieline.connectors.standard_webhooks.connector import standard_webhooks
from tieline.connectors.stripe.connector import stripe
from tieline.connectors.twilio.connector import twilio
from tieline.connectors.xero.connector import xero
from tieline.connectors.zendesk.connector import zendesk
from tieline.connectors.zoom.connector import zoom

__all__ = [
    "acme_books",
    "acme_crm",
    "acme_helpdesk",
    "acme_leads",
    "github",
    "gitlab",
    "hubspot",
    "intercom",
    "linear",
    "paddle",
    "shopify",
    "slack",
    "square",
    "standard_webhooks",
    "stripe",
    "twilio",
    "xero",
    "zendesk",
    "zoom",
]
