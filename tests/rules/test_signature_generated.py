"""Signature, generated: where no vendor example exists, OpenSSL's answer is vouched for.

Every signature below was printed by the openssl command (dgst -hmac, pkeyutl -sign), from the
recipe in the vendor's documentation and without any code of this project.
"""

from datetime import UTC, datetime

import pytest

from tieline.connectors.gitlab import GITLAB, GITLAB_SIGNED
from tieline.connectors.hubspot import HUBSPOT
from tieline.connectors.intercom import INTERCOM
from tieline.connectors.linear import LINEAR
from tieline.connectors.shopify import SHOPIFY
from tieline.connectors.standard_webhooks import STANDARD_WEBHOOKS_ED25519
from tieline.connectors.stripe import STRIPE
from tieline.connectors.xero import XERO
from tieline.connectors.zendesk import ZENDESK
from tieline.connectors.zoom import ZOOM
from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    Algorithm,
    HmacScheme,
    KeyForm,
    KeyText,
    SignatureScheme,
    SignedDelivery,
    Verified,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import Piece, SingleSignature
from tieline.rules.inbound.signature import verify

BODY = b'{"id":"evt_1","type":"invoice.paid"}'
NOW = datetime.fromtimestamp(1_700_000_000, UTC)


def post(body: bytes, *headers: tuple[str, str], url: str = "https://x.example/") -> SignedDelivery:
    return SignedDelivery("POST", url, headers, body)


EXAMPLES = [
    pytest.param(
        STRIPE,
        "whsec_tieline_test",
        post(
            BODY,
            (
                "stripe-signature",
                "t=1700000000,"
                "v1=32b259deacc2b39145e60b63d102ea1c82648e925c4349b122587cf5b3aaed73,v0=test",
            ),
        ),
        id="stripe",
    ),
    pytest.param(
        SHOPIFY,
        "shop-client-secret",
        post(BODY, ("x-shopify-hmac-sha256", "VWnvok8I4lvhp6TjzrJ9RS5FfVi0+cWhNu3w3F+b0Bc=")),
        id="shopify",
    ),
    pytest.param(
        ZENDESK,
        # The secret that Zendesk gives to every webhook while it is being tested.
        "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==",
        post(
            BODY,
            ("x-zendesk-webhook-signature", "B2lS7rD8wMKnVurETjHQtpU3QhUdwtLEzabEQQX+i9I="),
            ("x-zendesk-webhook-signature-timestamp", "2023-11-14T22:13:20Z"),
        ),
        id="zendesk",
    ),
    pytest.param(
        INTERCOM,
        "intercom-client-secret",
        post(BODY, ("x-hub-signature", "sha1=55234a93fa5695e60c1a47b84195496fe6439c2b")),
        id="intercom",
    ),
    pytest.param(
        XERO,
        "eGVyby13ZWJob29rLWtleQ==",
        post(
            b'{"events":[],"firstEventSequence":0,"lastEventSequence":0,'
            b'"entropy":"S0m3r4Nd0mt3xt"}',
            ("x-xero-signature", "IYv+dsLYhRekuwX6kuDHMOlbVNDXQtbXXjFlu2ZNRq4="),
        ),
        id="xero",
    ),
    pytest.param(
        LINEAR,
        "lin_wh_test",
        post(
            b'{"type":"Issue","action":"create","webhookTimestamp":1700000000000}',
            (
                "linear-signature",
                "26a44477d611498588104d8380c86bc02496999e2b1cda6b8ba4ef47f71c0a09",
            ),
        ),
        id="linear",
    ),
    pytest.param(
        ZOOM,
        "zoom-secret-token",
        post(
            BODY,
            (
                "x-zm-signature",
                "v0=94b741ee762bc6ddd0a8cf15e447bef80d686c352ab6549a4bb539a3a0090d2d",
            ),
            ("x-zm-request-timestamp", "1700000000"),
        ),
        id="zoom",
    ),
    pytest.param(
        GITLAB_SIGNED,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        post(
            BODY,
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1700000000"),
            ("webhook-signature", "v1,OIVTiNRrhJSBx6zl79nIEOHpS2EbXqN7S6enn5T8DlQ="),
        ),
        id="gitlab-signed",
    ),
    pytest.param(
        GITLAB,
        "gitlab-secret-token",
        post(BODY, ("x-gitlab-token", "gitlab-secret-token")),
        id="gitlab",
    ),
    pytest.param(
        STANDARD_WEBHOOKS_ED25519,
        "whpk_yahJnpb1UfLZCyiufubznNEUbdUIjzu8z0VcYKou6s0=",
        post(
            BODY,
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1700000000"),
            (
                "webhook-signature",
                "v1,OIVTiNRrhJSBx6zl79nIEOHpS2EbXqN7S6enn5T8DlQ= "
                "v1a,jntCESLD/tc8Xf3pCkH+thhThpixcuJr3aMXY/0wBTkDcWQrrKZU8OVGQAKIa3DeRYLjwvSL8vRU"
                "1VcdiQexCA==",
            ),
        ),
        id="standard-webhooks-ed25519",
    ),
    pytest.param(
        HUBSPOT,
        "hub-client-secret",
        post(
            b'[{"eventId":1}]',
            ("x-hubspot-signature-v3", "xnWw3pfFJQj9Gczyjtz3ezpgjaTnHpJkP64aGCJAAWs="),
            ("x-hubspot-request-timestamp", "1700000000000"),
            url="https://hooks.example/in/hubspot?next=a%3Ab/c%40d%20e",
        ),
        id="hubspot-v3-encoded-url",
    ),
    pytest.param(
        HmacScheme(
            place=SingleSignature("X-Signature"),
            content=(Piece.METHOD, Piece.PATH, Piece.BODY),
            algorithm=Algorithm.SHA512,
            key=KeyForm(KeyText.HEX),
        ),
        "00ff10",
        post(
            BODY,
            (
                "x-signature",
                "6e6291f6f44a862fc211a98c6f5c3fabbcf7cecdabc5ab64a3943f7391a96a5d"
                "6c13e42b613341f7629f67f8eb2e3a432a0437be5e4aee3adb75df4cfe88f1e9",
            ),
            url="https://x.example/in/generic?page=2",
        ),
        id="method-path-sha512-hex-key",
    ),
]


@pytest.mark.parametrize(("scheme", "secret", "delivery"), EXAMPLES)
def test_what_openssl_signed_is_vouched_for(
    scheme: WebhookScheme | SignatureScheme, secret: str, delivery: SignedDelivery
) -> None:
    verdict = verify(scheme, delivery, [Secret.of(secret)], NOW)

    assert isinstance(verdict, Verified), verdict


@pytest.mark.parametrize(("scheme", "secret", "delivery"), EXAMPLES)
def test_the_same_with_another_secret_is_refused(
    scheme: WebhookScheme | SignatureScheme, secret: str, delivery: SignedDelivery
) -> None:
    other = secret[:-2] + ("00" if secret[-2:] != "00" else "11")

    assert not isinstance(verify(scheme, delivery, [Secret.of(other)], NOW), Verified)


def test_only_a_token_says_nothing_about_the_body() -> None:
    assert not GITLAB.covers_body
    assert all(scheme.covers_body for scheme in (GITLAB_SIGNED, STRIPE, SHOPIFY, XERO))
