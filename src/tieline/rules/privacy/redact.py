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
from urllib.parse import quote, quote_plus

from tieline.model.base.headers import Headers
from tieline.model.base.payload import Json
from tieline.model.base.secret import Secret

REDACTED = "[redacted]"

SHORTEST_SECRET_BYTES = 6
"""Shorter values are not searched for: they turn up everywhere, and would give themselves away."""

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
        return cls(forms, pattern, (*octets, *long_enough))

    def __repr__(self) -> str:
        return "KnownSecrets(…)"


def redact_text(text: str, secrets: KnownSecrets) -> str:
    """*text* with every form of every known secret replaced."""
    # Nearly every text is clean, and a look for each form is ten times faster than the pattern.
    if not any(form in text for form in secrets.forms):
        return text
    return secrets.pattern.sub(REDACTED, text)


def redact_bytes(body: bytes, secrets: KnownSecrets) -> bytes:
    """*body* with every form of every known secret replaced; itself where there is none.

    Hot path: a clean body costs one search for each form.
    """
    for form in secrets.octets:
        if form in body:
            return secrets.pattern.sub(REDACTED, body.decode("latin-1")).encode("latin-1")
    return body


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
    """*text* as other texts quote it: plain, in JSON, as Python shows it, in a URL."""
    return (
        text,
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        repr(text)[1:-1],
        quote(text, safe=""),
        quote_plus(text),
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
