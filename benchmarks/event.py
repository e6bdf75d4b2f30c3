"""Event: a number and a send time come in; a signed 1 KB webhook, or a verdict, goes out."""

import hmac
import time
from base64 import b64encode

SECRET = b"benchmark-signing-key"
PATH = "/in/billing"
BODY_BYTES = 1024
TOLERANCE_SECONDS = 300

_BODY = (
    b'{"id":"%(run)s-%(seq)08d","type":"invoice.paid","created":%(created)d,"data":'
    b'{"invoice_id":"in_%(seq)08d","customer_id":"cus_%(customer)04d","amount_cents":%(cents)d,'
    b'"currency":"eur","seq":%(seq)d,"sent_us":%(sent)d,"note":"%(note)s"}}'
)
_HEAD = (
    b"POST %s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    b"webhook-id: %s\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,%s\r\n"
    b"content-length: %d\r\n\r\n"
)


def now_us() -> int:
    """The machine's monotonic clock, which every process on it shares."""
    return time.monotonic_ns() // 1000


def sign(event_id: bytes, timestamp: bytes, body: bytes) -> bytes:
    """The Standard Webhooks signature, without its version."""
    return b64encode(hmac.digest(SECRET, b"%s.%s.%s" % (event_id, timestamp, body), "sha256"))


def is_genuine(event_id: bytes, timestamp: bytes, signature: bytes, body: bytes) -> bool:
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    expected = b"v1," + sign(event_id, timestamp, body)
    return any(hmac.compare_digest(expected, each) for each in signature.split(b" "))


class Maker:
    """Writes whole requests, each with an event id of its own."""

    def __init__(self, run: str, path: str = PATH) -> None:
        self._run = run.encode()
        self._path = path.encode()
        self._note = b"n" * (BODY_BYTES - len(self._body(0, 10**10, b"")))

    def request(self, seq: int, sent_us: int) -> bytes:
        body = self._body(seq, sent_us, self._note)
        event_id = b"%s-%08d" % (self._run, seq)
        timestamp = int(time.time())
        signature = sign(event_id, b"%d" % timestamp, body)
        return _HEAD % (self._path, event_id, timestamp, signature, len(body)) + body

    def _body(self, seq: int, sent_us: int, note: bytes) -> bytes:
        return _BODY % {
            b"run": self._run,
            b"seq": seq,
            b"created": sent_us // 1_000_000,
            b"customer": seq % 1000,
            b"cents": 1000 + seq % 9000,
            b"sent": sent_us,
            b"note": note,
        }
