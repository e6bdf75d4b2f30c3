"""Signature, Wycheproof: good tags pass, bad, cut and bent ones do not (vectors/SOURCES.md)."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    Algorithm,
    Ed25519Scheme,
    Encoding,
    HmacScheme,
    KeyForm,
    KeyText,
    RefusalReason,
    Refused,
    SignatureScheme,
    SignedDelivery,
    Verification,
    Verified,
)
from tieline.model.inbound.signed_content import SingleSignature
from tieline.rules.inbound.signature import verify

VECTORS = Path(__file__).parents[1] / "vectors" / "wycheproof"
PLACE = SingleSignature("x-signature")
WRITE = {
    Encoding.HEX: bytes.hex,
    Encoding.BASE64: lambda raw: base64.b64encode(raw).decode(),
}


def vectors(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text())["tests"]
    return loaded


def judge(
    scheme: SignatureScheme, message: str, signature: bytes, secret: str, encoding: Encoding
) -> Verification:
    headers = (("x-signature", WRITE[encoding](signature)),)
    delivery = SignedDelivery("POST", "", headers, bytes.fromhex(message))
    return verify(scheme, delivery, [Secret.of(secret)], datetime.fromtimestamp(0, UTC))


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_an_hmac_passes_only_whole_and_unchanged(algorithm: Algorithm, encoding: Encoding) -> None:
    scheme = HmacScheme(
        place=PLACE, algorithm=algorithm, encoding=encoding, key=KeyForm(KeyText.HEX)
    )
    whole = {Algorithm.SHA1: 160, Algorithm.SHA256: 256, Algorithm.SHA512: 512}[algorithm]
    cases = vectors(f"hmac_{algorithm}")

    verdicts = [
        (case, judge(scheme, case["msg"], bytes.fromhex(case["tag"]), case["key"], encoding))
        for case in cases
    ]

    assert {case["result"] for case in cases} == {"valid", "invalid"}
    for case, verdict in verdicts:
        if case["tagSize"] != whole:
            assert isinstance(verdict, Refused), case["tcId"]
            assert verdict.reason is RefusalReason.MALFORMED_SIGNATURE
        else:
            assert isinstance(verdict, Verified) == (case["result"] == "valid"), case["tcId"]


@pytest.mark.parametrize("encoding", list(Encoding))
def test_an_ed25519_signature_passes_only_in_its_one_form(encoding: Encoding) -> None:
    scheme = Ed25519Scheme(place=PLACE, encoding=encoding, key=KeyForm(KeyText.HEX))

    verdicts = [
        (case, judge(scheme, case["msg"], bytes.fromhex(case["sig"]), case["pk"], encoding))
        for case in vectors("ed25519")
    ]

    for case, verdict in verdicts:
        assert isinstance(verdict, Verified) == (case["result"] == "valid"), case["tcId"]
