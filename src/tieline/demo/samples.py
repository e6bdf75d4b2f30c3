"""Samples: recorded webhooks of real vendors come in; signed and sent, their answers go out."""

import asyncio
import base64
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 60.0
PAUSE_S = 0.2
TIMEOUT_S = 10.0

Headers = dict[str, str]
Sign = Callable[[bytes, str, bytes], Headers]
"""(body, what happened, secret) → the vendor's headers."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded body, and who sends it where."""

    connection: str
    kind: str
    """What happened, as the vendor calls it."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """A sample that was delivered."""

    sample: Sample
    status: int
    """0: nobody answered."""
    event_id: str | None


def of_stripe(body: bytes, _kind: str, secret: bytes) -> Headers:
    """``t=…,v1=…``."""
    stamp = str(int(time.time()))
    digest = _digest(secret, stamp.encode() + b"." + body).hex()
    return {"Stripe-Signature": f"t={stamp},v1={digest}"}


def of_github(body: bytes, kind: str, secret: bytes) -> Headers:
    """``sha256=…``, and the delivery's name."""
    name = hashlib.sha256(body).hexdigest()[:32]
    return {
        "X-GitHub-Event": kind,
        "X-GitHub-Delivery": name,
        "X-Hub-Signature-256": f"sha256={_digest(secret, body).hex()}",
    }


def of_shopify(body: bytes, kind: str, secret: bytes) -> Headers:
    """Base64, and the delivery's name."""
    return {
        "X-Shopify-Topic": kind.replace("-", "/"),
        "X-Shopify-Webhook-Id": hashlib.sha256(body).hexdigest()[:32],
        "X-Shopify-Hmac-Sha256": base64.b64encode(_digest(secret, body)).decode(),
    }


SIGNERS: Mapping[str, Sign] = {
    "subscriptions": of_stripe,
    "code": of_github,
    "shop": of_shopify,
}
FOLDERS: Mapping[str, str] = {"subscriptions": "stripe", "code": "github", "shop": "shopify"}
"""Connection of the example hub → the folder with its vendor's bodies."""


def recorded(folder: Path) -> list[Sample]:
    """The samples that come with the example."""
    return [
        Sample(connection, path.stem, path.read_bytes())
        for connection, vendor in FOLDERS.items()
        for path in sorted((folder / vendor).glob("*.json"))
    ]


async def deliver(sample: Sample, port: int, secret: str) -> Sent:
    """Send *sample* again and again until the hub takes it, as its vendor would."""
    last = time.monotonic() + PATIENCE_S
    while True:
        sent = await asyncio.to_thread(_post, sample, port, secret.encode())
        if 200 <= sent.status < 500 and sent.status != 0:
            return sent
        if time.monotonic() > last:
            return sent
        await asyncio.sleep(PAUSE_S)


def _post(sample: Sample, port: int, secret: bytes) -> Sent:
    headers = SIGNERS[sample.connection](sample.body, sample.kind, secret)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        line.request(
            "POST",
            f"/in/{sample.connection}",
            sample.body,
            {"Content-Type": "application/json", **headers},
        )
        answer = line.getresponse()
        said = answer.read()
    except (OSError, http.client.HTTPException):
        return Sent(sample, 0, None)
    finally:
        line.close()
    return Sent(sample, answer.status, _event_id(said))


def _event_id(said: bytes) -> str | None:
    try:
        found = json.loads(said)
    except ValueError:
        return None
    event_id = found.get("event_id") if isinstance(found, dict) else None
    return str(event_id) if event_id else None


def _digest(secret: bytes, signed: bytes) -> bytes:
    return hmac.digest(secret, signed, "sha256")
