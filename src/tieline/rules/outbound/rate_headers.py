"""Rate headers: an answer's headers come in; how much quota is left, and until when, goes out.

Read, first match wins: ``RateLimit`` with ``RateLimit-Policy`` (IETF draft, structured fields, the
list of today and the dictionary of earlier drafts), then ``RateLimit-Remaining``/``-Reset`` and the
``X-`` spellings, whose reset is seconds from now, a Unix time (seconds or milliseconds), ISO 8601
or an HTTP date; then the names that single vendors chose (``_OTHERS``). Nothing here raises: a
header that cannot be read says nothing. Hot path: an answer without such headers costs one set
look-up a header.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tieline.model.base.headers import Headers
from tieline.model.base.ids import Micros
from tieline.rules.formats.structured_fields import Bare, Item, Params, parse_dictionary, parse_list
from tieline.rules.outbound.retry_after import parse_http_date

LONGEST_RESET_US = 24 * 3600 * 1_000_000
"""A reset further away is brought to here: a wrong clock must not stop a connection for years."""

_REMAINING = (
    "ratelimit-remaining",
    "x-ratelimit-remaining",
    "x-rate-limit-remaining",
)
_RESET = (
    "x-ratelimit-reset-after",  # Discord: seconds, beside an x-ratelimit-reset that is a time
    "ratelimit-reset",
    "x-ratelimit-reset",
    "x-rate-limit-reset",
)
# Names of what is left and of when it is full again; vendors' documents as of 2026-11-30.
_OF_CALLS = (
    ("x-ratelimit-requests-remaining", "x-ratelimit-requests-reset"),  # Linear: Unix milliseconds
    ("x-hubspot-ratelimit-remaining", "x-hubspot-ratelimit-interval-milliseconds"),
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),  # OpenAI: such as 1m30s
    ("x-sentry-rate-limit-remaining", "x-sentry-rate-limit-reset"),
    ("x-ratelimit-remaining-default", "x-ratelimit-reset-default"),  # Cal.com
)
_OF_POINTS = (
    ("x-ratelimit-complexity-remaining", "x-ratelimit-complexity-reset"),  # Linear
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),  # OpenAI
)
"""A call takes many of these: they say something once nothing is left."""
_OTHERS = (*_OF_CALLS, *_OF_POINTS)
_NAMES = frozenset(
    {
        "ratelimit",
        "ratelimit-policy",
        *_REMAINING,
        *_RESET,
        *(name for pair in _OTHERS for name in pair),
    }
)
_MILLISECONDS = "-milliseconds"
_DURATION = re.compile(
    r"(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m(?!s))?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)s)?(?:([0-9]{1,12})ms)?",
    re.ASCII,
)
_COUNT = re.compile(r"[0-9]{1,15}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,9})?", re.ASCII)
_EARLIEST_UNIX_SECONDS = 1_000_000_000
_EARLIEST_UNIX_MILLIS = 1_000_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Quota = tuple[int, int | None]  # remaining, seconds until it is full again


@dataclass(frozen=True, slots=True)
class Headroom:
    """What the provider says is left of its tightest quota."""

    remaining: int
    resets_at_us: Micros | None
    """When it is full again; None when the provider did not say."""


def read(headers: Headers, now_us: Micros) -> Headroom | None:
    """The headroom that *headers* (lower-case names) announce, or None if they announce none."""
    found: dict[str, str] | None = None
    for name, value in headers:
        if name in _NAMES:
            found = found or {}
            found[name] = f"{found[name]}, {value}" if name in found else value
    if found is None:
        return None
    return (
        _from_structured(found, now_us) or _from_plain(found, now_us) or _from_others(found, now_us)
    )


def _from_structured(found: dict[str, str], now_us: Micros) -> Headroom | None:
    if "ratelimit" not in found:
        return None
    quotas = _listed_quotas(found) or _quota_of_earlier_drafts(found["ratelimit"])
    if not quotas:
        return None
    remaining, seconds = min(quotas, key=lambda quota: (quota[0], -(quota[1] or 0)))
    return Headroom(remaining, None if seconds is None else _from_now(seconds, now_us))


def _listed_quotas(found: dict[str, str]) -> list[Quota]:
    """``"name";r=remaining;t=seconds`` of each quota, as in the draft of today."""
    quotas: list[Quota] = []
    for item in _items(found["ratelimit"]):
        remaining, seconds = _whole(item.params, "r"), _whole(item.params, "t")
        if remaining is not None:
            quotas.append((remaining, _window(item, found) if seconds is None else seconds))
    return quotas


def _window(quota: Item, found: dict[str, str]) -> int | None:
    """A quota without a reset is full again at the latest when its policy's window has passed."""
    policies = (item for item in _items(found.get("ratelimit-policy", "")))
    return next((_whole(item.params, "w") for item in policies if item.value == quota.value), None)


def _quota_of_earlier_drafts(field: str) -> list[Quota]:
    """``limit=100, remaining=50, reset=30``."""
    with suppress(ValueError):
        members = parse_dictionary(field)
        values = {key: item.value for key, item in members.items() if isinstance(item, Item)}
        remaining = _whole(values, "remaining")
        return [] if remaining is None else [(remaining, _whole(values, "reset"))]
    return []


def _items(field: str) -> list[Item]:
    with suppress(ValueError):
        return [member for member in parse_list(field) if isinstance(member, Item)]
    return []


def _whole(values: Params | dict[str, Bare], key: str) -> int | None:
    value = values.get(key)
    return value if type(value) is int and value >= 0 else None


def _from_plain(found: dict[str, str], now_us: Micros) -> Headroom | None:
    remaining = _first(found, _REMAINING, _count)
    if remaining is None:
        return None
    return Headroom(remaining, _first(found, _RESET, lambda text: _reset(text, now_us)))


def _from_others(found: dict[str, str], now_us: Micros) -> Headroom | None:
    """The quota of which the least is left; of two that are used up, the one that lasts."""
    calls = [_other(found, pair, now_us) for pair in _OF_CALLS]
    points = [_other(found, pair, now_us) for pair in _OF_POINTS]
    rooms = [room for room in calls if room is not None]
    rooms += [room for room in points if room is not None and room.remaining == 0]
    return min(rooms, key=lambda room: (room.remaining, -(room.resets_at_us or 0)), default=None)


def _other(found: dict[str, str], pair: tuple[str, str], now_us: Micros) -> Headroom | None:
    name, until = pair
    remaining = _count(found.get(name, "").strip())
    if remaining is None:
        return None
    text = found.get(until, "").strip()
    if until.endswith(_MILLISECONDS):
        millis = _count(text)
        return Headroom(
            remaining, None if millis is None else _from_now(Decimal(millis) / 1000, now_us)
        )
    return Headroom(remaining, _span(text, now_us) or _reset(text, now_us))


def _span(text: str, now_us: Micros) -> Micros | None:
    """The moment that lies as far ahead as ``1m30s`` or ``120ms`` say."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        return None
    hours, minutes, seconds, millis = (Decimal(part or 0) for part in match.groups())
    return _from_now(hours * 3600 + minutes * 60 + seconds + millis / 1000, now_us)


def _first(
    found: dict[str, str], names: tuple[str, ...], read_one: Callable[[str], int | None]
) -> int | None:
    readings = (read_one(found[name].strip()) for name in names if name in found)
    return next((reading for reading in readings if reading is not None), None)


def _count(text: str) -> int | None:
    return int(text) if _COUNT.fullmatch(text) else None


def _reset(text: str, now_us: Micros) -> Micros | None:
    if _AMOUNT.fullmatch(text):
        amount = Decimal(text)
        if amount >= _EARLIEST_UNIX_MILLIS:
            return _bounded(int(amount * 1000), now_us)
        if amount >= _EARLIEST_UNIX_SECONDS:
            return _bounded(int(amount * 1_000_000), now_us)
        return _from_now(amount, now_us)
    moment = _moment(text, now_us)
    return None if moment is None else _bounded((moment - _EPOCH) // _MICROSECOND, now_us)


def _moment(text: str, now_us: Micros) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return parse_http_date(text, _EPOCH + timedelta(microseconds=now_us))


def _from_now(seconds: int | Decimal, now_us: Micros) -> Micros:
    return _bounded(now_us + int(seconds * 1_000_000), now_us)


def _bounded(moment_us: Micros, now_us: Micros) -> Micros:
    return min(max(moment_us, now_us), now_us + LONGEST_RESET_US)
