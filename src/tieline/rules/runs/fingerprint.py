"""Fingerprint: a step's arguments, or an effect's names, come in; a short stable name goes out.

The canonical form is JSON with sorted keys, in UTF-8. Beyond JSON's own values it takes moments (as
ISO 8601 in UTC), durations, Decimal, UUID, enums, bytes (base64), sets (sorted), dataclasses and
pydantic models (their fields). Anything else, and whatever would lose its identity silently (NaN,
keys that are not text, secrets), is a TypeError that names the path.
"""

import base64
import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AnySet
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

import orjson
from pydantic import BaseModel

from tieline.model.base.secret import Secret
from tieline.model.calls.effect import EffectIdentity
from tieline.rules.formats.plain_text import inert

_DEEPEST = 250
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_ORJSON_INTEGERS = range(-(2**63), 2**64)
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}  # of RFC 9562
_MOST_BITS = 14_000  # about 4,200 digits; Python refuses to print more than 4,300


def fingerprint(args: object) -> str:
    """32 hex digits that are equal for equal arguments. Raises TypeError naming the path."""
    return fingerprint_of(canonical_json(args))


def fingerprint_of(content: bytes) -> str:
    """32 hex digits of what a step was asked for, in its canonical form."""
    return hashlib.sha256(content).hexdigest()[:32]


def canonical_json(value: object) -> bytes:
    """*value* as JSON with sorted keys and no spaces. Raises TypeError naming the path."""
    try:
        encoded = orjson.dumps(value, _refuse, _OPTIONS)
    except orjson.JSONEncodeError:
        return orjson.dumps(_plain(value, "arguments", 0), option=_OPTIONS)
    # The encoder writes NaN and infinity as null: where there is a null, look which it was.
    if b"null" in encoded:
        _plain(value, "arguments", 0)
    return encoded


def effect_key(effect: EffectIdentity) -> str:
    """The idempotency key a provider sees: a UUID (version 8), the one form that all of them take.

    Stable for ever: equal names give the equal key in every release.
    """
    digest = hashlib.sha256(_names_of(effect)).hexdigest()
    variant = _VARIANTS[digest[16]]
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _names_of(effect: EffectIdentity) -> bytes:
    """As a JSON array, in which no two lists of names run together to the same bytes."""
    names = (
        "tieline-effect-1",
        effect.tenant,
        effect.flow,
        effect.event_identity,
        effect.step,
        effect.key,
        effect.generation,
    )
    try:
        return orjson.dumps(names)
    except orjson.JSONEncodeError:  # half of a surrogate pair: this encoder escapes it
        return json.dumps(names).encode()


def _refuse(_: object) -> None:
    raise TypeError("not a JSON value")


def _plain(value: object, path: str, depth: int) -> object:
    """*value* as what the encoder takes as it is."""
    if depth > _DEEPEST:
        raise _wrong(path, f"is nested more than {_DEEPEST} deep")
    if isinstance(value, Enum):
        return _plain(value.value, path, depth + 1)
    if value is None or isinstance(value, str | int | float):
        return _scalar(value, path)
    if isinstance(value, list | tuple):
        return [_plain(item, f"{path}[{at}]", depth + 1) for at, item in enumerate(value)]
    if isinstance(value, AnySet):
        members = [_plain(item, f"{path}{{}}", depth + 1) for item in value]
        encoded = sorted(orjson.dumps(member, option=_OPTIONS) for member in members)
        return [orjson.Fragment(text) for text in encoded]
    fields = _fields(value)
    if fields is None:
        return _worded(value, path)
    return {_key(key, path): _plain(item, f"{path}.{key}", depth + 1) for key, item in fields}


def _scalar(value: str | float | None, path: str) -> object:
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, float) and not math.isfinite(value):
        raise _wrong(path, f"is {value}; JSON has no such number")
    if isinstance(value, int) and value not in _ORJSON_INTEGERS:
        if value.bit_length() > _MOST_BITS:
            raise _wrong(path, f"is an integer of {value.bit_length()} bits; at most {_MOST_BITS}")
        return orjson.Fragment(str(int(value)))
    return value


def _text(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _wrong(path, "is text with half of a surrogate pair") from None
    return str.__str__(value)


def _fields(value: object) -> Iterable[tuple[object, object]] | None:
    """(name, value) of whatever has named fields."""
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, BaseModel):
        return value
    if isinstance(value, Secret | type) or not dataclasses.is_dataclass(value):
        return None
    return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]


def _key(key: object, path: str) -> str:
    plain = key.value if isinstance(key, Enum) else key
    if not isinstance(plain, str):
        raise _wrong(path, f"has a key of type {type(key).__name__}; use text keys")
    return _text(plain, f"{path}: a key")


def _worded(value: object, path: str) -> str:
    match value:
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value // timedelta(microseconds=1)}us"
        case UUID():
            return str(value)
        case Decimal() if value.is_finite():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode()
        case _:
            raise _wrong(path, f"is a {type(value).__qualname__}, which has no canonical form")


def _wrong(path: str, what: str) -> TypeError:
    return TypeError(f"{inert(path, 200)} {what}")
