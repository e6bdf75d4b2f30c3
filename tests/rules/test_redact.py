"""What must not be seen is not seen."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.secret import Secret
from tieline.rules.privacy.redact import (
    REDACTED,
    KnownSecrets,
    redact_bytes,
    redact_document,
    redact_headers,
    redact_text,
    told_headers,
)


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "apikey",
        "x-hub-signature-256",
        "stripe-signature",
        "webhook-signature",
        "x-shopify-hmac-sha256",
        "paypal-transmission-sig",
        "x-shopify-access-token",
        "x-vault-token",
        "x-csrf-token",
        "x-amz-security-token",
        "x-client-secret",
        "ocp-apim-subscription-key",
        "x-auth-email",
        "x-session-id",
    ],
)
def test_headers_that_carry_credentials_lose_their_value(name: str) -> None:
    assert redact_headers(((name, "v"), ("accept", "v"))) == ((name, REDACTED), ("accept", "v"))


@pytest.mark.parametrize(
    "name",
    [
        "content-type",
        "idempotency-key",
        "x-correlation-id",
        "traceparent",
        "x-ratelimit-remaining-tokens",
        "www-authenticate",
        "webhook-id",
        "webhook-timestamp",
        "etag",
        "x-github-event",
        "x-forwarded-for",
    ],
)
def test_headers_that_help_to_understand_stay(name: str) -> None:
    assert redact_headers(((name, "v"),)) == ((name, "v"),)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "userPassword",
        "passwd",
        "passphrase",
        "secret",
        "client_secret",
        "clientSecret",
        "token",
        "access_token",
        "refreshToken",
        "id-token",
        "api_key",
        "apiKey",
        "API-KEY",
        "private_key",
        "Authorization",
        "credentials",
        "card_number",
        "cardNumber",
        "cvc",
        "CVV2",
        "card.cvc",
        "security_code",
        "pan",
        "pin",
        "otp",
    ],
)
def test_fields_that_hold_credentials_or_card_data_lose_their_value(name: str) -> None:
    assert redact_document({"a": [{name: "v"}]}) == {"a": [{name: REDACTED}]}
    assert redact_document({name: {"deep": ["v"]}}) == {name: REDACTED}
    assert redact_document({name: None}) == {name: None}


@pytest.mark.parametrize(
    "name",
    [
        "name",
        "id",
        "key",
        "number",
        "company",
        "opinion",
        "shipping",
        "max_tokens",
        "total_tokens",
        "token_type",
        "next_page_token",
        "nextPageToken",
        "syncToken",
        "idempotency_key",
        "discard_note",
        "postcode",
    ],
)
def test_other_fields_stay(name: str) -> None:
    assert redact_document({name: "v"}) == {name: "v"}


def test_the_number_of_a_card_is_not_just_a_number() -> None:
    document: Any = {"card": {"number": "4242", "exp_year": 2030}, "order": {"number": "84219"}}

    assert redact_document(document) == {
        "card": {"number": REDACTED, "exp_year": 2030},
        "order": {"number": "84219"},
    }


def test_fields_that_the_author_marked_are_redacted_in_any_case() -> None:
    document: Any = {"SSN": "1", "ssn": {"a": 1}, "name": "x"}

    assert redact_document(document, {"Ssn"}) == {"SSN": REDACTED, "ssn": REDACTED, "name": "x"}


def test_the_given_document_is_left_as_it_was() -> None:
    document: Any = {"password": "p", "list": [{"token": "t"}]}
    before = json.dumps(document)

    redact_document(document)

    assert json.dumps(document) == before


def test_a_document_of_any_depth_is_survived_and_its_depths_hidden() -> None:
    deep: Any = "canary"
    for _ in range(500):
        deep = [deep]
    nested: Any = {"note": "canary"}
    for _ in range(500):
        nested = {"inner": nested}

    assert "canary" not in json.dumps(redact_document(deep))
    assert "canary" not in json.dumps(redact_document(nested))


SECRET = Secret.of("sk_live_51Hx/+ü&=9")
KNOWN = KnownSecrets.of([SECRET])


@pytest.mark.parametrize(
    "form",
    [
        SECRET.reveal().decode(),
        quote(SECRET.reveal(), safe=""),
        json.dumps(SECRET.reveal().decode())[1:-1],
        base64.b64encode(SECRET.reveal()).decode(),
        base64.urlsafe_b64encode(SECRET.reveal()).decode(),
        base64.b64encode(SECRET.reveal()).decode().rstrip("="),
    ],
)
def test_a_known_secret_is_found_in_every_form_it_travels_in(form: str) -> None:
    text = redact_text(f"before {form} after", KNOWN)

    assert text == f"before {REDACTED} after"


random_secrets = st.builds(
    lambda seed, size: hashlib.sha256(seed).digest()[:size], st.binary(), st.integers(6, 32)
)


@given(random_secrets, st.text(max_size=12), st.text(max_size=12))
def test_no_trace_is_left_in_basic_credentials_of_any_user(
    secret: bytes, user: str, tail: str
) -> None:
    known = KnownSecrets.of([Secret.of(secret)])
    before = user.encode() + b":"
    encoded = base64.b64encode(before + secret + tail.encode()).decode().rstrip("=")

    shown = redact_text(f"Basic {encoded}", known)

    assert REDACTED in shown
    kept = shown.removeprefix("Basic ").split(REDACTED)
    assert len(kept[0]) * 6 <= len(before) * 8
    assert (len(encoded) - len(kept[-1])) * 6 >= len(before + secret) * 8


@given(
    st.lists(st.text(min_size=6, max_size=20), min_size=1, max_size=4),
    st.lists(st.text(max_size=10), min_size=5, max_size=5),
)
def test_no_secret_survives_in_a_text(secrets: list[str], between: list[str]) -> None:
    known = KnownSecrets.of([Secret.of(s.encode(errors="ignore")) for s in secrets])
    spoken = [s.encode(errors="ignore").decode() for s in secrets]
    text = "".join(a + b for a, b in zip(between, [*spoken, "", "", "", ""], strict=False))

    shown = redact_text(text, known)

    for part in shown.split(REDACTED):
        assert not any(s in part for s in spoken if len(s.encode()) >= 6)


def test_a_secret_inside_a_longer_one_does_not_leave_the_rest_of_it() -> None:
    known = KnownSecrets.of([Secret.of("secret-one"), Secret.of("secret-one-and-more")])

    assert redact_text("x secret-one-and-more y", known) == f"x {REDACTED} y"


def test_a_value_too_short_to_be_a_secret_is_not_searched_for() -> None:
    known = KnownSecrets.of([Secret.of(""), Secret.of("12345")])

    assert redact_text("call 12345 now", known) == "call 12345 now"


def test_special_characters_of_patterns_mean_themselves() -> None:
    known = KnownSecrets.of([Secret.of("a.*(b)+[c]")])

    assert redact_text("a.*(b)+[c] axxx(b)", known) == f"{REDACTED} axxx(b)"


def test_known_secrets_do_not_print() -> None:
    assert "sk_live" not in repr(KNOWN)
    assert "sk_live" not in str(KNOWN)


LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+/=<&\"'", min_size=6, max_size=60)


@given(st.lists(LETTERS, min_size=1, max_size=20), st.binary(max_size=40), st.binary(max_size=40))
def test_of_many_secrets_none_is_overlooked_wherever_it_stands(
    secrets: list[str], before: bytes, after: bytes
) -> None:
    known = KnownSecrets.of([Secret.of(one) for one in secrets])
    for form in known.octets:
        assert known.may_be_in(before + form + after)
        assert form not in redact_bytes(before + form + after, known)


def test_headers_are_looked_at_where_something_is_made_of_them() -> None:
    known = KnownSecrets.of([Secret.of("a-known-secret")])
    headers = (("x-id", "1-a-known-secret"), ("x-other", "a-known-secret"))

    assert told_headers(headers, {"x-id"}, known) == (("x-id", "1-[redacted]"), headers[1])
    assert told_headers(headers, {"x-type"}, known) is headers


def test_a_secret_among_bytes_that_are_no_text_is_found_and_the_rest_stays() -> None:
    known = KnownSecrets.of((Secret.of("secret-of-ours"), Secret.of("schlüssel-von-uns")))
    sent = b"\x00\xff\nsecret-of-ours\xfe" + "schlüssel-von-uns".encode() + b"\x80"

    told = redact_text(sent.decode(errors="surrogateescape"), known)

    wanted = b"\x00\xff\n%b\xfe%b\x80" % (REDACTED.encode(), REDACTED.encode())
    assert told.encode(errors="surrogateescape") == wanted
