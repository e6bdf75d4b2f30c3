"""GitHub: code hosting; what its deliveries look like."""

from tieline.connectors.github.webhook import GITHUB

__all__ = ["GITHUB"]
