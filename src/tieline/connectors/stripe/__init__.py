"""Stripe: payments; what its deliveries look like."""

from tieline.connectors.stripe.webhook import STRIPE

__all__ = ["STRIPE"]
