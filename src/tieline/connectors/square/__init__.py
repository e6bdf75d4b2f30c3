"""Square: payments; what its deliveries look like."""

from tieline.connectors.square.webhook import SQUARE

__all__ = ["SQUARE"]
