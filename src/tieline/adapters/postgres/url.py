"""Url: the text that names a PostgreSQL store comes in; how to reach it and to show it goes out."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from tieline.model.errors import SettingsError
from tieline.rules.shown import shown

SCHEMES = ("postgresql", "postgres")
MOST_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """Where the store is. Three parts of the query are ours, the rest goes to the driver."""

    dsn: str
    """The server, or the first of several: one of them writes, the others stand by."""
    shown: str
    """Without the password: for messages and people."""
    connections: int = 2
    """``?connections=``: how many commit side by side, 1 to 4."""
    is_pooled: bool = False
    """``?statement_cache_size=0``: a transaction pooler stands between, so nothing outlives one."""
    hears: bool = True
    """Whether a connection is held to hear hints; ``?hints=off``, and off behind a pooler."""
    hints_dsn: str | None = None
    """``?hints=host:port``: where the server itself is, past the pooler, to hear hints."""
    settings: tuple[tuple[str, str], ...] = ()
    """Further settings for what is done over a connection to it."""
    others: tuple[str, ...] = ()
    """The other servers of ``first,second``, in their order."""

    @property
    def dsns(self) -> tuple[str, ...]:
        """Every server, to be asked in this order."""
        return (self.dsn, *self.others)


def parse(text: str) -> StoreUrl:
    """Raises SettingsError when *text* cannot name a PostgreSQL store."""
    seen = shown(text)
    place, _, given = text.partition("?")
    try:
        scheme = urlsplit(place).scheme
    except ValueError:
        raise SettingsError("store", seen, "it cannot be read as a URL") from None
    if scheme not in SCHEMES:
        raise SettingsError("store", seen, "begin it with postgresql://")
    query = dict(parse_qsl(given, keep_blank_values=True))
    connections = _number("connections", query.pop("connections", "2"), seen)
    if not 1 <= connections <= MOST_CONNECTIONS:
        raise SettingsError("store", seen, f"connections is 1 to {MOST_CONNECTIONS}")
    cached = _number("statement_cache_size", query.pop("statement_cache_size", "1"), seen)
    hints = query.pop("hints", "off" if cached == 0 else "on")
    first, *others = _each(place, query)
    return StoreUrl(
        first,
        seen,
        connections,
        is_pooled=cached == 0,
        hears=hints != "off",
        hints_dsn=None if hints in {"on", "off"} else _elsewhere(first, hints, seen),
        others=tuple(others),
    )


def _each(place: str, query: dict[str, str]) -> list[str]:
    """One address for each server of ``scheme://user@first:1,second:2/database``."""
    scheme, _, rest = place.partition("://")
    servers, slash, database = rest.partition("/")
    user, at, hosts = servers.rpartition("@")
    if query.get("target_session_attrs") == "read-write" or (
        "," in hosts and "target_session_attrs" not in query
    ):
        # The driver's read-write would refuse our readers, who ask for read-only themselves.
        query["target_session_attrs"] = "primary"
    options = urlencode(query, quote_via=quote)
    asked = f"{slash}{database}?{options}" if options else f"{slash}{database}"
    return [f"{scheme}://{user}{at}{host}{asked}" for host in hosts.split(",")]


def _elsewhere(dsn: str, server: str, seen: str) -> str:
    """*dsn* at another *server*, with the same user and database."""
    host, _, port = server.rpartition(":")
    if not host or not port.isdecimal():
        wanted = "hints is on, off, or the host:port of the server behind the pooler"
        raise SettingsError("store", seen, wanted)
    parts = urlsplit(dsn)
    user, at, _ = parts.netloc.rpartition("@")
    query = [pair for pair in parse_qsl(parts.query) if pair[0] not in {"host", "port"}]
    words = urlencode(query, quote_via=quote)
    return urlunsplit(parts._replace(netloc=f"{user}{at}{server}", query=words))


def _number(name: str, text: str, seen: str) -> int:
    if not text.isdecimal():
        raise SettingsError("store", seen, f"{name} is a whole number")
    return int(text)
