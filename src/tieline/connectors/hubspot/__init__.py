"""HubSpot: customer relations; what its deliveries look like."""

from tieline.connectors.hubspot.webhook import HUBSPOT, HUBSPOT_V1, HUBSPOT_V2

__all__ = ["HUBSPOT", "HUBSPOT_V1", "HUBSPOT_V2"]
