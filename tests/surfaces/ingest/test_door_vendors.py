"""The door and vendors: handshakes, forms, signed URLs and answers, each as its vendor does it."""

import hashlib
import hmac
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import orjson
import pytest

from tieline import Connector, Hub
from tieline.connectors.github import GITHUB_FORM
from tieline.connectors.intercom import INTERCOM
from tieline.connectors.paddle import PADDLE
from tieline.connectors.slack import SLACK, SLACK_COMMANDS, SLACK_INTERACTIVITY
from tieline.connectors.square import SQUARE
from tieline.connectors.twilio import TWILIO
from tieline.connectors.xero import XERO
from tieline.connectors.zoom import ZOOM
from tieline.model.inbound.handshake import HUB_CHALLENGE
from tieline.model.inbound.signature import EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import SingleSignature

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.surfaces.ingest.conftest import Answer, Makers, OpenRig, Rig, Seen


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"use_uvloop": True})


KEY = b"a-secret-of-vendors"
PUBLIC = "https://hooks.example/base"
META = WebhookScheme(
    name="meta",
    schemes=(HmacScheme(place=SingleSignature("X-Hub-Signature-256", prefix="sha256=")),),
    shape=EventShape(),
    docs="https://meta.example",
    handshake=HUB_CHALLENGE,
)
VENDORS = {
    "slack": SLACK,
    "commands": SLACK_COMMANDS,
    "interactions": SLACK_INTERACTIVITY,
    "zoom": ZOOM,
    "xero": XERO,
    "meta": META,
    "intercom": INTERCOM,
    "twilio": TWILIO,
    "github": GITHUB_FORM,
    "square": SQUARE,
    "paddle": PADDLE,
}
SECRETS = {
    **{f"TIELINE_SECRET_{name.upper()}_SIGNING": KEY.decode() for name in VENDORS},
    "TIELINE_SECRET_META_SIGNING_VERIFY": "our-verify-token",
}


def mac(content: bytes, algorithm: str = "sha256", key: bytes = KEY) -> hmac.HMAC:
    return hmac.new(key, content, algorithm)


def as_slack(body: bytes, *, prefix: str = "X-Slack", key: bytes = KEY) -> list[tuple[str, str]]:
    stamp = str(int(time.time()))
    digest = mac(b"v0:%b:%b" % (stamp.encode(), body), key=key).hexdigest()
    names = {"X-Slack": ("X-Slack-Signature", "X-Slack-Request-Timestamp")}
    signature, sent_at = names.get(prefix, ("x-zm-signature", "x-zm-request-timestamp"))
    return [(signature, f"v0={digest}"), (sent_at, stamp)]


def as_zoom(body: bytes) -> list[tuple[str, str]]:
    return as_slack(body, prefix="Zoom")


def as_xero(body: bytes, key: bytes = KEY) -> list[tuple[str, str]]:
    return [("x-xero-signature", b64encode(mac(body, key=key).digest()).decode())]


def as_twilio(body: bytes, url: str) -> list[tuple[str, str]]:
    fields = sorted(set(parse_qsl(body.decode(), keep_blank_values=True)))
    content = url + "".join(name + value for name, value in fields)
    return [
        ("X-Twilio-Signature", b64encode(mac(content.encode(), "sha1").digest()).decode()),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]


def as_github(body: bytes) -> list[tuple[str, str]]:
    return [
        ("X-Hub-Signature-256", f"sha256={mac(body).hexdigest()}"),
        ("X-GitHub-Event", "push"),
        ("X-GitHub-Delivery", "72d3162e"),
    ]


@pytest.fixture
def vendor_hub(make: "Makers") -> "Callable[[Seen], Hub]":
    def build(seen: "Seen") -> Hub:
        hub = Hub("vendors")
        for name, scheme in VENDORS.items():
            source = hub.connect(name, Connector(name, webhook=scheme))
            make.add_flow(hub, source.webhook(), f"take_{name}", seen)
        return hub

    return build


@pytest.fixture
async def vendors(open_rig: "OpenRig", vendor_hub: "Callable[[Seen], Hub]") -> Any:
    async with open_rig(hub=vendor_hub, secrets=SECRETS, public_url=PUBLIC) as rig:
        yield rig


@pytest.fixture
def send(vendors: "Rig", make: "Makers") -> Any:
    async def send_to(name: str, body: bytes, headers: Any = (), **more: Any) -> "Answer":
        return await vendors.ask(
            make.request(body, target=f"/in/{name}{more.pop('query', '')}", headers=headers, **more)
        )

    return send_to


# --- handshakes ---------------------------------------------------------------------------------


async def test_slack_gets_its_challenge_back_and_leaves_a_receipt(
    vendors: "Rig", send: Any
) -> None:
    body = b'{"type":"url_verification","challenge":"3eZbrw1aB"}'

    answer = await send("slack", body, as_slack(body))
    forged = await send("slack", body, as_slack(body, key=b"another"))

    assert (answer.status, answer.body) == (200, b"3eZbrw1aB")
    assert answer.header("content-type") == "text/plain; charset=utf-8"
    assert (forged.status, forged.problem) == (401, "bad-signature")
    first, second = vendors.receipts()
    assert (first["verdict"], first["body"], first["event_id"]) == ("challenge", None, None)
    assert second["verdict"] == "refused"
    assert vendors.events() == []


async def test_zoom_gets_its_token_and_the_proof(vendors: "Rig", send: Any) -> None:
    body = orjson.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8v"}})

    answer = await send("zoom", body, as_zoom(body))

    assert answer.status == 200
    assert answer.json == {"plainToken": "qgg8v", "encryptedToken": mac(b"qgg8v").hexdigest()}
    assert vendors.events() == []


async def test_a_zoom_token_that_could_be_a_delivery_is_refused(vendors: "Rig", send: Any) -> None:
    body = orjson.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": "v0:1:{}"}})

    answer = await send("zoom", body, as_zoom(body))

    assert (answer.status, answer.problem) == (400, "handshake-refused")
    assert vendors.receipt()["verdict"] == "refused"


async def test_xero_gets_a_bare_200_for_its_own_signature_and_a_bare_401_for_another(
    vendors: "Rig", send: Any
) -> None:
    body = b'{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3"}'

    good = await send("xero", body, as_xero(body))
    bad = await send("xero", body, as_xero(body, b"another"))

    assert (good.status, good.body) == (200, b"")
    assert (bad.status, bad.body) == (401, b"")
    verdicts = [(receipt["verdict"], receipt["status"]) for receipt in vendors.receipts()]
    assert verdicts == [("challenge", 200), ("refused", 401)]
    assert vendors.receipts()[1]["reason"].startswith("bad-signature")


async def test_meta_gets_its_challenge_back_if_it_knows_our_verify_token(send: Any) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    right = urlencode({**asked, "hub.verify_token": "our-verify-token"})
    wrong = urlencode({**asked, "hub.verify_token": "a-guess"})

    good = await send("meta", b"", method="GET", query=f"?{right}")
    bad = await send("meta", b"", method="GET", query=f"?{wrong}")
    none = await send("meta", b"", method="GET")

    assert (good.status, good.body) == (200, b"1158201444")
    assert (bad.status, bad.problem) == (403, "handshake-refused")
    assert (none.status, none.problem) == (405, "method-not-allowed")


async def test_intercom_is_told_that_somebody_is_there(vendors: "Rig", make: "Makers") -> None:
    line = await vendors.call()

    await line.say(make.request(target="/in/intercom", method="HEAD"))
    answer = await line.hear(bodiless=True)

    assert answer.status == 200
    await line.close()


# --- forms --------------------------------------------------------------------------------------


async def test_a_twilio_callback_is_a_form_over_a_signed_url(vendors: "Rig", send: Any) -> None:
    body = b"MessageSid=SM1&MessageStatus=delivered&To=%2B15005550006&Body=&Tag=a&Tag=b"
    url = f"{PUBLIC}/in/twilio?account=7%2F8"

    answer = await send("twilio", body, as_twilio(body, url), query="?account=7%2F8")
    elsewhere = await send("twilio", body, as_twilio(body, url), query="?account=7/8")

    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("content-length") is None
    assert (elsewhere.status, elsewhere.problem) == (401, "bad-signature")
    (event,) = vendors.events()
    assert orjson.loads(event["data"]) == {
        "MessageSid": "SM1",
        "MessageStatus": "delivered",
        "To": "+15005550006",
        "Body": "",
        "Tag": ["a", "b"],
    }
    first = vendors.receipts()[0]
    assert (first["verdict"], first["status"], first["body"]) == ("accepted", 204, body)


@pytest.mark.parametrize(
    ("settings", "advice"),
    [({}, '; set public_url = "https://…" in tieline.toml'), ({"public_url": PUBLIC}, "")],
)
async def test_a_refused_signature_over_a_url_says_over_which_it_was_looked_for(
    open_rig: "OpenRig",
    vendor_hub: "Callable[[Seen], Hub]",
    make: "Makers",
    settings: dict[str, str],
    advice: str,
) -> None:
    body = b"MessageSid=SM1&MessageStatus=delivered"
    signed = as_twilio(body, "https://elsewhere.example/in/twilio?account=7")
    asked = make.request(body, target="/in/twilio?account=7", headers=signed)
    async with open_rig(hub=vendor_hub, secrets=SECRETS, **settings) as rig:
        answer = await rig.ask(asked)
        (receipt,) = rig.receipts()
        begin = settings.get("public_url", f"http://127.0.0.1:{rig.it.port}")

    assert (answer.status, answer.problem) == (401, "bad-signature")
    words = f"; it covers the URL, taken to be {begin}/in/twilio{advice}"
    assert receipt["reason"].endswith(words)
    assert words not in answer.json["detail"], "how a hub is set up is no stranger's business"


async def test_the_content_type_makes_no_form_of_a_source_that_takes_json(
    vendors: "Rig", send: Any
) -> None:
    body = b"payload=%7B%7D"
    headers = [*as_slack(body), ("Content-Type", "application/x-www-form-urlencoded")]

    answer = await send("slack", body, headers)

    assert answer.status < 300
    assert (vendors.receipt()["verdict"], vendors.receipt()["body"]) == ("quarantined", body)
    assert [event["identity"].partition(":")[0] for event in vendors.events()] == ["unread"]


async def test_the_content_type_makes_no_json_of_a_source_that_takes_forms(
    vendors: "Rig", send: Any
) -> None:
    body = b'{"command":"/deploy"}'
    headers = [*as_slack(body), ("Content-Type", "application/json")]

    answer = await send("commands", body, headers)

    assert answer.status < 300
    assert (vendors.receipt()["verdict"], vendors.receipt()["body"]) == ("quarantined", body)
    assert [event["identity"].partition(":")[0] for event in vendors.events()] == ["unread"]


async def test_a_slash_command_is_an_event_and_is_answered_with_silence(
    vendors: "Rig", make: "Makers", send: Any
) -> None:
    body = b"command=%2Fdeploy&text=to+%F0%9F%9A%80&trigger_id=13345224609.738474920"

    answer = await send("commands", body, as_slack(body))

    assert (answer.status, answer.body) == (200, b"")
    (event,) = vendors.events()
    assert (event["type"], event["identity"]) == ("/deploy", "13345224609.738474920")
    await make.until(lambda: vendors.seen.payloads)
    assert vendors.seen.payloads[0]["text"] == "to \N{ROCKET}"


async def test_an_interaction_is_the_json_in_a_form(vendors: "Rig", send: Any) -> None:
    document = {"type": "block_actions", "trigger_id": "12.34", "actions": [{"value": "ok"}]}
    body = urlencode({"payload": orjson.dumps(document).decode()}).encode()

    answer = await send("interactions", body, as_slack(body))

    assert (answer.status, answer.body) == (200, b"")
    (event,) = vendors.events()
    assert (event["type"], event["identity"]) == ("block_actions", "12.34")
    assert orjson.loads(event["data"]) == document


async def test_a_github_hook_may_be_left_at_form(vendors: "Rig", send: Any) -> None:
    body = urlencode({"payload": '{"ref":"refs/heads/main"}'}).encode()

    answer = await send("github", body, as_github(body))

    assert answer.status == 202
    (event,) = vendors.events()
    assert (event["type"], event["identity"]) == ("push", "72d3162e")
    assert orjson.loads(event["data"]) == {"ref": "refs/heads/main"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"ref=main", id="no payload"),
        pytest.param(b"payload={}&payload={}", id="two payloads"),
        pytest.param(b"payload=", id="an empty payload"),
        pytest.param(b"payload=%7B%22a%22%3A1%2C%22a%22%3A2%7D", id="a key twice in it"),
        pytest.param(b"payload=%FF", id="no UTF-8"),
        pytest.param(b"payload={}&loose", id="a field without a value"),
        pytest.param(b"&".join([b"a=b"] * 1001), id="too many fields"),
    ],
)
async def test_a_form_that_is_none_or_has_no_sound_payload_is_kept_aside(
    vendors: "Rig", send: Any, body: bytes
) -> None:
    answer = await send("github", body, as_github(body))

    assert answer.status < 300
    assert (vendors.receipt()["verdict"], vendors.receipt()["body"]) == ("quarantined", body)
    assert [event["identity"].partition(":")[0] for event in vendors.events()] == ["unread"]


# --- signed URLs, and answers -------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?", "?a=1&b=%20", "?a=%2f&a=%2F", "?q=//..//", "?%71=1"])
async def test_a_signed_url_is_the_public_one_with_the_target_exactly_as_it_came(
    vendors: "Rig", send: Any, query: str
) -> None:
    body = b'{"type":"payment.updated","event_id":"e1"}'
    signed_url = f"{PUBLIC}/in/square{query}".encode()
    digest = b64encode(mac(signed_url + body).digest()).decode()
    headers = [
        ("x-square-hmacsha256-signature", digest),
        ("X-Forwarded-Host", "elsewhere.example"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Prefix", "/other"),
    ]

    answer = await send("square", body, headers, query=query)

    assert answer.status == 202, answer


async def test_no_header_can_move_a_delivery_to_another_url(send: Any) -> None:
    body = b'{"type":"payment.updated","event_id":"e1"}'
    digest = b64encode(mac(b"https://elsewhere.example/in/square" + body).digest()).decode()
    headers = [
        ("x-square-hmacsha256-signature", digest),
        ("X-Forwarded-Host", "elsewhere.example"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "host=elsewhere.example;proto=https"),
        ("X-Original-Host", "elsewhere.example"),
    ]

    answer = await send("square", body, headers)

    assert (answer.status, answer.problem) == (401, "bad-signature")


async def test_a_vendor_that_takes_only_200_for_a_yes_gets_it(vendors: "Rig", send: Any) -> None:
    body = b'{"event_id":"evt_1","event_type":"transaction.paid","data":{}}'
    stamp = str(int(time.time()))
    digest = mac(f"{stamp}:".encode() + body).hexdigest()
    headers = [("Paddle-Signature", f"ts={stamp};h1={digest}")]

    first = await send("paddle", body, headers)
    again = await send("paddle", body, headers)

    assert (first.status, again.status) == (200, 200)
    assert first.json["event_id"] == again.json["event_id"] == vendors.events()[0]["id"]
    assert {receipt["status"] for receipt in vendors.receipts()} == {200}


async def test_an_old_delivery_is_refused_with_its_age(send: Any) -> None:
    body = b'{"event_id":"evt_1"}'
    stamp = str(int(time.time()) - 3600)
    digest = mac(f"{stamp}:".encode() + body).hexdigest()

    answer = await send("paddle", body, [("Paddle-Signature", f"ts={stamp};h1={digest}")])

    assert (answer.status, answer.problem) == (401, "too-old")
    assert hashlib.sha256(body).hexdigest() not in answer.body.decode()
    assert digest not in answer.body.decode()
