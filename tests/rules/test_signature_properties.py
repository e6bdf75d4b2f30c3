"""Signature, properties: whatever is signed is vouched for, and no bit of it may change."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.connectors.github import GITHUB
from tieline.connectors.gitlab import GITLAB
from tieline.connectors.hubspot import HUBSPOT, HUBSPOT_V1
from tieline.connectors.intercom import INTERCOM
from tieline.connectors.paddle import PADDLE
from tieline.connectors.shopify import SHOPIFY
from tieline.connectors.slack import SLACK
from tieline.connectors.square import SQUARE
from tieline.connectors.standard_webhooks import STANDARD_WEBHOOKS
from tieline.connectors.stripe import STRIPE
from tieline.connectors.twilio import TWILIO
from tieline.connectors.xero import XERO
from tieline.connectors.zendesk import ZENDESK
from tieline.connectors.zoom import ZOOM
from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import SignedDelivery, Verification, Verified, WebhookScheme
from tieline.rules.inbound.signature import verify

URL = "https://hooks.example/in/vendor"


def mac(key: bytes, *parts: str | bytes, algorithm: str = "sha256") -> bytes:
    made = hmac.new(key, digestmod=algorithm)
    for part in parts:
        made.update(part.encode() if isinstance(part, str) else part)
    return made.digest()


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


@dataclass(frozen=True)
class Sender:
    """A vendor written down a second time, straight from its documentation."""

    scheme: WebhookScheme
    signature_header: str
    sign: Callable[[bytes, bytes, int], dict[str, str]]
    time_header: str | None = None
    secret: Callable[[bytes], str] = bytes.decode

    def send(self, key: bytes, body: bytes, sent: int) -> SignedDelivery:
        return SignedDelivery("POST", URL, tuple(self.sign(key, body, sent).items()), body)


def iso(sent: int) -> str:
    return datetime.fromtimestamp(sent, UTC).isoformat().replace("+00:00", "Z")


SENDERS = [
    Sender(
        STRIPE,
        "stripe-signature",
        lambda k, b, t: {"stripe-signature": f"t={t},v1={mac(k, f'{t}.', b).hex()}"},
        "stripe-signature",
    ),
    Sender(
        GITHUB,
        "x-hub-signature-256",
        lambda k, b, t: {"x-hub-signature-256": f"sha256={mac(k, b).hex()}"},
    ),
    Sender(
        SHOPIFY,
        "x-shopify-hmac-sha256",
        lambda k, b, t: {"x-shopify-hmac-sha256": b64(mac(k, b))},
    ),
    Sender(
        SLACK,
        "x-slack-signature",
        lambda k, b, t: {
            "x-slack-signature": f"v0={mac(k, f'v0:{t}:', b).hex()}",
            "x-slack-request-timestamp": str(t),
        },
        "x-slack-request-timestamp",
    ),
    Sender(
        HUBSPOT,
        "x-hubspot-signature-v3",
        lambda k, b, t: {
            "x-hubspot-signature-v3": b64(mac(k, "POST", URL, b, f"{t}000")),
            "x-hubspot-request-timestamp": f"{t}000",
        },
        "x-hubspot-request-timestamp",
    ),
    Sender(
        HUBSPOT_V1,
        "x-hubspot-signature",
        lambda k, b, t: {"x-hubspot-signature": hashlib.sha256(k + b).hexdigest()},
    ),
    Sender(
        ZENDESK,
        "x-zendesk-webhook-signature",
        lambda k, b, t: {
            "x-zendesk-webhook-signature": b64(mac(k, iso(t), b)),
            "x-zendesk-webhook-signature-timestamp": iso(t),
        },
        "x-zendesk-webhook-signature-timestamp",
    ),
    Sender(
        INTERCOM,
        "x-hub-signature",
        lambda k, b, t: {"x-hub-signature": f"sha1={mac(k, b, algorithm='sha1').hex()}"},
    ),
    Sender(
        SQUARE,
        "x-square-hmacsha256-signature",
        lambda k, b, t: {"x-square-hmacsha256-signature": b64(mac(k, URL, b))},
    ),
    Sender(XERO, "x-xero-signature", lambda k, b, t: {"x-xero-signature": b64(mac(k, b))}),
    Sender(
        PADDLE,
        "paddle-signature",
        lambda k, b, t: {"paddle-signature": f"ts={t};h1={mac(k, f'{t}:', b).hex()}"},
        "paddle-signature",
    ),
    Sender(
        ZOOM,
        "x-zm-signature",
        lambda k, b, t: {
            "x-zm-signature": f"v0={mac(k, f'v0:{t}:', b).hex()}",
            "x-zm-request-timestamp": str(t),
        },
        "x-zm-request-timestamp",
    ),
    Sender(
        STANDARD_WEBHOOKS,
        "webhook-signature",
        lambda k, b, t: {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(t),
            "webhook-signature": f"v1,{b64(mac(k, f'msg_1.{t}.', b))}",
        },
        "webhook-timestamp",
        lambda k: f"whsec_{b64(k)}",
    ),
]
TIMED = [sender for sender in SENDERS if sender.time_header]

# Secrets as vendors make them: long random text.
KEYS = st.binary(min_size=16, max_size=48).map(lambda raw: raw.hex().encode())
BODIES = st.binary(max_size=300)
MOMENTS = st.integers(min_value=0, max_value=4_000_000_000)
# A busy machine is no failure, and thirteen senders try each law.
few = settings(max_examples=40, deadline=None)
many = settings(max_examples=200, deadline=None)
senders = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.scheme.name)
timed_senders = pytest.mark.parametrize("sender", TIMED, ids=lambda sender: sender.scheme.name)


def judge(
    sender: Sender, delivery: SignedDelivery, keys: list[bytes], seconds: float
) -> Verification:
    secrets = [Secret.of(sender.secret(key)) for key in keys]
    return verify(sender.scheme, delivery, secrets, datetime.fromtimestamp(seconds, UTC))


def with_header(
    delivery: SignedDelivery, name: str, change: Callable[[str], str]
) -> SignedDelivery:
    headers = ((key, change(value) if key == name else value) for key, value in delivery.headers)
    return replace(delivery, headers=tuple(headers))


def flip(text: bytes, bit: int) -> bytes:
    place = bit // 8 % len(text)
    return text[:place] + bytes([text[place] ^ 1 << bit % 8]) + text[place + 1 :]


@senders
@few
@given(key=KEYS, body=BODIES, sent=MOMENTS)
def test_what_a_vendor_signs_is_vouched_for(
    sender: Sender, key: bytes, body: bytes, sent: int
) -> None:
    verdict = judge(sender, sender.send(key, body, sent), [key], sent)

    assert isinstance(verdict, Verified), verdict
    assert verdict.sent_at_us == (sent * 1_000_000 if sender.time_header else None)


@senders
@few
@given(key=KEYS, body=BODIES.filter(bool), bit=st.integers(min_value=0))
def test_no_bit_of_the_body_may_change(sender: Sender, key: bytes, body: bytes, bit: int) -> None:
    delivery = replace(sender.send(key, body, 1000), body=flip(body, bit))

    assert not isinstance(judge(sender, delivery, [key], 1000), Verified)


@senders
@few
@given(key=KEYS, body=BODIES, bit=st.integers(min_value=0))
def test_no_bit_of_the_signature_may_change(
    sender: Sender, key: bytes, body: bytes, bit: int
) -> None:
    delivery = with_header(
        sender.send(key, body, 1000),
        sender.signature_header,
        lambda value: flip(value.encode(), bit).decode("latin-1"),
    )

    assert not isinstance(judge(sender, delivery, [key], 1000), Verified)


@timed_senders
@few
@given(key=KEYS, body=BODIES, bit=st.integers(min_value=0))
def test_no_bit_of_the_time_may_change(sender: Sender, key: bytes, body: bytes, bit: int) -> None:
    assert sender.time_header is not None
    delivery = with_header(
        sender.send(key, body, 1000),
        sender.time_header,
        lambda value: flip(value.encode(), bit).decode("latin-1"),
    )

    assert not isinstance(judge(sender, delivery, [key], 1000), Verified)


@senders
@few
@given(key=KEYS, body=BODIES, bit=st.integers(min_value=0))
def test_no_bit_of_the_secret_may_differ(sender: Sender, key: bytes, body: bytes, bit: int) -> None:
    delivery = sender.send(key, body, 1000)
    # Seven bits, so that the text of the secret stays text.
    other = flip(key, bit // 8 * 8 + bit % 7)

    assert not isinstance(judge(sender, delivery, [other], 1000), Verified)


@senders
@few
@given(key=KEYS, body=BODIES, cut=st.integers(min_value=1, max_value=20))
def test_a_truncated_signature_is_refused(
    sender: Sender, key: bytes, body: bytes, cut: int
) -> None:
    delivery = with_header(
        sender.send(key, body, 1000), sender.signature_header, lambda value: value[:-cut]
    )

    assert not isinstance(judge(sender, delivery, [key], 1000), Verified)


@senders
@few
@given(old=KEYS, new=KEYS, body=BODIES)
def test_while_two_secrets_are_live_both_are_good(
    sender: Sender, old: bytes, new: bytes, body: bytes
) -> None:
    for key in (old, new):
        verdict = judge(sender, sender.send(key, body, 1000), [old, b"", new], 1000)

        assert isinstance(verdict, Verified), verdict
        assert [old, b"", new][verdict.secret] == key


@timed_senders
@few
@given(
    key=KEYS,
    sent=MOMENTS.filter(lambda sent: sent > 400),
    away=st.integers(min_value=-400, max_value=400),
)
def test_the_time_may_differ_as_much_either_way(
    sender: Sender, key: bytes, sent: int, away: int
) -> None:
    verdict = judge(sender, sender.send(key, b"{}", sent), [key], sent + away)

    assert isinstance(verdict, Verified) == (abs(timedelta(seconds=away)) <= timedelta(minutes=5))


@senders
@few
@given(key=KEYS, body=BODIES)
def test_an_empty_secret_lets_nobody_in(sender: Sender, key: bytes, body: bytes) -> None:
    for delivery in (sender.send(key, body, 1000), sender.send(b"", body, 1000)):
        assert not isinstance(judge(sender, delivery, [b""], 1000), Verified)
        assert not isinstance(judge(sender, delivery, [], 1000), Verified)


@few
@given(
    key=KEYS,
    fields=st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=6),
)
def test_a_signed_form_is_vouched_for_and_its_values_may_not_change(
    key: bytes, fields: dict[str, str]
) -> None:
    listed = "".join(name + value for name, value in sorted(fields.items()))
    headers = (
        ("x-twilio-signature", b64(mac(key, URL, listed, algorithm="sha1"))),
        ("content-type", "application/x-www-form-urlencoded"),
    )
    secrets = [Secret.of(key)]
    now = datetime.fromtimestamp(0, UTC)

    good = SignedDelivery("POST", URL, headers, urlencode(fields).encode())
    more = SignedDelivery("POST", URL, headers, urlencode(fields | {"\U0010ffff": "1"}).encode())
    moved = SignedDelivery("POST", URL + "x", headers, urlencode(fields).encode())

    assert isinstance(verify(TWILIO, good, secrets, now), Verified)
    assert not isinstance(verify(TWILIO, more, secrets, now), Verified)
    assert not isinstance(verify(TWILIO, moved, secrets, now), Verified)


@few
@given(token=KEYS, bit=st.integers(min_value=0))
def test_no_bit_of_a_token_may_differ(token: bytes, bit: int) -> None:
    now = datetime.fromtimestamp(0, UTC)
    secrets = [Secret.of(token)]

    good = SignedDelivery("POST", URL, (("x-gitlab-token", token.decode()),), b"")
    bad = with_header(
        good, "x-gitlab-token", lambda value: flip(value.encode(), bit).decode("latin-1")
    )

    assert isinstance(verify(GITLAB, good, secrets, now), Verified)
    assert not isinstance(verify(GITLAB, bad, secrets, now), Verified)


@many
@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "stripe-signature",
                    "x-twilio-signature",
                    "webhook-signature",
                    "webhook-id",
                    "webhook-timestamp",
                    "content-type",
                ]
            ),
            st.text(max_size=60) | st.from_regex(r"\A(t=[0-9]{1,12},)?v1[=,][a-zA-Z0-9+/=]*\Z"),
        ),
        max_size=6,
    ),
    url=st.text(max_size=40) | st.from_regex(r"\Ahttps?://[^/]{0,12}/[ -~]*\Z"),
    body=BODIES,
)
def test_no_delivery_whatever_it_holds_gets_past_or_breaks_the_check(
    headers: list[tuple[str, str]], url: str, body: bytes
) -> None:
    delivery = SignedDelivery("POST", url, tuple(headers), body)
    secrets = [Secret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]

    for scheme in (STRIPE, TWILIO, STANDARD_WEBHOOKS, HUBSPOT, SQUARE):
        verdict = verify(scheme, delivery, secrets, datetime.fromtimestamp(0, UTC))
        assert not isinstance(verdict, Verified)
