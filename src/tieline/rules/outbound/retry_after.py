"""Retry-After: the header's text comes in; how long the provider wants us to wait goes out.

Understood: seconds (with a fraction too, which some vendors send) and the three date formats of
RFC 9110 5.6.7, in any zone that mail knows (RFC 5322). The wish is never shortened, except that
nothing waits longer than 24 hours.
"""

import re
from datetime import UTC, datetime, timedelta

LONGEST_WAIT = timedelta(hours=24)

_LONGEST_DATE = 64
_LONGEST_NUMBER = 20
"""More digits are more than a day, and more than a number can hold."""
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_LONG_DAY = "(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_HOURS = {
    "z": 0, "gmt": 0, "utc": 0, "ut": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
"""The zones that have one meaning; CET and the like are not among them (RFC 5322 4.3)."""
_ZONE = rf"(?P<zone>{'|'.join(_HOURS)}|[+-][0-9]{{4}})"
_HTTP_DATES = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} {_ZONE}",
        rf"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<short_year>[0-9]{{2}}) {_TIME} {_ZONE}",
        rf"{_DAY} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})",
    )
)


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """The wait that *value* asks for, from zero to 24 hours; None if it is neither of the forms."""
    text = value.strip(" \t")
    if _SECONDS.fullmatch(text):
        digits = text.lstrip("0")
        if len(digits.partition(".")[0]) > _LONGEST_NUMBER:
            return LONGEST_WAIT
        seconds = float(digits[: 2 * _LONGEST_NUMBER] or 0)
        return timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
    if len(text) > _LONGEST_DATE:
        return None
    when = parse_http_date(text, now)
    return None if when is None else min(max(when - now, timedelta()), LONGEST_WAIT)


def parse_http_date(text: str, now: datetime) -> datetime | None:
    """The moment that an HTTP-date names; *now* decides the century of a two-digit year."""
    for form in _HTTP_DATES:
        match = form.fullmatch(text)
        if match is not None:
            return _moment(match.groupdict(), now)
    return None


def _moment(part: dict[str, str], now: datetime) -> datetime | None:
    year = int(part["year"]) if "year" in part else _full_year(int(part["short_year"]), now.year)
    second = int(part["second"])
    try:
        moment = datetime(
            year,
            _MONTHS.index(part["month"].lower()) + 1,
            int(part["day"]),
            int(part["hour"]),
            int(part["minute"]),
            59 if second == 60 else second,
            tzinfo=UTC,
        )
        moment -= _offset(part.get("zone") or "gmt")
        return moment + timedelta(seconds=1) if second == 60 else moment
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    """How far ahead of UTC a zone is. Raises ValueError for one that cannot be."""
    if zone[0] not in "+-":
        return timedelta(hours=_HOURS[zone.lower()])
    hours, minutes = int(zone[1:3]), int(zone[3:])
    if hours > 23 or minutes > 59:
        raise ValueError
    ahead = timedelta(hours=hours, minutes=minutes)
    return -ahead if zone[0] == "-" else ahead


def _full_year(short: int, this_year: int) -> int:
    """RFC 9110: a year that seems more than 50 years ahead is the last one that ended alike."""
    year = this_year - this_year % 100 + short
    return year - 100 if year > this_year + 50 else year
