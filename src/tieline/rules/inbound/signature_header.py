"""Signature header: headers come in; the signatures and the sending time in them go out."""

from collections.abc import Callable
from typing import NamedTuple

from tieline.model.base.headers import Named
from tieline.model.inbound.signature import RefusalReason, Refused
from tieline.model.inbound.signed_content import (
    HeaderTime,
    ListedSignature,
    ListedTime,
    SendingTime,
    SignaturePlace,
    SingleSignature,
    VersionedSignature,
)
from tieline.rules.inbound.signature_content import single_header

LONGEST_HEADER = 8192
MOST_SIGNATURES = 32


class SignatureParts(NamedTuple):
    """What a delivery says about itself; nothing of it is believed yet."""

    signatures: list[str]
    stamp: str = ""
    """The sending time as it was written, which is what was signed."""


Read = Callable[[Named], SignatureParts | Refused]
Split = Callable[[str], SignatureParts | Refused]


def reader(place: SignaturePlace, time: SendingTime | None) -> Read:
    """The function that reads the headers of a scheme."""
    name = place.header.lower()
    split = _splitter(place, name, time.key if isinstance(time, ListedTime) else None)

    def read(headers: Named) -> SignatureParts | Refused:
        value = single_header(headers, name)
        if isinstance(value, Refused):
            return _renamed(value, "SIGNATURE")
        if len(value) > LONGEST_HEADER:
            return _malformed(f"the {name} header has more than {LONGEST_HEADER} characters")
        claimed = split(value)
        if isinstance(claimed, Refused) or len(claimed.signatures) <= MOST_SIGNATURES:
            return claimed
        return _malformed(f"the {name} header has more than {MOST_SIGNATURES} signatures")

    return _with_time(read, time.header.lower()) if isinstance(time, HeaderTime) else read


def _with_time(read: Read, name: str) -> Read:
    def read_both(headers: Named) -> SignatureParts | Refused:
        claimed = read(headers)
        if isinstance(claimed, Refused):
            return claimed
        stamp = single_header(headers, name)
        if isinstance(stamp, Refused):
            return _renamed(stamp, "TIMESTAMP")
        return SignatureParts(claimed.signatures, stamp)

    return read_both


def _splitter(place: SignaturePlace, name: str, time_key: str | None) -> Split:
    match place:
        case SingleSignature(_, prefix):
            return _single(name, prefix)
        case ListedSignature():
            return _listed(name, place, time_key)
        case VersionedSignature(_, version):
            return _versioned(name, f"{version},")


def _single(name: str, prefix: str) -> Split:
    def split(value: str) -> SignatureParts | Refused:
        if not value.startswith(prefix):
            return _malformed(f"the {name} header does not begin with {prefix}")
        return SignatureParts([value.removeprefix(prefix)])

    return split


def _listed(name: str, place: ListedSignature, time_key: str | None) -> Split:
    separator, wanted = place.separator, place.key

    def split(value: str) -> SignatureParts | Refused:
        signatures = []
        stamps = []
        for pair in value.split(separator):
            key, _, text = pair.partition("=")
            if key == wanted:
                signatures.append(text)
            elif key == time_key:
                stamps.append(text)
        if not signatures:
            return _missing(f"the {name} header has no {wanted}=")
        if len(stamps) == 1 or time_key is None:
            return SignatureParts(signatures, *stamps)
        return _not_one_time(name, time_key, len(stamps))

    return split


def _not_one_time(name: str, key: str, count: int) -> Refused:
    if count:
        detail = f"the {name} header has {key}= {count} times"
        return Refused(RefusalReason.MALFORMED_TIMESTAMP, detail)
    return Refused(RefusalReason.MISSING_TIMESTAMP, f"the {name} header has no {key}=")


def _versioned(name: str, start: str) -> Split:
    def split(value: str) -> SignatureParts | Refused:
        signatures = [one.removeprefix(start) for one in value.split(" ") if one.startswith(start)]
        if not signatures:
            return _missing(f"the {name} header has no {start} signature")
        return SignatureParts(signatures)

    return split


def _renamed(refused: Refused, what: str) -> Refused:
    """The refusal of a header, said of what the header should have held."""
    absent = refused.reason is RefusalReason.MISSING_HEADER
    return Refused(RefusalReason[f"{'MISSING' if absent else 'MALFORMED'}_{what}"], refused.detail)


def _missing(detail: str) -> Refused:
    return Refused(RefusalReason.MISSING_SIGNATURE, detail)


def _malformed(detail: str) -> Refused:
    return Refused(RefusalReason.MALFORMED_SIGNATURE, detail)
