"""Xero: accounting; what its deliveries look like."""

from tieline.connectors.xero.webhook import XERO

__all__ = ["XERO"]
