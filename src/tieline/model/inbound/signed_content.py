"""Signed content: where a delivery carries its signature and sending time, and what is signed."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SingleSignature:
    """The header is one signature, after an optional prefix: ``sha256=…``, ``v0=…``."""

    header: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class ListedSignature:
    """The header is a list of pairs, the signatures under *key*: ``t=…,v1=…,v1=…``."""

    header: str
    key: str
    separator: str = ","


@dataclass(frozen=True, slots=True)
class VersionedSignature:
    """The header is a list of versions and signatures: ``v1,… v1,… v1a,…``."""

    header: str
    version: str


SignaturePlace = SingleSignature | ListedSignature | VersionedSignature


class TimeUnit(StrEnum):
    """How a moment is written."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    EPOCH = "epoch"
    """Seconds or milliseconds, told apart by their length."""
    ISO = "iso"
    """ISO 8601 with an offset or ``Z``."""


@dataclass(frozen=True, slots=True)
class HeaderTime:
    """The sending time is a header of its own."""

    header: str
    unit: TimeUnit = TimeUnit.SECONDS


@dataclass(frozen=True, slots=True)
class ListedTime:
    """The sending time stands in the list that also holds the signatures."""

    key: str
    unit: TimeUnit = TimeUnit.SECONDS


@dataclass(frozen=True, slots=True)
class BodyTime:
    """The sending time is a field of the signed JSON body, read only once the signature is good."""

    path: str
    unit: TimeUnit = TimeUnit.MILLISECONDS


SendingTime = HeaderTime | ListedTime | BodyTime


class Piece(StrEnum):
    """A part of what is signed, taken from the delivery as it came."""

    BODY = "body"
    TIMESTAMP = "timestamp"
    METHOD = "method"
    URL = "url"
    """The full public URL that the sender used, with its query."""
    PATH = "path"
    """The path of that URL, without its query."""


@dataclass(frozen=True, slots=True)
class HeaderPiece:
    """The value of a header is part of what is signed."""

    header: str


@dataclass(frozen=True, slots=True)
class DecodedUrl:
    """The URL is part of what is signed, with the percent-encodings of these characters undone."""

    characters: str


Part = Piece | HeaderPiece | DecodedUrl | bytes
"""Bytes stand for themselves."""
