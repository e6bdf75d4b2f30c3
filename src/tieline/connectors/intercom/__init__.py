"""Intercom: customer messaging; what its deliveries look like."""

from tieline.connectors.intercom.webhook import INTERCOM

__all__ = ["INTERCOM"]
