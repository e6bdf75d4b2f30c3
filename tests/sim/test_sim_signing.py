"""The simulators' signatures, held against the samples the schemes' own documents publish."""

import base64
import hashlib
import hmac

from tieline_sim import signing

SLACK_SAMPLE = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)


def test_slack_signs_the_documented_sample_as_documented() -> None:
    headers = dict(signing.slack(SLACK_SAMPLE, ["8f742231b10e8888abcd99yyyzzz85a5"], 1531420618))

    assert headers == {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }


def test_standard_webhooks_signs_the_documented_sample_as_documented() -> None:
    body = b'{"test": 2432232314}'
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    headers = signing.standard(body, [secret], 1614265330, "msg_p5jXN8AQM9LWM0D4loKWxJek")

    assert dict(headers) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_stripe_keeps_the_prefix_in_its_key_and_signs_with_each_secret() -> None:
    (header,) = signing.stripe(b"{}", ["whsec_one", "whsec_two"], 17)

    signed = [hmac.new(key, b"17.{}", hashlib.sha256).hexdigest() for key in (b"whsec_one", b"x")]
    assert header[0] == "Stripe-Signature"
    assert header[1].startswith(f"t=17,v1={signed[0]},v1=")
    assert signed[1] not in header[1]


def test_zendesk_puts_timestamp_and_body_together_without_a_separator() -> None:
    headers = dict(signing.zendesk(b"{}", ["key"], 0))

    assert headers["X-Zendesk-Webhook-Signature-Timestamp"] == "1970-01-01T00:00:00Z"
    digest = hmac.new(b"key", b"1970-01-01T00:00:00Z{}", hashlib.sha256).digest()
    assert headers["X-Zendesk-Webhook-Signature"] == base64.b64encode(digest).decode()
