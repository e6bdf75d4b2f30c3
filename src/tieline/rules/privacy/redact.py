"""Redact: headers, a text or a document come in; the same without what must not be seen goes out.

The second net: secrets are typed values that refuse to print, and this catches what got into text
all the same. Three meshes: header names, field names, and the known values themselves in the
forms they travel in (plain, percent-encoded, JSON-escaped, and base64 at any offset, so also
inside ``Basic`` credentials). The cost is one pass of a compiled pattern over each text.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AnySet
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from sys import byteorder
from urllib.parse import quote, quote_plus

from tieline.model.base.headers import Headers
from tieline.model.base.payload import Json
from tieline.model.base.secret import Secret

REDACTED = "[redacted]"

SHORTEST_SECRET_BYTES = 6
"""Shorter values are not searched for: they turn up everywhere, and would give themselves away."""

FEW_FORMS = 12
"""So many are looked for one by one: more cost less together."""
BLOCK = 8

_DEEPEST = 100
_HEADER = re.compile(
    r"authori[sz]ation|cookie|signature|secret|passw|credential|session|jwt|hmac|bearer"
    r"|token(?!s)|api-?key|(?:access|auth|private|subscription|functions)-key|-sig$|^x-auth",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"passw(?:or)?d|passphrase|passcode|secret|authori[sz]ation|cookie|credential|bearer|jwt"
    r"|(?:api|access|private|signing|encryption|account|shared)[-_ .]?key"
    r"|token(?!s|[-_ ]?(?:type|count|expir|uri|url))"
    r"|card[-_ .]?(?:number|num|no)(?![a-z])|security[-_ .]?code"
    r"|(?<![a-z])(?:cvc|cvv|cvn|csc|pan|pin|otp)2?(?![a-z])",
    re.IGNORECASE,
)
_CURSOR = re.compile(r"(?:page|next|prev|sync|continuation|cursor)[-_ .]?token$", re.IGNORECASE)
_CARD = re.compile(r"card", re.IGNORECASE)
_LONGEST_NAME = 200
_URL_SAFE = str.maketrans("+/", "-_")
_BASE64_CHAR = "[A-Za-z0-9+/_-]"


@dataclass(frozen=True, slots=True, repr=False)
class KnownSecrets:
    """Values to look for in texts, compiled once; prints as nothing."""

    forms: tuple[str, ...]
    pattern: re.Pattern[str]
    octets: tuple[bytes, ...] = ()
    """The same forms as bytes, for bodies."""
    blocks: frozenset[int] = frozenset()
    """Every eight bytes in a row of the long forms, where there are many forms: whatever holds one
    of them holds one of these at a multiple of eight, and one pass over it tells."""
    short: tuple[bytes, ...] = ()
    """The forms that are too short for that."""
    shortest: int = SHORTEST_SECRET_BYTES
    """So many characters has the shortest form at least: most texts that are looked at have fewer,
    and need no look."""

    @classmethod
    def of(cls, secrets: Iterable[Secret]) -> "KnownSecrets":
        """Compile *secrets*; values of fewer than six bytes are left out."""
        values = [secret.reveal() for secret in secrets]
        long_enough = [value for value in values if len(value) >= SHORTEST_SECRET_BYTES]
        plain = {form for value in long_enough for form in _plain_forms(value)}
        encoded = {form for value in long_enough for form in _base64_forms(value)}
        # The characters beside a base64 form hold the first and last bits of the secret.
        around = f"{_BASE64_CHAR}?{_any_of(encoded)}{_BASE64_CHAR}?={{0,2}}"
        forms = (*plain, *encoded)
        # A body is read as Latin-1: every byte is a character, so the forms are made so as well.
        octets = tuple(form.encode() for form in forms)
        raw = (value.decode("latin-1") for value in long_enough)
        plain |= {form.encode().decode("latin-1") for form in plain} | set(raw)
        pattern = re.compile(f"{_any_of(plain)}|{around}")
        octets = tuple(dict.fromkeys((*octets, *long_enough)))
        shortest = min(map(len, (*forms, *octets)), default=SHORTEST_SECRET_BYTES)
        if len(octets) < FEW_FORMS:
            return cls(forms, pattern, octets, shortest=shortest)
        long = [form for form in octets if len(form) >= 2 * BLOCK - 1]
        blocks = frozenset(block for form in long for block in _blocks(form))
        short = tuple(form for form in octets if len(form) < 2 * BLOCK - 1)
        return cls(forms, pattern, octets, blocks, short, shortest)

    def may_be_in(self, body: bytes) -> bool:
        """False: surely none of them is in *body*."""
        # Hot path: a generator for any() would cost more than the searches themselves.
        if self.blocks:
            aligned = memoryview(body)[: len(body) & -BLOCK].cast("Q")
            if not self.blocks.isdisjoint(aligned):
                return True
        for form in self.short if self.blocks else self.octets:  # noqa: SIM110 - see above
            if form in body:
                return True
        return False

    def may_be_in_text(self, text: str) -> bool:
        """False: surely none of them is in *text*."""
        if len(text) < self.shortest:
            return False
        for form in self.forms:  # noqa: SIM110 - as above
            if form in text:
                return True
        return False

    def __repr__(self) -> str:
        return "KnownSecrets(…)"


def _blocks(form: bytes) -> Iterator[int]:
    """Every eight bytes in a row, as the number that the machine makes of them."""
    for start in range(len(form) - BLOCK + 1):
        yield int.from_bytes(form[start : start + BLOCK], byteorder)


def nothing_known() -> KnownSecrets:
    """Where there is no secret."""
    return _NOTHING


def redact_text(text: str, secrets: KnownSecrets) -> str:
    """*text* with every form of every known secret replaced."""
    # Nearly every text is clean, and a look for each form is ten times faster than the pattern.
    if not secrets.may_be_in_text(text):
        return text
    return secrets.pattern.sub(REDACTED, text)


def redact_bytes(body: bytes, secrets: KnownSecrets) -> bytes:
    """*body* with every form of every known secret replaced; itself where there is none.

    Hot path: a clean body costs a search for each form (0.25 us a KiB), or one pass over it where
    there are many (5 us a KiB, however many there are).
    """
    if not secrets.may_be_in(body):
        return body
    told = secrets.pattern.sub(REDACTED, body.decode("latin-1")).encode("latin-1")
    return body if told == body else told


def told_headers(headers: Headers, names: AnySet[str], secrets: KnownSecrets) -> Headers:
    """*headers* with every form of every known secret replaced in those of *names*; themselves
    where there is none."""
    for name, value in headers:
        if name in names and len(value) >= secrets.shortest and secrets.may_be_in(value.encode()):
            break
    else:
        return headers
    return tuple(
        [(name, redact_text(value, secrets) if name in names else value) for name, value in headers]
    )


def redact_headers(headers: Headers) -> Headers:
    """*headers* with the values of those that carry credentials or signatures replaced."""
    return tuple(
        [(name, REDACTED if _is_sensitive_header(name) else value) for name, value in headers]
    )


def redact_document(document: Json, field_names: AnySet[str] = frozenset()) -> Json:
    """*document* with the values of sensitive fields replaced.

    Sensitive are the usual names of credentials and card data, and *field_names*, in any case. What
    lies deeper than 100 levels is replaced unseen.
    """
    return _redacted(document, frozenset(name.casefold() for name in field_names), "", 0)


def _redacted(node: Json, named: frozenset[str], parent: str, depth: int) -> Json:
    if isinstance(node, dict):
        return {
            key: REDACTED
            if depth >= _DEEPEST or (value is not None and _hides(key, named, parent))
            else _redacted(value, named, key, depth + 1)
            for key, value in node.items()
        }
    if isinstance(node, list):
        if depth >= _DEEPEST:
            return REDACTED
        return [_redacted(item, named, parent, depth + 1) for item in node]
    return node


def _hides(key: str, named: frozenset[str], parent: str) -> bool:
    if key.casefold() in named or _is_sensitive_field(key[:_LONGEST_NAME]):
        return True
    return key == "number" and _CARD.search(parent) is not None


@lru_cache(maxsize=4096)
def _is_sensitive_field(name: str) -> bool:
    return _FIELD.search(name) is not None and _CURSOR.search(name) is None


@lru_cache(maxsize=1024)
def _is_sensitive_header(name: str) -> bool:
    return _HEADER.search(name) is not None


def _any_of(forms: Iterable[str]) -> str:
    """Alternatives, the longest first, so that a secret inside another does not win."""
    distinct = sorted(forms, key=lambda form: (-len(form), form))
    return f"(?:{'|'.join(re.escape(form) for form in distinct)})"


def text_forms(text: str) -> tuple[str, ...]:
    """*text* as other texts quote it: plain, in JSON, as Python shows it, in a URL, on a page."""
    return (
        text,
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        repr(text)[1:-1],
        quote(text, safe=""),
        quote_plus(text),
        escape(text),
        escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
    )


def _plain_forms(value: bytes) -> Iterator[str]:
    yield quote(value, safe="")
    yield quote_plus(value)
    try:
        text = value.decode()
    except UnicodeDecodeError:
        yield repr(value)[2:-1]
        return
    yield from text_forms(text)


def _base64_forms(value: bytes) -> Iterator[str]:
    """The characters that are the same whatever stands before and after *value* in the input."""
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + value).decode()
        start = -(-8 * offset // 6)
        end = 8 * (offset + len(value)) // 6
        yield encoded[start:end]
        yield encoded[start:end].translate(_URL_SAFE)


_NOTHING = KnownSecrets.of(())
