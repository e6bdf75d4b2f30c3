"""Signature time: a written moment and the time now come in; microseconds or a refusal go out."""

import codecs
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson

from tieline.model.inbound.signature import RefusalReason, Refused
from tieline.model.inbound.signed_content import BodyTime, TimeUnit
from tieline.rules.formats.json_path import find

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST_SECONDS = 11
LONGEST_MILLISECONDS = 14

Clock = Callable[[str], int | None]
"""Reads a written moment as microseconds; None when it is not written as it should be."""


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (moment - EPOCH) // MICROSECOND


def clock(unit: TimeUnit) -> Clock:
    """The function that reads moments written in *unit*."""
    match unit:
        case TimeUnit.SECONDS:
            return _seconds
        case TimeUnit.MILLISECONDS:
            return _milliseconds
        case TimeUnit.EPOCH:
            return lambda text: (_seconds if len(text) <= LONGEST_SECONDS else _milliseconds)(text)
        case TimeUnit.ISO:
            return _iso


def read_body_moment(body: bytes, time: BodyTime) -> int | Refused | None:
    """The sending time inside a body that is already known to be well signed; None: it is no JSON
    that anybody could read."""
    try:
        found = find(orjson.loads(body.removeprefix(codecs.BOM_UTF8)), time.path)
    except orjson.JSONDecodeError:
        return None
    if found is None:
        return Refused(RefusalReason.MISSING_TIMESTAMP, f"the body has no {time.path}")
    plain = isinstance(found, int | str) and not isinstance(found, bool)
    moment = clock(time.unit)(str(found)) if plain else None
    return malformed_time(time.unit) if moment is None else moment


def malformed_time(unit: TimeUnit) -> Refused:
    """The refusal of a moment that is not written in *unit*."""
    return Refused(RefusalReason.MALFORMED_TIMESTAMP, f"the sending time is not in {unit}")


def stale(sent_us: int, now: datetime, limit_us: int) -> Refused | None:
    """A refusal if *sent_us* is further from *now* than the limit, in either direction."""
    age_us = micros(now) - sent_us
    if -limit_us <= age_us <= limit_us:
        return None
    if age_us > 0:
        return Refused(RefusalReason.TOO_OLD, _distance(age_us, "ago", limit_us))
    return Refused(RefusalReason.TOO_NEW, _distance(-age_us, "ahead of our clock", limit_us))


def _distance(distance_us: int, direction: str, limit_us: int) -> str:
    seconds, limit = distance_us // 1_000_000, limit_us // 1_000_000
    return f"sent {seconds} s {direction}; the tolerance is {limit} s"


def _seconds(text: str) -> int | None:
    plain = len(text) <= LONGEST_SECONDS and text.isascii() and text.isdigit()
    return int(text) * 1_000_000 if plain else None


def _milliseconds(text: str) -> int | None:
    plain = len(text) <= LONGEST_MILLISECONDS and text.isascii() and text.isdigit()
    return int(text) * 1_000 if plain else None


def _iso(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else micros(moment)
