"""Slack: chat; what its deliveries look like."""

from tieline.connectors.slack.webhook import SLACK, SLACK_COMMANDS, SLACK_INTERACTIVITY

__all__ = ["SLACK", "SLACK_COMMANDS", "SLACK_INTERACTIVITY"]
