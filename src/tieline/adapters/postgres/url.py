"""Url: the text that names a PostgreSQL store comes in; how to reach it and to show it goes out."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from tieline.model.errors import SettingsError

SCHEMES = ("postgresql", "postgres")
MOST_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """Where the store is. Two parts of the query are ours, the rest goes to the driver."""

    dsn: str
    shown: str
    """Without the password: for messages and people."""
    connections: int = 2
    """``?connections=``: how many commit side by side, 1 to 4."""
    is_pooled: bool = False
    """``?statement_cache_size=0``: a transaction pooler stands between, so nothing outlives one."""
    settings: tuple[tuple[str, str], ...] = ()
    """Further settings for what is done over a connection to it."""


def parse(text: str) -> StoreUrl:
    """Raises SettingsError when *text* cannot name a PostgreSQL store."""
    try:
        parts = urlsplit(text)
        shown = _shown(text)
    except ValueError:
        raise SettingsError("store", "…", "it cannot be read as a URL") from None
    if parts.scheme not in SCHEMES:
        raise SettingsError("store", shown, "begin it with postgresql://")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    connections = _number("connections", query.pop("connections", "2"), shown)
    if not 1 <= connections <= MOST_CONNECTIONS:
        raise SettingsError("store", shown, f"connections is 1 to {MOST_CONNECTIONS}")
    cached = _number("statement_cache_size", query.pop("statement_cache_size", "1"), shown)
    dsn = urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))
    return StoreUrl(dsn, shown, connections, is_pooled=cached == 0)


def _number(name: str, text: str, shown: str) -> int:
    if not text.isdecimal():
        raise SettingsError("store", shown, f"{name} is a whole number")
    return int(text)


def _shown(text: str) -> str:
    parts = urlsplit(text)
    user, _, place = parts.netloc.rpartition("@")
    name = user.split(":", 1)[0]
    query = [(k, "…" if "password" in k else v) for k, v in parse_qsl(parts.query)]
    return urlunsplit(
        parts._replace(
            netloc=f"{name}@{place}" if user else place,
            query=urlencode(query, safe="/…", quote_via=quote),
        )
    )
