"""Zoom: meetings; what its deliveries look like."""

from tieline.connectors.zoom.webhook import ZOOM

__all__ = ["ZOOM"]
