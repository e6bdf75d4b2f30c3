"""Shopify: online shops; what its deliveries look like."""

from tieline.connectors.shopify.webhook import SHOPIFY

__all__ = ["SHOPIFY"]
