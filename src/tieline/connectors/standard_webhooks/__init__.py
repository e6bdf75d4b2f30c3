"""Standard Webhooks: a common way to sign; what the deliveries of its users look like."""

from tieline.connectors.standard_webhooks.webhook import (
    STANDARD_WEBHOOKS,
    STANDARD_WEBHOOKS_ED25519,
    SVIX,
)

__all__ = ["STANDARD_WEBHOOKS", "STANDARD_WEBHOOKS_ED25519", "SVIX"]
