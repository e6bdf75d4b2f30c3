"""Slack: chat; what its deliveries look like."""

from tieline.connectors.slack.webhook import SLACK

__all__ = ["SLACK"]
