"""Keyed: a request with an idempotency key comes in; the first answer to it goes out again."""

import hashlib
from dataclasses import dataclass

from tieline_sim.ledger import Ledger
from tieline_sim.messages import Answer, Request


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The key belongs to another request."""

    key: str


def fingerprint(request: Request) -> str:
    """Tells requests apart by method, path and the very bytes of the body."""
    named = f"{request.method} {request.path}\n".encode()
    return hashlib.sha256(named + request.body).hexdigest()[:32]


def replay(ledger: Ledger, request: Request) -> Answer | KeyReused | None:
    """The remembered answer; None when the key is new or there is none."""
    key = request.header("idempotency-key")
    entry = ledger.keyed(key) if key else None
    if entry is None:
        return None
    if entry.write.fingerprint != fingerprint(request):
        return KeyReused(key)
    ledger.replayed += 1
    return Answer(entry.write.status, entry.write.body, (("Idempotent-Replayed", "true"),))
