"""Handshake: a question and the verdict on it come in; the answer to send goes out, or None."""

import hmac
import re
from collections.abc import Sequence
from typing import assert_never
from urllib.parse import parse_qsl, urlsplit

import orjson

from tieline.model.base.secret import Secret
from tieline.model.inbound.handshake import (
    BodyChallenge,
    EmptyBatch,
    Handshake,
    HandshakeAnswer,
    Probe,
    QueryEcho,
    TokenProof,
)
from tieline.model.inbound.signature import Refused, SignedDelivery, Verification, Verified
from tieline.rules.formats.json_path import find

LONGEST_ECHO = 1024
MOST_PARAMETERS = 100
# No colon: the proof of "v0:<time>:<body>" would be the signature of a forged delivery.
PROVABLE = re.compile(r"[A-Za-z0-9_=+/.-]{1,128}")

INERT = (
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; sandbox"),
    ("x-content-type-options", "nosniff"),
)
PLAIN = (("content-type", "text/plain; charset=utf-8"), *INERT)
JSON = (("content-type", "application/json"), *INERT)


def answer_challenge(
    handshake: Handshake | None,
    delivery: SignedDelivery,
    *,
    verdict: Verification,
    secrets: Sequence[Secret],
    verify_tokens: Sequence[Secret] = (),
) -> HandshakeAnswer | None:
    """The answer to a handshake; None for everything else, which goes its usual way.

    *secrets* are those that *verdict* was reached with. Of the signed kinds a refused delivery
    gets no answer from here, except the bare 401 that Xero insists on.
    """
    match handshake:
        case None:
            return None
        case Probe():
            return _be_there(handshake, delivery)
        case QueryEcho():
            return _echo_query(handshake, delivery, verify_tokens)
        case BodyChallenge():
            return _echo_body(handshake, verdict)
        case TokenProof():
            return _prove(handshake, verdict, secrets)
        case EmptyBatch():
            return _acknowledge(handshake, verdict)
        case _:
            assert_never(handshake)


def _be_there(asked: Probe, delivery: SignedDelivery) -> HandshakeAnswer | None:
    return HandshakeAnswer(200, INERT, b"") if delivery.method == asked.method else None


def _echo_query(
    asked: QueryEcho, delivery: SignedDelivery, verify_tokens: Sequence[Secret]
) -> HandshakeAnswer | None:
    if delivery.method != asked.method or delivery.body:
        return None  # a body is a delivery, whatever its address says
    query = _query(delivery.url)
    echo = query.get(asked.parameter)
    if echo is None or any(query.get(name) != value for name, value in asked.required):
        return None
    if asked.verify_token_parameter is not None:
        token = query.get(asked.verify_token_parameter, "").encode("utf-8", "surrogatepass")
        if not any(live and hmac.compare_digest(live.reveal(), token) for live in verify_tokens):
            return HandshakeAnswer(403, PLAIN, b"the verify token is not ours")
    return _echo(echo)


def _echo_body(asked: BodyChallenge, verdict: Verification) -> HandshakeAnswer | None:
    document = _typed_document(asked.type_path, asked.type_value, verdict)
    if document is None:
        return None
    challenge = find(document, asked.challenge_path)
    return _echo(challenge if isinstance(challenge, str) else "")


def _prove(
    asked: TokenProof, verdict: Verification, secrets: Sequence[Secret]
) -> HandshakeAnswer | None:
    document = _typed_document(asked.type_path, asked.type_value, verdict)
    if document is None or isinstance(verdict, Refused) or not 0 <= verdict.secret < len(secrets):
        return None  # an unverified source has no secret that could prove anything
    token = find(document, asked.token_path)
    if not isinstance(token, str) or not PROVABLE.fullmatch(token):
        return HandshakeAnswer(400, PLAIN, b"the token is not one that may be signed")
    proof = hmac.digest(secrets[verdict.secret].reveal(), token.encode(), "sha256").hex()
    answer = {asked.token_field: token, asked.proof_field: proof}
    return HandshakeAnswer(200, JSON, orjson.dumps(answer))


def _acknowledge(asked: EmptyBatch, verdict: Verification) -> HandshakeAnswer | None:
    if isinstance(verdict, Refused):
        return HandshakeAnswer(401, INERT, b"")
    if find(_document(verdict.delivery.body), asked.events_path) != []:
        return None  # what is not known here is no handshake: it is kept as a delivery
    return HandshakeAnswer(200, INERT, b"")


def _typed_document(path: str, value: str, verdict: Verification) -> object:
    """The verified body, if it is a handshake. Most bodies are not, and are not even parsed."""
    if not isinstance(verdict, Verified) or value.encode() not in verdict.delivery.body:
        return None
    document = _document(verdict.delivery.body)
    return document if find(document, path) == value else None


def _document(body: bytes) -> object:
    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return document


def _query(url: str) -> dict[str, str]:
    """Parameters that occur once; of two with one name we could not say which was meant."""
    try:
        pairs = parse_qsl(
            urlsplit(url).query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        return {}
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if names.count(name) == 1}


def _echo(text: str) -> HandshakeAnswer:
    body = text.encode("utf-8", "replace")
    if not 0 < len(body) <= LONGEST_ECHO:
        detail = f"a challenge has 1 to {LONGEST_ECHO} bytes; this one has {len(body)}"
        return HandshakeAnswer(400, PLAIN, detail.encode())
    return HandshakeAnswer(200, PLAIN, body)
