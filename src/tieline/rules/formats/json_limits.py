"""Json limits: raw bytes come in; the one document that every reader would see in them goes out.

Refused: what is not RFC 8259 JSON in plain UTF-8 (so NaN, byte order marks, trailing text, half
surrogates), repeated keys, numbers beyond a double, and what goes over the limits. No number is
rounded: up to ``integer_digits`` it is exact (an integer, or a Decimal where a float would not be),
beyond that it is refused.

Fast path: orjson parses, and if encoding the result again gives the very bytes (or the same apart
from blanks), then no key was dropped as a repeat and no long number was rounded. Only where
that and a count of the members prove nothing does the exact, slower reader run.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import orjson

from tieline.model.base.errors import PayloadRejected, SettingsError
from tieline.model.base.json_text import exact_float, has_long_number, shortened
from tieline.model.base.payload import Json, PayloadFault
from tieline.rules.formats.plain_text import inert


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """What a document may have at most."""

    depth: int = 64
    keys: int = 10_000
    """Members of all objects together."""
    integer_digits: int = 1000

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= 200:
            raise SettingsError("JSON depth limit", self.depth, "use 1 to 200")
        if self.keys < 0:
            raise SettingsError("JSON key limit", self.keys, "use 0 or more")
        if not 20 <= self.integer_digits <= 4300:
            raise SettingsError("JSON integer digit limit", self.integer_digits, "use 20 to 4300")


DEFAULT_LIMITS = JsonLimits()
ADMITTED = JsonLimits(depth=200, keys=1_000_000_000)
"""For what was let in before: what it may hold was judged then, by its own source's limits."""

Container = dict[str, object] | list[object]

_BLANKS = b" \t\r\n"
_FEWEST_BYTES_PER_KEY = 5  # "":0,


def parse(raw: bytes, limits: JsonLimits = DEFAULT_LIMITS) -> Json:
    """The document in *raw*. Raises PayloadRejected; never anything else."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _parse_long_numbers(raw, limits, error)
    _check_size(document, raw, limits)
    if _is_whole(document, raw):
        return cast("Json", document)
    return _parse_exactly(raw, limits)


def _is_whole(document: object, raw: bytes) -> bool:
    """Whether *document* surely holds every member and every digit of *raw*."""
    compact = orjson.dumps(document)
    if compact == raw:
        return True
    squeezed = raw.translate(None, _BLANKS)
    if compact.translate(None, _BLANKS) == squeezed:
        return True
    return _fewest_members(compact) >= _most_members(squeezed) and not has_long_number(raw)


def _most_members(squeezed: bytes) -> int:
    """At least as many as the text has: every member has a quote right before its colon."""
    count = squeezed.count(b'":')
    if b"\\" not in squeezed or b"\\\\" in squeezed:
        return count
    return count - squeezed.count(b'\\":')  # these quotes are inside strings


def _fewest_members(compact: bytes) -> int:
    """At most as many as the text has."""
    count = compact.count(b'":')
    return count - compact.count(b'\\":') if b"\\" in compact else count


def _parse_long_numbers(raw: bytes, limits: JsonLimits, error: orjson.JSONDecodeError) -> Json:
    """The document of a text that the parser refused, if only the length of numbers was why."""
    if not has_long_number(raw):
        raise _syntax(error) from None
    try:
        document = orjson.loads(shortened(raw))
    except orjson.JSONDecodeError as still:
        raise _syntax(still) from None
    _check_size(document, raw, limits)
    return _parse_exactly(raw, limits)


def _syntax(error: orjson.JSONDecodeError) -> PayloadRejected:
    return PayloadRejected(_fault_of(error.msg), f"{error.msg} at character {error.pos}")


def _fault_of(complaint: str) -> PayloadFault:
    if "depth" in complaint:
        return PayloadFault.TOO_DEEP
    if "UTF-8" in complaint or "surrogate" in complaint:
        return PayloadFault.ENCODING
    return PayloadFault.NUMBER if "number is infinity" in complaint else PayloadFault.SYNTAX


def _check_size(document: object, raw: bytes, limits: JsonLimits) -> None:
    """Count in the tree only if the brackets and bytes of the text leave room for too much."""
    may_be_deep = raw.count(b"{") + raw.count(b"[") > limits.depth
    if may_be_deep or len(raw) > limits.keys * _FEWEST_BYTES_PER_KEY:
        _check_tree(document, limits)


def _check_tree(document: object, limits: JsonLimits) -> None:
    depth = keys = 0
    level = _containers([document])
    while level:
        depth += 1
        keys += sum(len(node) for node in level if isinstance(node, dict))
        if depth > limits.depth:
            raise PayloadRejected(PayloadFault.TOO_DEEP, f"nested more than {limits.depth} deep")
        if keys > limits.keys:
            raise PayloadRejected(PayloadFault.TOO_MANY_KEYS, f"more than {limits.keys} keys")
        level = [inner for node in level for inner in _containers(_children(node))]


def _containers(nodes: Iterable[object]) -> list[Container]:
    return [node for node in nodes if isinstance(node, dict | list)]


def _children(node: Container) -> Iterable[object]:
    return node.values() if isinstance(node, dict) else node


def _parse_exactly(raw: bytes, limits: JsonLimits) -> Json:
    """The same document, read again by a reader that shows every member and every digit."""

    def integer(digits: str) -> int:
        if len(digits.lstrip("-")) > limits.integer_digits:
            raise PayloadRejected(
                PayloadFault.NUMBER, f"an integer of more than {limits.integer_digits} digits"
            )
        return int(digits)

    def decimal(digits: str) -> float | Decimal:
        if len(digits) > limits.integer_digits:
            raise PayloadRejected(
                PayloadFault.NUMBER, f"a number of more than {limits.integer_digits} characters"
            )
        return _finite(digits)

    document = json.loads(
        raw.decode(), object_pairs_hook=_distinct, parse_int=integer, parse_float=decimal
    )
    return cast("Json", document)


def _distinct(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            break
        seen.add(key)
    raise PayloadRejected(PayloadFault.DUPLICATE_KEY, f"the key {inert(key, 60)!r} appears twice")


def _finite(digits: str) -> float | Decimal:
    number = exact_float(digits)
    if not math.isfinite(float(number)):
        raise PayloadRejected(PayloadFault.NUMBER, "a number beyond the range of a double")
    return number
