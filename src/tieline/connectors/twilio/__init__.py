"""Twilio: calls and messages; what its deliveries look like."""

from tieline.connectors.twilio.webhook import TWILIO, TWILIO_JSON

__all__ = ["TWILIO", "TWILIO_JSON"]
