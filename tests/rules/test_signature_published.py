"""Signature, published: the examples that vendors print for receivers are vouched for."""

from datetime import UTC, datetime

import pytest

from tieline.connectors.github import GITHUB
from tieline.connectors.hubspot import HUBSPOT, HUBSPOT_V1, HUBSPOT_V2
from tieline.connectors.paddle import PADDLE
from tieline.connectors.slack import SLACK
from tieline.connectors.square import SQUARE
from tieline.connectors.standard_webhooks import STANDARD_WEBHOOKS, SVIX
from tieline.connectors.twilio import TWILIO
from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import SignedDelivery, Verified, WebhookScheme
from tieline.rules.inbound.signature import verify

FORM = ("content-type", "application/x-www-form-urlencoded")
TWILIO_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
TWILIO_FORM = (
    b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309"
    b"&To=%2B18005551212&Caller=%2B14158675309"
)
TWILIO_JSON = b'{"property": "value", "boolean": true}'
TWILIO_DIGEST = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
HUBSPOT_SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
HUBSPOT_URL = "https://www.example.com/webhook_uri"


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def post(body: bytes, *headers: tuple[str, str], url: str = "https://x.example/") -> SignedDelivery:
    return SignedDelivery("POST", url, headers, body)


# docs.github.com, "Validating webhook deliveries"
GITHUB_EXAMPLE = post(
    b"Hello, World!",
    (
        "x-hub-signature-256",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    ),
)

# docs.slack.dev, "Verifying requests from Slack"
SLACK_EXAMPLE = post(
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    ("x-slack-request-timestamp", "1531420618"),
    (
        "x-slack-signature",
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    ),
)


def standard_example(prefix: str) -> SignedDelivery:
    """The example shared by the Standard Webhooks libraries and docs.svix.com."""
    return post(
        b'{"test": 2432232314}',
        (f"{prefix}-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        (f"{prefix}-timestamp", "1614265330"),
        (f"{prefix}-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    )


def twilio_example(signature: str, *, url: str = TWILIO_URL) -> SignedDelivery:
    """The example of the Twilio documentation and libraries."""
    return post(TWILIO_FORM, FORM, ("x-twilio-signature", signature), url=url)


# twilio-python, tests/unit/test_request_validator.py
TWILIO_PLAIN = twilio_example("RSOYDt4T1cUTdK1PDd93/VVr8B8=")
TWILIO_PORT_TO_DROP = twilio_example(
    "RSOYDt4T1cUTdK1PDd93/VVr8B8=", url=TWILIO_URL.replace(".com", ".com:1234")
)
TWILIO_PORT_TO_ADD = twilio_example("kvajT1Ptam85bY51eRf/AJRuM3w=")
TWILIO_HTTP_PORT_TO_ADD = twilio_example(
    "0ZXoZLH/DfblKGATFgpif+LLRf4=", url=TWILIO_URL.replace("https", "http")
)
TWILIO_HTTP_PORT_KEPT = twilio_example(
    "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
    url=TWILIO_URL.replace("https", "http").replace(".com", ".com:1234"),
)
TWILIO_REPEATED = post(
    b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234",
    FORM,
    ("x-twilio-signature", "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    url=TWILIO_URL,
)
TWILIO_BODY_DIGEST = post(
    TWILIO_JSON,
    ("content-type", "application/json"),
    ("x-twilio-signature", "a9nBmqA0ju/hNViExpshrM61xv4="),
    url=f"{TWILIO_URL}&bodySHA256={TWILIO_DIGEST}",
)

# developers.hubspot.com, "v1 request validation" and "v2 request validation"
HUBSPOT_V1_EXAMPLE = post(
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,'
    b'"changeSource":"CRM","changeFlag":"NEW","appId":54321}]',
    (
        "x-hubspot-signature",
        "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
    ),
)
HUBSPOT_V2_EXAMPLE = SignedDelivery(
    "GET",
    HUBSPOT_URL,
    (
        (
            "x-hubspot-signature",
            "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e",
        ),
    ),
    b"",
)
# hubspot-api-python, tests/spec/utils/test_signature.py
HUBSPOT_V2_BODY = post(
    b"{'example_field':'example_value'}",
    (
        "x-hubspot-signature",
        "4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383",
    ),
    url=HUBSPOT_URL,
)
HUBSPOT_V3_EXAMPLE = post(
    b"{'example_field':'example_value'}",
    ("x-hubspot-signature-v3", "HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw="),
    ("x-hubspot-request-timestamp", "15000000"),
    url=HUBSPOT_URL,
)

# square-python-sdk, tests/integration/test_webhooks_helper.py
SQUARE_EXAMPLE = post(
    b'{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification",'
    b'"event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f",'
    b'"created_at":"2022-07-13T20:30:59.037339943Z",'
    b'"data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}',
    ("x-square-hmacsha256-signature", "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="),
    url="https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
)

# paddle-python-sdk, tests/Unit/Notification/test_Verifier.py
PADDLE_EXAMPLE = post(
    b"hello-world",
    (
        "paddle-signature",
        "ts=1696195954;h1=dummy;"
        "h1=d96299976a6eb066f484d7fde011ac56fc32b38fc9940bc419d6e537fdc6ef02",
    ),
)
PADDLE_SECRET = "pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_WvRO0eL4Bj9rgYYIBZY6wZhG4EHy9jzh"

STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

EXAMPLES = [
    pytest.param(GITHUB, "It's a Secret to Everybody", GITHUB_EXAMPLE, 0, id="github"),
    pytest.param(SLACK, "8f742231b10e8888abcd99yyyzzz85a5", SLACK_EXAMPLE, 1531420618, id="slack"),
    pytest.param(
        STANDARD_WEBHOOKS,
        STANDARD_SECRET,
        standard_example("webhook"),
        1614265330,
        id="standard-webhooks",
    ),
    pytest.param(
        STANDARD_WEBHOOKS,
        STANDARD_SECRET.removeprefix("whsec_"),
        standard_example("webhook"),
        1614265330,
        id="standard-webhooks-bare-secret",
    ),
    pytest.param(SVIX, STANDARD_SECRET, standard_example("svix"), 1614265330, id="svix"),
    pytest.param(TWILIO, "12345", TWILIO_PLAIN, 0, id="twilio"),
    pytest.param(TWILIO, "12345", TWILIO_PORT_TO_DROP, 0, id="twilio-port-to-drop"),
    pytest.param(TWILIO, "12345", TWILIO_PORT_TO_ADD, 0, id="twilio-port-to-add"),
    pytest.param(TWILIO, "12345", TWILIO_HTTP_PORT_TO_ADD, 0, id="twilio-http-port-to-add"),
    pytest.param(TWILIO, "12345", TWILIO_HTTP_PORT_KEPT, 0, id="twilio-http-port-kept"),
    pytest.param(TWILIO, "12345", TWILIO_REPEATED, 0, id="twilio-repeated-field"),
    pytest.param(TWILIO, "12345", TWILIO_BODY_DIGEST, 0, id="twilio-json"),
    pytest.param(HUBSPOT_V1, HUBSPOT_SECRET, HUBSPOT_V1_EXAMPLE, 0, id="hubspot-v1"),
    pytest.param(HUBSPOT_V2, HUBSPOT_SECRET, HUBSPOT_V2_EXAMPLE, 0, id="hubspot-v2-get"),
    pytest.param(HUBSPOT_V2, HUBSPOT_SECRET, HUBSPOT_V2_BODY, 0, id="hubspot-v2-post"),
    pytest.param(HUBSPOT, HUBSPOT_SECRET, HUBSPOT_V3_EXAMPLE, 15_000, id="hubspot-v3"),
    pytest.param(SQUARE, "Ibxx_5AKakO-3qeNVR61Dw", SQUARE_EXAMPLE, 0, id="square"),
    pytest.param(PADDLE, PADDLE_SECRET, PADDLE_EXAMPLE, 1696195954, id="paddle"),
]


@pytest.mark.parametrize(("scheme", "secret", "delivery", "seconds"), EXAMPLES)
def test_a_published_example_is_vouched_for(
    scheme: WebhookScheme, secret: str, delivery: SignedDelivery, seconds: int
) -> None:
    verdict = verify(scheme, delivery, [Secret.of(secret)], at(seconds))

    assert isinstance(verdict, Verified), verdict
    assert verdict.delivery is delivery


@pytest.mark.parametrize(("scheme", "secret", "delivery", "seconds"), EXAMPLES)
def test_a_published_example_with_another_body_is_refused(
    scheme: WebhookScheme, secret: str, delivery: SignedDelivery, seconds: int
) -> None:
    other = SignedDelivery(delivery.method, delivery.url, delivery.headers, delivery.body + b"&x=1")

    assert not isinstance(verify(scheme, other, [Secret.of(secret)], at(seconds)), Verified)


def test_the_key_that_fitted_is_named_by_its_position() -> None:
    secrets = [
        Secret.of("pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_TjIG2BXbm83HPXqNfziwe506sBEdqL/4"),
        Secret.of(PADDLE_SECRET),
    ]

    verdict = verify(PADDLE, PADDLE_EXAMPLE, secrets, at(1696195954))

    assert isinstance(verdict, Verified)
    assert verdict.secret == 1
    assert verdict.sent_at_us == 1_696_195_954_000_000
