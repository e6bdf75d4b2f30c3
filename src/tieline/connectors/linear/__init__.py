"""Linear: issue tracking; what its deliveries look like."""

from tieline.connectors.linear.webhook import LINEAR

__all__ = ["LINEAR"]
