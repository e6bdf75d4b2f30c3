"""Signature, refusals: every way in which a delivery can be wrong has its own reason."""

import codecs
import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from tieline.connectors.github import GITHUB
from tieline.connectors.gitlab import GITLAB
from tieline.connectors.linear import LINEAR
from tieline.connectors.slack import SLACK
from tieline.connectors.standard_webhooks import STANDARD_WEBHOOKS, STANDARD_WEBHOOKS_ED25519
from tieline.connectors.stripe import STRIPE
from tieline.connectors.twilio import TWILIO, TWILIO_JSON
from tieline.connectors.zendesk import ZENDESK
from tieline.model.base.errors import DeclarationError
from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    BodyForm,
    EventShape,
    FormHmacScheme,
    HmacScheme,
    RefusalReason,
    Refused,
    SignatureScheme,
    SignedDelivery,
    Verification,
    Verified,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import (
    BodyTime,
    HeaderTime,
    ListedTime,
    Part,
    Piece,
    SendingTime,
    SingleSignature,
)
from tieline.rules.inbound.signature import prepare, verify

R = RefusalReason
NOW = datetime.fromtimestamp(1_700_000_000, UTC)
SECRET = "whsec_tieline_test"
BODY = b'{"id":"evt_1","type":"invoice.paid"}'
# openssl dgst -sha256 -hmac whsec_tieline_test over "1700000000." and the body
GOOD = "32b259deacc2b39145e60b63d102ea1c82648e925c4349b122587cf5b3aaed73"
WRONG = "0" * 64
# openssl dgst -sha256 -hmac with the base64 key after whsec_ over "msg_1.1700000000." and the body
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_GOOD = "v1,OIVTiNRrhJSBx6zl79nIEOHpS2EbXqN7S6enn5T8DlQ="


def judge(
    scheme: WebhookScheme | SignatureScheme,
    *headers: tuple[str, str],
    body: bytes = BODY,
    secrets: tuple[str, ...] = (SECRET,),
    url: str = "https://hooks.example/in",
) -> Verification:
    delivery = SignedDelivery("POST", url, headers, body)
    return verify(scheme, delivery, [Secret.of(secret) for secret in secrets], NOW)


def refusal(verdict: Verification) -> RefusalReason | None:
    return verdict.reason if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (f"t=1700000000,v1={GOOD}", None),
        (f"t=1700000000,v1={WRONG},v1={GOOD}", None),
        (f"v1={GOOD},t=1700000000", None),
        (f"t=1700000000,v1=,v1={GOOD}", None),
        (f"t=1700000000,v1={WRONG}", R.BAD_SIGNATURE),
        (f"t=1700000001,v1={GOOD}", R.BAD_SIGNATURE),
        (f"t=1700000000,v1={GOOD[:-2]}", R.MALFORMED_SIGNATURE),
        (f"t=1700000000,v1={GOOD}00", R.MALFORMED_SIGNATURE),
        (f"t=1700000000,v1={GOOD.upper()}", R.MALFORMED_SIGNATURE),
        ("t=1700000000,v1=", R.MALFORMED_SIGNATURE),
        ("t=1700000000,v1=é", R.MALFORMED_SIGNATURE),
        ("t=1700000000," + ",".join([f"v1={GOOD}"] * 33), R.MALFORMED_SIGNATURE),
        (f"t=1700000000,v1={GOOD}," + "x" * 9000, R.MALFORMED_SIGNATURE),
        (f"t=1700000000,v0={GOOD}", R.MISSING_SIGNATURE),
        ("", R.MISSING_SIGNATURE),
        (f"v1={GOOD}", R.MISSING_TIMESTAMP),
        (f"t=,v1={GOOD}", R.MALFORMED_TIMESTAMP),
        (f"t=1700000000,t=1700000000,v1={GOOD}", R.MALFORMED_TIMESTAMP),
        (f"t=+1700000000,v1={GOOD}", R.MALFORMED_TIMESTAMP),
        (f"t=1_700_000_000,v1={GOOD}", R.MALFORMED_TIMESTAMP),
        (f"t=1700000000.0,v1={GOOD}", R.MALFORMED_TIMESTAMP),
        (f"t=17000000000000,v1={GOOD}", R.MALFORMED_TIMESTAMP),
        (f"t={'9' * 5000},v1={GOOD}", R.MALFORMED_TIMESTAMP),
    ],
)
def test_a_list_of_pairs_is_read_strictly(header: str, reason: RefusalReason | None) -> None:
    assert refusal(judge(STRIPE, ("stripe-signature", header))) is reason


def test_a_header_that_comes_twice_is_not_trusted() -> None:
    good = ("stripe-signature", f"t=1700000000,v1={GOOD}")

    assert refusal(judge(STRIPE, good, good)) is R.MALFORMED_SIGNATURE
    assert refusal(judge(STRIPE)) is R.MISSING_SIGNATURE


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (f"sha256={WRONG}", R.BAD_SIGNATURE),
        (WRONG, R.MALFORMED_SIGNATURE),
        (f"SHA256={WRONG}", R.MALFORMED_SIGNATURE),
        (f"sha256= {WRONG[1:]}", R.MALFORMED_SIGNATURE),
        (f"sha256={'g' * 64}", R.MALFORMED_SIGNATURE),
        ("sha256=", R.MALFORMED_SIGNATURE),
    ],
)
def test_a_prefixed_signature_needs_its_prefix(header: str, reason: RefusalReason) -> None:
    assert refusal(judge(GITHUB, ("x-hub-signature-256", header))) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"webhook-signature": f"v1,AAAA v2,x v1a,y {STANDARD_GOOD}"}, None),
        ({"webhook-signature": STANDARD_GOOD.removeprefix("v1,")}, R.MISSING_SIGNATURE),
        ({"webhook-signature": STANDARD_GOOD.replace("v1,", "v1a,")}, R.MISSING_SIGNATURE),
        # The last two bits of the 43rd character carry nothing: only one spelling is accepted.
        ({"webhook-signature": STANDARD_GOOD.replace("lQ=", "lR=")}, R.MALFORMED_SIGNATURE),
        ({"webhook-signature": STANDARD_GOOD.removesuffix("=")}, R.MALFORMED_SIGNATURE),
        ({"webhook-id": "msg_2"}, R.BAD_SIGNATURE),
        ({"webhook-id": None}, R.MISSING_HEADER),
        ({"webhook-id": "msg_é"}, R.MALFORMED_HEADER),
        ({"webhook-timestamp": None}, R.MISSING_TIMESTAMP),
        ({"webhook-timestamp": "now"}, R.MALFORMED_TIMESTAMP),
        ({"webhook-timestamp": "\u0661\u0667" + "\u0660" * 8}, R.MALFORMED_TIMESTAMP),
    ],
)
def test_every_signed_header_matters(
    changes: dict[str, str | None], reason: RefusalReason | None
) -> None:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": STANDARD_GOOD,
    } | changes
    given = tuple((name, value) for name, value in headers.items() if value is not None)

    assert refusal(judge(STANDARD_WEBHOOKS, *given, secrets=(STANDARD_SECRET,))) is reason


@pytest.mark.parametrize("secrets", [(), ("",), ("", ""), ("   ",), ("\n",)])
@pytest.mark.parametrize("scheme", [STRIPE, GITHUB, GITLAB, TWILIO, STANDARD_WEBHOOKS_ED25519])
def test_without_a_secret_nobody_gets_in(scheme: WebhookScheme, secrets: tuple[str, ...]) -> None:
    verdict = judge(scheme, ("x-gitlab-token", ""), secrets=secrets)

    assert refusal(verdict) is R.NO_SECRET


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_",
        "whsec_====",
        "whsec_not base64",
        "whsec_QUJD\n",
        "whpk_yahJnpb1UfLZCyiufubznNEUbdUIjzu8z0VcYKou6s0=",
    ],
)
def test_a_secret_of_another_kind_is_no_secret(secret: str) -> None:
    verdict = judge(STANDARD_WEBHOOKS, ("webhook-signature", "v1,AAAA"), secrets=(secret,))

    assert refusal(verdict) is R.NO_SECRET


@pytest.mark.parametrize(
    "key",
    [
        "yahJnpb1UfLZCyiufubznNEUbdUIjzu8z0VcYKou6s0=",
        "whsec_yahJnpb1UfLZCyiufubznNEUbdUIjzu8z0VcYKou6s0=",
        "whpk_yahJnpb1UfLZCyiufubznNEUbdUIjzu8z0VcYKou",
    ],
)
def test_a_public_key_must_be_named_and_whole(key: str) -> None:
    assert refusal(judge(STANDARD_WEBHOOKS_ED25519, secrets=(key,))) is R.NO_SECRET


def test_an_unusable_secret_does_not_spoil_its_neighbour() -> None:
    verdict = judge(
        STRIPE, ("stripe-signature", f"t=1700000000,v1={GOOD}"), secrets=("", "old", SECRET)
    )

    assert isinstance(verdict, Verified)
    assert verdict.secret == 2


def test_the_refusal_tells_neither_secret_nor_signature() -> None:
    verdict = judge(STRIPE, ("stripe-signature", f"t=1700000000,v1={WRONG}"))

    assert isinstance(verdict, Refused)
    assert GOOD not in verdict.detail
    assert SECRET not in verdict.detail


@pytest.mark.parametrize(
    ("away", "reason"),
    [
        (timedelta(0), None),
        (timedelta(seconds=300), None),
        (timedelta(seconds=-300), None),
        (timedelta(seconds=300, microseconds=1), R.TOO_OLD),
        (timedelta(seconds=-300, microseconds=-1), R.TOO_NEW),
        (timedelta(days=9000), R.TOO_OLD),
    ],
)
def test_the_time_is_checked_both_ways(away: timedelta, reason: RefusalReason | None) -> None:
    delivery = SignedDelivery("POST", "", (("stripe-signature", f"t=1700000000,v1={GOOD}"),), BODY)

    verdict = verify(STRIPE, delivery, [Secret.of(SECRET)], NOW + away)

    assert refusal(verdict) is reason


def test_a_stale_forgery_is_called_a_forgery() -> None:
    delivery = SignedDelivery("POST", "", (("stripe-signature", f"t=1,v1={WRONG}"),), BODY)

    assert refusal(verify(STRIPE, delivery, [Secret.of(SECRET)], NOW)) is R.BAD_SIGNATURE


@pytest.mark.parametrize("stamp", ["2023-11-14T22:13:20", "yesterday", "", "1700000000"])
def test_an_iso_time_needs_an_offset(stamp: str) -> None:
    verdict = judge(
        ZENDESK,
        ("x-zendesk-webhook-signature", "AAAA"),
        ("x-zendesk-webhook-signature-timestamp", stamp),
    )

    assert refusal(verdict) is R.MALFORMED_TIMESTAMP


def test_a_body_that_nobody_can_read_has_no_time_and_is_vouched_for_as_that() -> None:
    body = b'{"webhookTimestamp":1700000000000,"cut":"\\ud83d"}'
    good = _hmac_by_hand(b"lin_wh_test", body)

    verdict = judge(LINEAR, ("linear-signature", good), body=body, secrets=("lin_wh_test",))
    marked = codecs.BOM_UTF8 + b'{"webhookTimestamp":1700000000000}'
    good = _hmac_by_hand(b"lin_wh_test", marked)
    dated = judge(LINEAR, ("linear-signature", good), body=marked, secrets=("lin_wh_test",))

    assert isinstance(verdict, Verified)
    assert (verdict.is_undated, verdict.sent_at_us) == (True, None)
    assert isinstance(dated, Verified)
    assert (dated.is_undated, dated.sent_at_us) == (False, 1_700_000_000_000_000)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{}", R.MISSING_TIMESTAMP),
        ("[]", R.MISSING_TIMESTAMP),
        ('{"webhookTimestamp":true}', R.MALFORMED_TIMESTAMP),
        ('{"webhookTimestamp":1.7e12}', R.MALFORMED_TIMESTAMP),
        ('{"webhookTimestamp":"soon"}', R.MALFORMED_TIMESTAMP),
        ('{"webhookTimestamp":-5}', R.MALFORMED_TIMESTAMP),
        ('{"webhookTimestamp":1700000000000}', None),
        ('{"webhookTimestamp":1699999939999}', R.TOO_OLD),
        ('{"webhookTimestamp":1700000060001}', R.TOO_NEW),
    ],
)
def test_a_time_in_the_body_is_read_once_the_signature_is_good(
    body: str, reason: RefusalReason | None
) -> None:
    good = _hmac_by_hand(b"lin_wh_test", body.encode())

    signed = judge(LINEAR, ("linear-signature", good), body=body.encode(), secrets=("lin_wh_test",))
    forged = judge(
        LINEAR, ("linear-signature", WRONG), body=body.encode(), secrets=("lin_wh_test",)
    )

    assert refusal(signed) is reason
    assert refusal(forged) is R.BAD_SIGNATURE


def _hmac_by_hand(key: bytes, message: bytes) -> str:
    """RFC 2104, written out: independent of the code under test and of the hmac module."""
    block = key.ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


@pytest.mark.parametrize(
    ("url", "content_type", "body", "reason"),
    [
        ("https://h.example/in", "application/json", b"{}", R.BODY_NOT_COVERED),
        ("https://h.example/in", None, b"a=1", R.BODY_NOT_COVERED),
        ("https://h.example/in?bodySHA256=", "application/json", b"{}", R.BODY_NOT_COVERED),
        (
            f"https://h.example/in?bodySHA256={sha256(b'{}').hexdigest()}",
            "application/json",
            b"[]",
            R.BODY_NOT_COVERED,
        ),
        (
            "https://h.example/in?" + f"bodySHA256={sha256(b'{}').hexdigest()}&" * 2,
            "application/json",
            b"{}",
            R.BODY_NOT_COVERED,
        ),
        (
            f"https://h.example/in?bodySHA256={sha256(b'').hexdigest()}",
            "application/x-www-form-urlencoded",
            b"a=1",
            R.BODY_NOT_COVERED,
        ),
        ("https://h.example/in", "application/x-www-form-urlencoded", b"\xff", R.MALFORMED_BODY),
        ("https://h.example/in", "application/x-www-form-urlencoded", b"a=%ff", R.MALFORMED_BODY),
        (
            "https://h.example/in",
            "application/x-www-form-urlencoded",
            b"a=1&" * 1001,
            R.MALFORMED_BODY,
        ),
        ("https://[h.example/in", "application/x-www-form-urlencoded", b"a=1", R.MALFORMED_URL),
        ("https://h.example:x/", "application/x-www-form-urlencoded", b"a=1", R.MALFORMED_URL),
        ("https://h.example/in", "application/x-www-form-urlencoded", b"a=1", R.BAD_SIGNATURE),
        ("https://h.example/in", None, b"", R.BAD_SIGNATURE),
    ],
)
def test_a_url_signature_must_account_for_the_whole_body(
    url: str, content_type: str | None, body: bytes, reason: RefusalReason
) -> None:
    headers = [("x-twilio-signature", "A" * 27 + "=")]
    if content_type is not None:
        headers.append(("content-type", content_type))

    assert refusal(judge(TWILIO, *headers, body=body, url=url)) is reason


def test_a_url_that_cannot_be_read_is_refused_where_its_path_is_signed() -> None:
    scheme = HmacScheme(place=SingleSignature("x-sig"), content=(Piece.PATH, Piece.BODY))

    assert refusal(judge(scheme, ("x-sig", WRONG), url="https://[x")) is R.MALFORMED_URL


def test_a_wrong_token_is_refused_whatever_its_length() -> None:
    for token in ("x", SECRET[:-1], SECRET + "x", SECRET.upper()):
        assert refusal(judge(GITLAB, ("x-gitlab-token", token))) is R.BAD_SIGNATURE
    assert refusal(judge(GITLAB, ("x-gitlab-token", "é"))) is R.MALFORMED_SIGNATURE
    assert refusal(judge(GITLAB)) is R.MISSING_SIGNATURE


def test_of_several_schemes_one_is_enough_and_the_furthest_refusal_is_told() -> None:
    both = WebhookScheme(
        name="both",
        schemes=(*GITHUB.schemes, *STRIPE.schemes),
        shape=EventShape(),
        docs="https://docs.example",
    )
    good = ("stripe-signature", f"t=1700000000,v1={GOOD}")

    assert refusal(judge(both, good)) is None
    assert refusal(judge(both, ("stripe-signature", f"t=1700000000,v1={WRONG}"))) is R.BAD_SIGNATURE
    assert refusal(judge(both)) is R.MISSING_SIGNATURE


def test_a_source_without_schemes_lets_nobody_in() -> None:
    bare = WebhookScheme(name="bare", schemes=(), shape=EventShape(), docs="https://docs.example")

    assert refusal(judge(bare)) is R.NO_SECRET


def test_a_prepared_check_judges_like_verify() -> None:
    check = prepare(SLACK, [Secret.of(SECRET)])
    delivery = SignedDelivery("POST", "", (("x-slack-signature", "v0=x"),), b"")

    assert check(delivery, NOW) == verify(SLACK, delivery, [Secret.of(SECRET)], NOW)


@pytest.mark.parametrize(
    ("content", "time", "word"),
    [
        ((), None, "no content"),
        ((Piece.TIMESTAMP, Piece.BODY), None, "HeaderTime or ListedTime"),
        ((Piece.TIMESTAMP, Piece.BODY), BodyTime("sent"), "HeaderTime or ListedTime"),
        ((Piece.BODY,), ListedTime("t"), "use ListedSignature"),
    ],
)
def test_a_scheme_that_cannot_work_is_not_declared(
    content: tuple[Part, ...], time: SendingTime | None, word: str
) -> None:
    with pytest.raises(DeclarationError, match=word):
        HmacScheme(place=SingleSignature("x-sig"), content=content, time=time)


def test_a_time_that_is_not_signed_is_a_mistake() -> None:
    with pytest.raises(DeclarationError, match="not part of"):
        HmacScheme(place=SingleSignature("x-sig"), time=HeaderTime("x-time"))


def form_signature(content: str) -> str:
    return b64encode(hmac.new(SECRET.encode(), content.encode(), "sha1").digest()).decode()


def test_a_form_over_a_url_needs_no_parameter_for_other_bodies() -> None:
    scheme = FormHmacScheme("X-Form-Signature")
    url = "https://hooks.example/in?of=7"
    form = ("content-type", "application/x-www-form-urlencoded")
    signed = ("x-form-signature", form_signature(f"{url}a1b2"))
    bare = ("x-form-signature", form_signature(url))

    taken = judge(scheme, signed, form, body=b"b=2&a=1", url=url)
    other = judge(scheme, bare, ("content-type", "application/json"), url=url)

    assert refusal(taken) is None
    assert refusal(other) is R.BODY_NOT_COVERED


def test_the_json_twin_of_twilio_covers_its_body_by_the_url_and_reads_it() -> None:
    url = f"https://hooks.example/in?bodySHA256={sha256(BODY).hexdigest()}"
    signed = ("x-twilio-signature", form_signature(url))
    json = ("content-type", "application/json")

    assert refusal(judge(TWILIO_JSON, signed, json, url=url)) is None
    assert refusal(judge(TWILIO_JSON, signed, json, body=b"{}", url=url)) is R.BODY_NOT_COVERED
    assert (TWILIO_JSON.body, TWILIO.body) == (BodyForm.JSON, BodyForm.FORM)
