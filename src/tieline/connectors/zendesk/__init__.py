"""Zendesk: customer support; what its deliveries look like."""

from tieline.connectors.zendesk.webhook import ZENDESK

__all__ = ["ZENDESK"]
