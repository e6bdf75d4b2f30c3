"""Signing: a webhook's bytes, secrets and time come in; the vendor's signature headers go out.

Written from the vendors' public documents with nothing but ``hmac``, so that it cannot share a
mistake with whoever verifies. Several secrets sign together where the scheme allows it (rotation).
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from tieline_sim.messages import Headers

STANDARD_PREFIX = "whsec_"


def _digest(secret: bytes, signed: bytes) -> bytes:
    return hmac.digest(secret, signed, "sha256")


def stripe(body: bytes, secrets: Sequence[str], now_s: int) -> Headers:
    """``t=…,v1=…``: hex over ``t.body``; the whole secret text is the key, prefix included."""
    signed = b"%d.%b" % (now_s, body)
    parts = [f"t={now_s}"]
    parts += [f"v1={_digest(secret.encode(), signed).hex()}" for secret in secrets]
    return (("Stripe-Signature", ",".join(parts)),)


def zendesk(body: bytes, secrets: Sequence[str], now_s: int) -> Headers:
    """Base64 over timestamp and body without a separator; the timestamp is ISO 8601 in UTC."""
    stamp = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = _digest(secrets[0].encode(), stamp.encode() + body)
    return (
        ("X-Zendesk-Webhook-Signature", base64.b64encode(digest).decode()),
        ("X-Zendesk-Webhook-Signature-Timestamp", stamp),
    )


def slack(body: bytes, secrets: Sequence[str], now_s: int) -> Headers:
    """``v0=`` and hex over ``v0:timestamp:body``."""
    digest = _digest(secrets[0].encode(), b"v0:%d:%b" % (now_s, body))
    return (("X-Slack-Request-Timestamp", str(now_s)), ("X-Slack-Signature", f"v0={digest.hex()}"))


def standard(body: bytes, secrets: Sequence[str], now_s: int, event_id: str) -> Headers:
    """Standard Webhooks: ``v1,`` and base64 over ``id.timestamp.body``, one per secret."""
    signed = b"%b.%d.%b" % (event_id.encode(), now_s, body)
    signatures = [
        "v1," + base64.b64encode(_digest(_standard_key(secret), signed)).decode()
        for secret in secrets
    ]
    return (
        ("webhook-id", event_id),
        ("webhook-timestamp", str(now_s)),
        ("webhook-signature", " ".join(signatures)),
    )


def _standard_key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(STANDARD_PREFIX), validate=True)
