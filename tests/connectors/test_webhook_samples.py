"""Webhook samples: bodies as vendors send them, signed by hand, are vouched for and read."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tieline.connectors.github import GITHUB
from tieline.connectors.shopify import SHOPIFY
from tieline.connectors.stripe import STRIPE
from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import SignedDelivery, Verified, WebhookScheme
from tieline.rules.inbound.event_shape import EventReader
from tieline.rules.inbound.signature import verify

SAMPLES = Path(__file__).parents[1] / "vectors" / "webhook_samples"
KEY = b"a-secret-for-samples"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def sign_stripe(body: bytes, _: str) -> tuple[tuple[str, str], ...]:
    stamp = str(int(NOW.timestamp()))
    signature = hmac.new(KEY, stamp.encode() + b"." + body, "sha256").hexdigest()
    return (("stripe-signature", f"t={stamp},v1={signature}"),)


def sign_github(body: bytes, kind: str) -> tuple[tuple[str, str], ...]:
    signature = hmac.new(KEY, body, "sha256").hexdigest()
    return (
        ("x-github-event", kind),
        ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ("x-hub-signature-256", f"sha256={signature}"),
    )


def sign_shopify(body: bytes, kind: str) -> tuple[tuple[str, str], ...]:
    signature = base64.b64encode(hmac.new(KEY, body, "sha256").digest()).decode()
    return (
        ("x-shopify-topic", kind.replace("-", "/")),
        ("x-shopify-webhook-id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
        ("x-shopify-hmac-sha256", signature),
    )


Sign = Callable[[bytes, str], tuple[tuple[str, str], ...]]
VENDORS: list[tuple[str, WebhookScheme, Sign]] = [
    ("stripe", STRIPE, sign_stripe),
    ("github", GITHUB, sign_github),
    ("shopify", SHOPIFY, sign_shopify),
]


@pytest.mark.parametrize(
    ("path", "scheme", "sign"),
    [
        pytest.param(path, scheme, sign, id=f"{vendor}-{path.stem}")
        for vendor, scheme, sign in VENDORS
        for path in sorted((SAMPLES / vendor).glob("*.json"))
    ],
)
def test_a_sample_signed_by_hand_is_vouched_for_and_names_its_event(
    path: Path, scheme: WebhookScheme, sign: Sign
) -> None:
    body = path.read_bytes()
    headers = sign(body, path.stem)
    delivery = SignedDelivery("POST", "https://hooks.example/in", headers, body)

    verdict = verify(scheme, delivery, [Secret.of(KEY)], NOW)
    facts = EventReader(scheme.shape).read(delivery.named, json.loads(body))

    assert isinstance(verdict, Verified), verdict
    assert facts.type in (path.stem, path.stem.replace("-", "/"))
    assert facts.id
    assert isinstance(facts.data, dict)


def test_every_vendor_here_has_samples() -> None:
    for vendor, _, _ in VENDORS:
        assert len(list((SAMPLES / vendor).glob("*.json"))) >= 2
