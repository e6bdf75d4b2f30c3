"""Twilio: calls and messages; what its deliveries look like."""

from tieline.connectors.twilio.webhook import TWILIO

__all__ = ["TWILIO"]
