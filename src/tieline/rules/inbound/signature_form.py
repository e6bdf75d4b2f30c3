"""Signature form: a signed URL with form fields comes in; a verdict on both goes out."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    Encoding,
    FormHmacScheme,
    KeyForm,
    RefusalReason,
    Refused,
    SignedDelivery,
    Verification,
    Verified,
)
from tieline.model.inbound.signed_content import SingleSignature
from tieline.rules.inbound.signature_check import Check, hmac_seal, mismatch, no_secret
from tieline.rules.inbound.signature_content import url_bytes
from tieline.rules.inbound.signature_header import reader
from tieline.rules.inbound.signature_key import usable_keys

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000
PORTS = {"https": 443, "http": 80}


def form_check(scheme: FormHmacScheme, secrets: Sequence[Secret]) -> Check:
    """Check of an HMAC over URL and form fields."""
    keys = usable_keys(KeyForm(), secrets)
    if not keys:
        return no_secret(KeyForm(), secrets)
    read = reader(SingleSignature(scheme.header), None)
    seal = hmac_seal(keys, scheme.algorithm, Encoding.BASE64)

    def check(delivery: SignedDelivery, _: datetime) -> Verification:
        claimed = read(delivery.named)
        if isinstance(claimed, Refused):
            return claimed
        contents = _contents(delivery, scheme.body_digest_parameter)
        if isinstance(contents, Refused):
            return contents
        places = (seal.fits(content, claimed.signatures) for content in contents)
        place = next((place for place in places if place is not None), None)
        if place is None:
            return mismatch(seal, claimed.signatures)
        return Verified(delivery, place, None)

    return check


def form_content(delivery: SignedDelivery, parameter: str | None) -> bytes | Refused:
    """What a sender signs."""
    contents = _contents(delivery, parameter)
    return contents if isinstance(contents, Refused) else contents[0]


def _contents(delivery: SignedDelivery, parameter: str | None) -> list[bytes] | Refused:
    """What the sender may have signed, once the whole body is accounted for."""
    try:
        query = parse_qsl(
            urlsplit(delivery.url).query, keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
        urls = list(_spellings(delivery.url))
    except ValueError:
        return Refused(RefusalReason.MALFORMED_URL, "the URL cannot be read")
    digests = [value for name, value in query if name == parameter]
    fields = _covered_by(digests, delivery.body) if digests else _form_fields(delivery)
    if isinstance(fields, Refused):
        return fields
    return [url_bytes(url) + fields for url in urls]


def _covered_by(digests: list[str], body: bytes) -> bytes | Refused:
    wanted = hashlib.sha256(body).hexdigest().encode()
    if len(digests) == 1 and hmac.compare_digest(wanted, url_bytes(digests[0])):
        return b""
    return Refused(RefusalReason.BODY_NOT_COVERED, "the digest in the URL is not of this body")


def _form_fields(delivery: SignedDelivery) -> bytes | Refused:
    """Names and values, sorted by name; the same value twice under one name counts once."""
    if delivery.body and not _is_form(delivery):
        return Refused(
            RefusalReason.BODY_NOT_COVERED, "the body is no form, and the URL has no digest of it"
        )
    try:
        fields = parse_qsl(
            delivery.body.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        return Refused(RefusalReason.MALFORMED_BODY, "the body is not a form")
    return "".join(name + value for name, value in sorted(set(fields))).encode()


def _is_form(delivery: SignedDelivery) -> bool:
    types = [value for name, value in delivery.headers if name == "content-type"]
    return len(types) == 1 and types[0].partition(";")[0].strip().lower() == FORM


def _spellings(url: str) -> Iterator[str]:
    """The URL, then with its port added or taken away: the sender is known to do either."""
    yield url
    parts = urlsplit(url)
    if parts.port is not None:
        yield parts._replace(netloc=parts.netloc.removesuffix(f":{parts.port}")).geturl()
    elif parts.scheme in PORTS:
        yield parts._replace(netloc=f"{parts.netloc}:{PORTS[parts.scheme]}").geturl()
