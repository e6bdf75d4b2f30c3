"""Paddle: billing; what its deliveries look like."""

from tieline.connectors.paddle.webhook import PADDLE

__all__ = ["PADDLE"]
