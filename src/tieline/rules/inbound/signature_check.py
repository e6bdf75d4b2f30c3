"""Signature check: a scheme and the live secrets come in; the function that vouches goes out."""

import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    Algorithm,
    Ed25519Scheme,
    Encoding,
    HmacScheme,
    KeyForm,
    RefusalReason,
    Refused,
    SecretPrefixScheme,
    SignedDelivery,
    TokenScheme,
    Verification,
    Verified,
)
from tieline.model.inbound.signed_content import BodyTime, SingleSignature
from tieline.rules.inbound.signature_content import Write, writer
from tieline.rules.inbound.signature_header import Read, reader
from tieline.rules.inbound.signature_key import Keys, keys_of, usable_keys, wanted_of
from tieline.rules.inbound.signature_time import (
    MICROSECOND,
    clock,
    malformed_time,
    read_body_moment,
    stale,
)

Check = Callable[[SignedDelivery, datetime], Verification]
"""Judges one delivery at one moment."""

Fits = Callable[[bytes, Sequence[str]], int | None]
"""The position of the secret that made one of the signatures of the content, or None."""

DIGEST_BYTES = {Algorithm.SHA1: 20, Algorithm.SHA256: 32, Algorithm.SHA512: 64}
ED25519_SIGNATURE_BYTES = 64


class SignatureCheck(NamedTuple):
    """How a scheme compares: the comparison, and what a signature must look like."""

    fits: Fits
    encoding: Encoding
    signature_bytes: int


def hmac_check(scheme: HmacScheme, secrets: Sequence[Secret]) -> Check:
    """Check of an HMAC."""
    keys = usable_keys(scheme.key, secrets)
    if not keys:
        return no_secret(scheme.key, secrets)
    return _timed_check(scheme, hmac_seal(keys, scheme.algorithm, scheme.encoding))


def secret_prefix_check(scheme: SecretPrefixScheme, secrets: Sequence[Secret]) -> Check:
    """Check of a plain hash over secret and content."""
    keys = usable_keys(KeyForm(), secrets)
    if not keys:
        return no_secret(KeyForm(), secrets)
    algorithm = scheme.algorithm.value

    def digest(key: bytes, content: bytes) -> bytes:
        return hashlib.new(algorithm, key + content).digest()

    seal = _symmetric_seal(keys, digest, scheme.encoding, DIGEST_BYTES[scheme.algorithm])
    return _check(reader(scheme.place, None), writer(scheme.content), seal)


def ed25519_check(scheme: Ed25519Scheme, secrets: Sequence[Secret]) -> Check:
    """Check of a signature made with the vendor's private key."""
    keys = [
        (place, Ed25519PublicKey.from_public_bytes(key)) for place, key in keys_of(scheme, secrets)
    ]
    if not keys:
        return no_secret(scheme.key, secrets)

    def fits(content: bytes, signatures: Sequence[str]) -> int | None:
        decoded = [_decoded(signature, scheme.encoding) for signature in signatures]
        for place, key in keys:
            if any(_signed_by(key, signature, content) for signature in decoded):
                return place
        return None

    return _timed_check(scheme, SignatureCheck(fits, scheme.encoding, ED25519_SIGNATURE_BYTES))


def token_check(scheme: TokenScheme, secrets: Sequence[Secret]) -> Check:
    """Check of a shared token."""
    keys = usable_keys(KeyForm(), secrets)
    if not keys:
        return no_secret(KeyForm(), secrets)
    read = reader(SingleSignature(scheme.header, scheme.prefix), None)

    def check(delivery: SignedDelivery, _: datetime) -> Verification:
        claimed = read(delivery.named)
        if isinstance(claimed, Refused):
            return claimed
        token = claimed.signatures[0].encode()
        for place, key in keys:
            if hmac.compare_digest(key, token):
                return Verified(delivery, place, None)
        return Refused(RefusalReason.BAD_SIGNATURE, "no live secret is this token")

    return check


def hmac_seal(keys: Keys, algorithm: Algorithm, encoding: Encoding) -> SignatureCheck:
    """The comparison of an HMAC."""
    # Copies of prepared ones: hmac.digest() lets go of the interpreter lock for every delivery.
    prepared = {key: hmac.new(key, digestmod=algorithm.value) for _, key in keys}

    def digest(key: bytes, content: bytes) -> bytes:
        mac = prepared[key].copy()
        mac.update(content)
        return mac.digest()

    return _symmetric_seal(keys, digest, encoding, DIGEST_BYTES[algorithm])


def no_secret(form: KeyForm, secrets: Sequence[Secret]) -> Check:
    """The check of a scheme without a usable secret: it lets nobody in."""
    count = len(secrets)
    detail = (
        f"of {count} secrets none can be used; wanted: {wanted_of(form)}"
        if count
        else "no secret is set"
    )
    refused = Refused(RefusalReason.NO_SECRET, detail)
    return lambda _delivery, _now: refused


def encoder(encoding: Encoding) -> Callable[[bytes], str]:
    """The function that writes signature bytes in the one spelling that is accepted."""
    if encoding is Encoding.HEX:
        return bytes.hex
    return lambda digest: binascii.b2a_base64(digest, newline=False).decode()


def mismatch(seal: SignatureCheck, signatures: Sequence[str]) -> Refused:
    """The refusal when no signature fits: unreadable ones are told from wrong ones."""
    lengths = {len(_decoded(signature, seal.encoding)) for signature in signatures}
    if seal.signature_bytes in lengths:
        return Refused(
            RefusalReason.BAD_SIGNATURE, "no live secret makes this signature for these bytes"
        )
    return Refused(
        RefusalReason.MALFORMED_SIGNATURE,
        f"a signature is {seal.signature_bytes} bytes in {seal.encoding}; this one is not",
    )


def _symmetric_seal(
    keys: Keys, digest: Callable[[bytes, bytes], bytes], encoding: Encoding, signature_bytes: int
) -> SignatureCheck:
    same, encode = hmac.compare_digest, encoder(encoding)

    def fits(content: bytes, signatures: Sequence[str]) -> int | None:
        for place, key in keys:
            expected = encode(digest(key, content))
            for signature in signatures:
                if same(expected, signature):
                    return place
        return None

    return SignatureCheck(fits, encoding, signature_bytes)


def _timed_check(scheme: HmacScheme | Ed25519Scheme, seal: SignatureCheck) -> Check:
    """The signature first, then the time: too old then means that the sender is genuine."""
    read, write = reader(scheme.place, scheme.time), writer(scheme.content)
    time, limit_us = scheme.time, scheme.tolerance // MICROSECOND
    if time is None:
        return _check(read, write, seal)
    if isinstance(time, BodyTime):
        return _body_timed(_check(read, write, seal), time, limit_us)
    moment, unit, fits = clock(time.unit), time.unit, seal.fits

    def check(delivery: SignedDelivery, now: datetime) -> Verification:
        claimed = read(delivery.named)
        if isinstance(claimed, Refused):
            return claimed
        sent_at_us = moment(claimed.stamp)
        if sent_at_us is None:
            return malformed_time(unit)
        content = write(delivery, claimed.stamp)
        if isinstance(content, Refused):
            return content
        place = fits(content, claimed.signatures)
        if place is None:
            return mismatch(seal, claimed.signatures)
        return stale(sent_at_us, now, limit_us) or Verified(delivery, place, sent_at_us)

    return check


def _body_timed(check: Check, time: BodyTime, limit_us: int) -> Check:
    def check_both(delivery: SignedDelivery, now: datetime) -> Verification:
        verdict = check(delivery, now)
        if isinstance(verdict, Refused):
            return verdict
        moment = read_body_moment(delivery.body, time)
        if moment is None:
            return Verified(delivery, verdict.secret, None, is_undated=True)
        if isinstance(moment, Refused):
            return moment
        return stale(moment, now, limit_us) or Verified(delivery, verdict.secret, moment)

    return check_both


def _check(read: Read, write: Write, seal: SignatureCheck) -> Check:
    fits = seal.fits

    def check(delivery: SignedDelivery, _: datetime) -> Verification:
        claimed = read(delivery.named)
        if isinstance(claimed, Refused):
            return claimed
        content = write(delivery, claimed.stamp)
        if isinstance(content, Refused):
            return content
        place = fits(content, claimed.signatures)
        if place is None:
            return mismatch(seal, claimed.signatures)
        return Verified(delivery, place, None)

    return check


def _signed_by(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _decoded(signature: str, encoding: Encoding) -> bytes:
    """The bytes of a signature in its canonical spelling; nothing for any other text."""
    try:
        if encoding is Encoding.HEX:
            decoded = binascii.unhexlify(signature)
        else:
            decoded = binascii.a2b_base64(signature, strict_mode=True)
    except binascii.Error:
        return b""
    return decoded if encoder(encoding)(decoded) == signature else b""
