"""Signing: a scheme, a body and a secret come in; the headers go out that its vendor would send.

For deliveries that people send to a hub of their own: the other side of ``signature.py``.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import assert_never

from tieline.model.base.errors import CommandRefused
from tieline.model.base.headers import Headers
from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    Algorithm,
    Ed25519Scheme,
    Encoding,
    FormHmacScheme,
    HmacScheme,
    KeyForm,
    RefusalReason,
    Refused,
    SecretPrefixScheme,
    SignatureScheme,
    SignedDelivery,
    TokenScheme,
)
from tieline.model.inbound.signed_content import (
    BodyTime,
    HeaderTime,
    ListedSignature,
    ListedTime,
    SendingTime,
    SignaturePlace,
    SingleSignature,
    TimeUnit,
    VersionedSignature,
)
from tieline.rules.inbound.signature_check import encoder
from tieline.rules.inbound.signature_content import writer
from tieline.rules.inbound.signature_form import form_content
from tieline.rules.inbound.signature_key import key_bytes


def signed(
    scheme: SignatureScheme, delivery: SignedDelivery, secret: Secret, now: datetime
) -> Headers:
    """The headers of *delivery*, signed. Raises CommandRefused where that cannot be done here."""
    match scheme:
        case HmacScheme():
            return _with_hmac(scheme, delivery, secret, now)
        case SecretPrefixScheme():
            key = _key(KeyForm(), secret)
            content = _content(writer(scheme.content)(delivery, ""))
            digest = hashlib.new(scheme.algorithm.value, key + content).digest()
            return _placed(delivery.headers, scheme.place, encoder(scheme.encoding)(digest))
        case TokenScheme():
            token = scheme.prefix + _key(KeyForm(), secret).decode()
            return (*delivery.headers, (scheme.header.lower(), token))
        case FormHmacScheme():
            content = _form_content(scheme, delivery)
            digest = _mac(_key(KeyForm(), secret), content, scheme.algorithm)
            return (*delivery.headers, (scheme.header.lower(), encoder(Encoding.BASE64)(digest)))
        case Ed25519Scheme():
            raise CommandRefused(
                "only its vendor can sign for this source: the hub has the public key alone; "
                "send what was recorded, or declare the source unverified=True where you work"
            )
        case _:
            assert_never(scheme)


def stamp_of(unit: TimeUnit, now: datetime) -> str:
    """A moment as a vendor writes it."""
    match unit:
        case TimeUnit.SECONDS | TimeUnit.EPOCH:
            return str(int(now.timestamp()))
        case TimeUnit.MILLISECONDS:
            return str(int(now.timestamp() * 1000))
        case TimeUnit.ISO:
            return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _with_hmac(
    scheme: HmacScheme, delivery: SignedDelivery, secret: Secret, now: datetime
) -> Headers:
    time, headers, stamp = scheme.time, delivery.headers, ""
    if time is not None and not isinstance(time, BodyTime):
        stamp = stamp_of(time.unit, now)
    if isinstance(time, HeaderTime):
        headers = (*headers, (time.header.lower(), stamp))
    whole = SignedDelivery(delivery.method, delivery.url, headers, delivery.body)
    content = _content(writer(scheme.content)(whole, stamp))
    digest = _mac(_key(scheme.key, secret), content, scheme.algorithm)
    return _placed(headers, scheme.place, encoder(scheme.encoding)(digest), time, stamp)


def _placed(
    headers: Headers,
    place: SignaturePlace,
    signature: str,
    time: SendingTime | None = None,
    stamp: str = "",
) -> Headers:
    match place:
        case SingleSignature(_, prefix):
            text = prefix + signature
        case ListedSignature(_, key, separator):
            first = f"{time.key}={stamp}{separator}" if isinstance(time, ListedTime) else ""
            text = f"{first}{key}={signature}"
        case VersionedSignature(_, version):
            text = f"{version},{signature}"
    return (*headers, (place.header.lower(), text))


def _key(form: KeyForm, secret: Secret) -> bytes:
    key = key_bytes(form, secret)
    if key is None:
        looks = f"{form.text} text" + (f" after {form.prefix}" if form.prefix else "")
        raise CommandRefused(f"the signing secret cannot be used; this scheme wants {looks}")
    return key


def _content(content: bytes | Refused) -> bytes:
    if isinstance(content, Refused):
        raise CommandRefused(f"it cannot be signed: {content.detail}")
    return content


def _form_content(scheme: FormHmacScheme, delivery: SignedDelivery) -> bytes:
    parameter = scheme.body_digest_parameter
    content = form_content(delivery, parameter)
    is_bare = isinstance(content, Refused) and content.reason is RefusalReason.BODY_NOT_COVERED
    if parameter is None or not is_bare:
        return _content(content)
    raise CommandRefused(
        f"the body is no form, so its digest belongs into the URL, as {parameter}=<SHA-256>, and "
        "this URL has none of this body; send what was recorded, or declare the source "
        "unverified=True where you work"
    )


def _mac(key: bytes, content: bytes, algorithm: Algorithm) -> bytes:
    return hmac.digest(key, content, algorithm.value)
