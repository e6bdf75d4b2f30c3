"""Handshake: each vendor's question gets the answer it wants, and nothing else does."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tieline.connectors.intercom import INTERCOM
from tieline.connectors.slack import SLACK
from tieline.connectors.stripe import STRIPE
from tieline.connectors.xero import XERO
from tieline.connectors.zendesk import ZENDESK
from tieline.connectors.zoom import ZOOM
from tieline.model.base.secret import Secret
from tieline.model.inbound.handshake import (
    CHALLENGE_ECHO,
    HUB_CHALLENGE,
    VALIDATION_TOKEN,
    Handshake,
    HandshakeAnswer,
)
from tieline.model.inbound.signature import (
    RefusalReason,
    Refused,
    SignedDelivery,
    Verification,
    Verified,
)
from tieline.rules.inbound.handshake import answer_challenge
from tieline.rules.inbound.signature import verify

NOW = datetime.fromtimestamp(1_700_000_000, UTC)
ZOOM_SECRET = Secret.of("zoom-secret-token")
FORGED = Refused(RefusalReason.BAD_SIGNATURE, "forged")


def post(body: object, url: str = "https://hooks.example/in") -> SignedDelivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return SignedDelivery("POST", url, (), raw)


def get(query: str) -> SignedDelivery:
    return SignedDelivery("GET", f"https://hooks.example/in?{query}", (), b"")


def ask(
    handshake: Handshake | None, delivery: SignedDelivery, verdict: Verification | None = None
) -> HandshakeAnswer | None:
    return answer_challenge(
        handshake,
        delivery,
        verdict=verdict or Verified(delivery, 0, None),
        secrets=[ZOOM_SECRET],
        verify_tokens=[Secret.of(""), Secret.of("old-token"), Secret.of("our-token")],
    )


def is_inert(answer: HandshakeAnswer) -> bool:
    headers = dict(answer.headers)
    plain = headers.get("content-type", "text/plain").startswith(("text/plain", "application/json"))
    return plain and headers["x-content-type-options"] == "nosniff"


SLACK_CHALLENGE = post(
    {
        "token": "Jhj5dZrVaK7ZwHHjRyZWjbDl",
        "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
        "type": "url_verification",
    }
)


def test_slack_gets_its_challenge_back_as_plain_text() -> None:
    answer = ask(SLACK.handshake, SLACK_CHALLENGE)

    assert answer is not None
    assert is_inert(answer)
    assert (answer.status, answer.body) == (
        200,
        b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    )


def test_a_challenge_that_is_not_well_signed_gets_no_answer() -> None:
    unsigned = verify(SLACK, SLACK_CHALLENGE, [Secret.of("secret")], NOW)

    assert isinstance(unsigned, Refused)
    assert ask(SLACK.handshake, SLACK_CHALLENGE, unsigned) is None


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback", "challenge": "x"},
        {"type": "event_callback", "event": {"text": "url_verification"}},
        ["url_verification"],
        b'{"type": "url_verification"',
        b"",
    ],
)
def test_what_is_no_challenge_goes_its_usual_way(body: object) -> None:
    assert ask(SLACK.handshake, post(body)) is None


@pytest.mark.parametrize("challenge", [None, "", 5, ["x"], "x" * 1025, "é" * 513])
def test_a_challenge_of_another_kind_or_size_is_not_echoed(challenge: object) -> None:
    answer = ask(SLACK.handshake, post({"type": "url_verification", "challenge": challenge}))

    assert answer is not None
    assert answer.status == 400
    assert is_inert(answer)


def test_zoom_gets_its_token_and_the_proof() -> None:
    delivery = post(
        {
            "event": "endpoint.url_validation",
            "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"},
            "event_ts": 1654503849680,
        }
    )

    answer = ask(ZOOM.handshake, delivery)

    assert answer is not None
    assert is_inert(answer)
    assert answer.status == 200
    # printf qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac zoom-secret-token
    assert json.loads(answer.body) == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": "d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3",
    }


def test_zoom_is_answered_with_the_secret_that_fitted() -> None:
    delivery = post({"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}})

    def answer_with(secrets: list[Secret], fitted: int) -> HandshakeAnswer | None:
        verdict = Verified(delivery, fitted, None)
        return answer_challenge(ZOOM.handshake, delivery, verdict=verdict, secrets=secrets)

    alone = answer_with([ZOOM_SECRET], 0)

    assert answer_with([Secret.of("new"), ZOOM_SECRET], 1) == alone
    assert answer_with([Secret.of("new"), ZOOM_SECRET], 0) != alone


@pytest.mark.parametrize(
    "token",
    [
        'v0:1700000000:{"event":"meeting.started"}',
        "a b",
        "{}",
        "",
        "x" * 129,
        "abc\n",
        None,
        5,
    ],
)
def test_nobody_can_have_a_delivery_signed_through_the_handshake(token: object) -> None:
    delivery = post({"event": "endpoint.url_validation", "payload": {"plainToken": token}})

    answer = ask(ZOOM.handshake, delivery)

    assert answer is not None
    assert answer.status == 400
    assert b"encryptedToken" not in answer.body
    assert ask(ZOOM.handshake, delivery, FORGED) is None


def test_xero_gets_a_bare_200_for_a_good_signature_over_no_events() -> None:
    answer = ask(XERO.handshake, post({"events": [], "entropy": "S0m3r4Nd0mt3xt"}))

    assert answer is not None
    assert (answer.status, answer.body) == (200, b"")


def test_xero_gets_a_bare_401_for_a_bad_signature() -> None:
    answer = ask(XERO.handshake, post({"events": []}), FORGED)

    assert answer is not None
    assert (answer.status, answer.body) == (401, b"")


@pytest.mark.parametrize(
    "body",
    [{"events": [{}]}, b"not json", [], 5, {}, {"invoice": 7}, {"events": None}, {"events": {}}],
)
def test_xero_events_go_their_usual_way(body: object) -> None:
    assert ask(XERO.handshake, post(body)) is None


def test_a_hub_challenge_is_echoed_to_who_knows_our_verify_token() -> None:
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="

    for token in ("our-token", "old-token"):
        answer = ask(HUB_CHALLENGE, get(query + token), FORGED)
        assert answer is not None
        assert (answer.status, answer.body) == (200, b"1158201444")
        assert is_inert(answer)


@pytest.mark.parametrize("token", ["", "other", "our-toke", "our-token%20", "our-token&x=1", "é"])
def test_a_hub_challenge_without_our_verify_token_is_forbidden(token: str) -> None:
    query = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}"

    answer = ask(HUB_CHALLENGE, get(query), FORGED)

    assert answer is not None
    assert answer.status == (200 if token == "our-token&x=1" else 403)


def test_without_a_verify_token_of_our_own_no_hub_challenge_is_answered() -> None:
    query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token="

    answer = answer_challenge(HUB_CHALLENGE, get(query), verdict=FORGED, secrets=[])

    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    "query",
    [
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=our-token",
        "hub.challenge=1&hub.verify_token=our-token",
        "hub.mode=subscribe&hub.verify_token=our-token",
        "hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token=our-token",
        "&".join(f"a{place}=1" for place in range(200)) + "&hub.mode=subscribe&hub.challenge=1",
    ],
)
def test_an_incomplete_or_ambiguous_hub_challenge_is_none(query: str) -> None:
    assert ask(HUB_CHALLENGE, get(query), FORGED) is None


def test_a_validation_token_is_decoded_and_echoed() -> None:
    url = "https://hooks.example/in?validationToken=Validation%3A+Testing%20client%2B1"

    answer = ask(VALIDATION_TOKEN, post(b"", url), FORGED)

    assert answer is not None
    assert (answer.status, answer.body) == (200, b"Validation: Testing client+1")
    assert dict(answer.headers)["content-type"] == "text/plain; charset=utf-8"


def test_a_delivery_is_not_swallowed_by_a_token_in_its_address() -> None:
    url = "https://hooks.example/in?validationToken=x"

    assert ask(VALIDATION_TOKEN, post({"value": [{"id": 7}]}, url)) is None


def test_an_echo_is_inert_and_bounded() -> None:
    script = ask(CHALLENGE_ECHO, get("challenge=%3Cscript%3Ealert(1)%3C/script%3E"), FORGED)
    endless = ask(CHALLENGE_ECHO, get("challenge=" + "x" * 2000), FORGED)

    assert script is not None
    assert is_inert(script)
    assert dict(script.headers)["content-type"] == "text/plain; charset=utf-8"
    assert "default-src 'none'" in dict(script.headers)["content-security-policy"]
    assert endless is not None
    assert endless.status == 400
    assert len(endless.body) < 100


def test_an_echo_is_for_its_own_method_only() -> None:
    assert ask(CHALLENGE_ECHO, replace(get("challenge=x"), method="POST")) is None
    assert ask(VALIDATION_TOKEN, get("validationToken=x")) is None
    assert ask(CHALLENGE_ECHO, SignedDelivery("GET", "https://[x?challenge=1", (), b"")) is None


def test_intercom_is_told_that_somebody_is_there() -> None:
    head = SignedDelivery("HEAD", "https://hooks.example/in", (), b"")

    answer = ask(INTERCOM.handshake, head, FORGED)

    assert answer is not None
    assert (answer.status, answer.body) == (200, b"")
    assert ask(INTERCOM.handshake, post({"topic": "ping"}), FORGED) is None


def test_most_vendors_have_no_handshake() -> None:
    assert STRIPE.handshake is None
    assert ZENDESK.handshake is None
    assert ask(None, get("challenge=x")) is None
