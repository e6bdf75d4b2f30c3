"""Signature: how a vendor signs a delivery and names its events, as data; and the verdict on it."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from tieline.model.base.errors import DeclarationError
from tieline.model.base.headers import Headers, Named
from tieline.model.base.value import value
from tieline.model.inbound.body import DEFAULT_BODY_LIMITS, BodyLimits
from tieline.model.inbound.body import BodyForm as BodyForm
from tieline.model.inbound.handshake import Handshake
from tieline.model.inbound.signed_content import (
    DecodedUrl,
    HeaderTime,
    ListedSignature,
    ListedTime,
    Part,
    Piece,
    SendingTime,
    SignaturePlace,
)

TOLERANCE = timedelta(seconds=300)


class Algorithm(StrEnum):
    """The hash under a signature."""

    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"


class Encoding(StrEnum):
    """How signature bytes become header text; only the canonical spelling is accepted."""

    HEX = "hex"
    """Lower case."""
    BASE64 = "base64"
    """The standard alphabet, with padding."""


class KeyText(StrEnum):
    """How the text of a secret becomes the bytes of a key."""

    RAW = "raw"
    BASE64 = "base64"
    HEX = "hex"


@dataclass(frozen=True, slots=True)
class KeyForm:
    """What a secret looks like when an operator pastes it."""

    text: KeyText = KeyText.RAW
    prefix: str = ""
    """Cut off before decoding."""
    prefix_required: bool = False
    """Without the prefix the secret cannot be used: it would be a key of another kind."""


@dataclass(frozen=True, slots=True)
class HmacScheme:
    """The signature is the HMAC of *content* under the shared secret."""

    place: SignaturePlace
    content: tuple[Part, ...] = (Piece.BODY,)
    algorithm: Algorithm = Algorithm.SHA256
    encoding: Encoding = Encoding.HEX
    key: KeyForm = KeyForm()
    time: SendingTime | None = None
    tolerance: timedelta = TOLERANCE

    def __post_init__(self) -> None:
        _refuse_mistakes(self.place, self.content, self.time)


@dataclass(frozen=True, slots=True)
class Ed25519Scheme:
    """The signature of *content* is checked with the vendor's public key, kept as the secret."""

    place: SignaturePlace
    content: tuple[Part, ...] = (Piece.BODY,)
    encoding: Encoding = Encoding.BASE64
    key: KeyForm = KeyForm(KeyText.BASE64)
    time: SendingTime | None = None
    tolerance: timedelta = TOLERANCE

    def __post_init__(self) -> None:
        _refuse_mistakes(self.place, self.content, self.time)


@dataclass(frozen=True, slots=True)
class SecretPrefixScheme:
    """The signature is the plain hash of the secret followed by *content*.

    Weaker than an HMAC, since a body can be lengthened without the secret.
    """

    place: SignaturePlace
    content: tuple[Part, ...] = (Piece.BODY,)
    algorithm: Algorithm = Algorithm.SHA256
    encoding: Encoding = Encoding.HEX

    def __post_init__(self) -> None:
        _refuse_mistakes(self.place, self.content, None)


@dataclass(frozen=True, slots=True)
class TokenScheme:
    """A header holds the shared secret itself; it proves who sent, not what was sent."""

    header: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class FormHmacScheme:
    """The signature is the base64 HMAC of the URL followed by the form's fields, sorted by name.

    A body that is no form is covered by its SHA-256, in hex, in a query parameter of that URL,
    where the vendor has such a parameter; else only forms are taken.
    Nothing separates names from values, so a border between the two can be moved unnoticed.
    """

    header: str
    body_digest_parameter: str | None = None
    algorithm: Algorithm = Algorithm.SHA1


SignatureScheme = HmacScheme | Ed25519Scheme | SecretPrefixScheme | TokenScheme | FormHmacScheme


@dataclass(frozen=True, slots=True)
class EventShape:
    """Where a delivery says what happened, under which id, with which data.

    A path is keys and list positions joined by dots (``data.object.id``). Several paths make one
    value together, for vendors without a single one. A path is looked at before a header, since
    bodies are signed and headers mostly are not.
    """

    type_path: str | tuple[str, ...] = ()
    type_header: str | None = None
    id_path: str | tuple[str, ...] = ()
    id_header: str | None = None
    data_path: str = ""
    """Empty: the whole event is the data."""
    events_path: str | None = None
    """Where the list of events is, if one delivery holds several; empty: the body is that list."""
    varies: tuple[str, ...] = ()
    """Members of the data that the vendor changes when it sends the same event once more."""


@value
class EventFacts:
    """What one event says about itself; None where it does not say."""

    type: str | None
    id: str | None
    data: object
    id_is_in_header: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the vendor is told about a delivery that was stored."""

    status: int = 202
    names_event: bool = True
    """The body is a JSON object with the event's id; otherwise it is empty."""


@dataclass(frozen=True, slots=True)
class WebhookScheme:
    """Everything the door must know about a vendor's deliveries."""

    name: str
    schemes: tuple[SignatureScheme, ...]
    """Tried in order; one that is satisfied is enough, so list none that is too weak alone."""
    shape: EventShape
    docs: str
    """Where the vendor describes it."""
    handshake: Handshake | None = None
    covers_body: bool = True
    """False: a good verdict says nothing about the body; ask the vendor before money moves."""
    body: BodyForm = BodyForm.JSON
    acknowledgement: Acknowledgement = Acknowledgement()
    """Some vendors take nothing but 200 for a yes, and some read the answer's body."""
    charset: str = "utf-8"
    """In which the vendor writes its bodies (``windows-1252``); of XML the document itself says it,
    unless this says something else."""
    limits: BodyLimits = DEFAULT_BODY_LIMITS
    """How large the vendor's deliveries may be; a source may say otherwise."""

    @property
    def covers_url(self) -> bool:
        """Whether some signature is made over the URL that the sender used."""
        return any(
            isinstance(one, FormHmacScheme)
            or (
                not isinstance(one, TokenScheme)
                and any(part is Piece.URL or isinstance(part, DecodedUrl) for part in one.content)
            )
            for one in self.schemes
        )


@value
class SignedDelivery:
    """One request as it came in: raw bytes, nothing parsed, nobody trusted."""

    method: str
    url: str
    """The full public URL that the sender used."""
    headers: Headers
    """Lower-case names; values decoded as latin-1, as HTTP does."""
    body: bytes
    named: Named = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", Named(self.headers))


class RefusalReason(StrEnum):
    """Why a delivery was not vouched for; the same words in receipts, metrics and console."""

    NO_SECRET = "no-secret"  # noqa: S105  a reason
    """No live secret can be used with this scheme: nothing is let in."""
    MISSING_SIGNATURE = "missing-signature"
    MALFORMED_SIGNATURE = "malformed-signature"
    BAD_SIGNATURE = "bad-signature"
    """Made with another secret, or for other bytes."""
    MISSING_TIMESTAMP = "missing-timestamp"
    MALFORMED_TIMESTAMP = "malformed-timestamp"
    TOO_OLD = "too-old"
    """Well signed, but long ago: a replay, or a wrong clock."""
    TOO_NEW = "too-new"
    """Well signed, but in the future: a wrong clock."""
    MISSING_HEADER = "missing-header"
    """A header that is part of what is signed is not there."""
    MALFORMED_HEADER = "malformed-header"
    """A header that is part of what is signed came twice or is not ASCII."""
    MALFORMED_URL = "malformed-url"
    MALFORMED_BODY = "malformed-body"
    """What is signed cannot be put together from this body."""
    BODY_NOT_COVERED = "body-not-covered"
    """The signature may be good, but it says nothing about this body."""


@value
class Refused:
    """Nobody vouches for the delivery; *detail* holds no secret and nothing computed from one."""

    reason: RefusalReason
    detail: str


@value
class Verified:
    """The delivery was made by somebody who has the secret."""

    delivery: SignedDelivery
    secret: int
    """Position, among the live secrets, of the one that fitted."""
    sent_at_us: int | None
    """The signed sending time, if the vendor signs one."""
    is_undated: bool = False
    """That time stands in a body which cannot be read: it may be an old one, sent once more."""


Verification = Verified | Refused


def _refuse_mistakes(
    place: SignaturePlace, content: tuple[Part, ...], time: SendingTime | None
) -> None:
    mistakes: list[str] = []
    if not isinstance(content, tuple):
        return  # of another kind: the hub's check names it, with the connection
    if not content:
        mistakes.append("a signature scheme has no content; name at least Piece.BODY")
    if Piece.TIMESTAMP in content and not isinstance(time, HeaderTime | ListedTime):
        mistakes.append(
            f"the signed content has a timestamp, but the time is {time!r};"
            " use HeaderTime or ListedTime"
        )
    if isinstance(time, HeaderTime | ListedTime) and Piece.TIMESTAMP not in content:
        mistakes.append(
            f"the time is {time!r}, but it is not part of what is signed; add Piece.TIMESTAMP"
        )
    if isinstance(time, ListedTime) and not isinstance(place, ListedSignature):
        mistakes.append(f"the time is {time!r}, but the place is {place!r}; use ListedSignature")
    if mistakes:
        raise DeclarationError(mistakes)
