"""Url: the text that names a PostgreSQL store comes in; how to reach it and to show it goes out."""

from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from tieline.model.base.errors import SettingsError
from tieline.rules.privacy.address import shown

SCHEMES = ("postgresql", "postgres")
MOST_CONNECTIONS = 4
HIGHEST_PORT = 65_535
KEYS = ("connections", "statement_cache_size", "hints", "target_session_attrs")
"""Those that mean something to us. Any other may be the driver's, or a setting of the server."""
ALIKE = 0.75
ENCODE = "in a user or a password, write # / ? @ as %23 %2F %3F %40"


Setting = tuple[str, str]
"""Of the server, for one connection: its name and value."""


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """Where the store is. Three keys of the query are ours, the rest goes to the driver."""

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
    settings: tuple[Setting, ...] = ()
    """Further settings for what is done over a connection to it."""
    others: tuple[str, ...] = ()
    """The other servers of ``first,second``, in their order."""

    @property
    def dsns(self) -> tuple[str, ...]:
        """Every server, to be asked in this order."""
        return (self.dsn, *self.others)


def parse(text: str) -> StoreUrl:
    """Raises SettingsError when *text* cannot name a PostgreSQL store; it shows no password."""
    seen = shown(text)
    place, _, given = text.partition("?")
    _refuse_raw(text, seen)
    try:
        scheme = urlsplit(place).scheme
    except ValueError:
        raise SettingsError("store", seen, "it cannot be read as a URL") from None
    if scheme not in SCHEMES:
        raise SettingsError("store", seen, "begin it with postgresql://")
    query = dict(parse_qsl(given, keep_blank_values=True))
    _refuse_near(query, seen)
    _refuse_ports(place, query.get("port", ""), seen)
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


def where_of(dsn: str) -> str:
    """In words, where *dsn* leads to: one without a server goes where the driver looks then."""
    parts = urlsplit(dsn)
    _, _, server = parts.netloc.rpartition("@")
    server = server or dict(parse_qsl(parts.query)).get("host", "")
    if server:
        return f"at {server}"
    return "on this machine (the address names no server: its socket, localhost:5432 or PGHOST)"


def _refuse_raw(text: str, seen: str) -> None:
    """What can only be a password that was not encoded: the URL would be cut in its middle."""
    _, _, rest = text.partition("://")
    ends = [place for place in map(rest.find, "/?") if place >= 0]
    if "#" in rest or (ends and "@" in rest[min(ends) :]):
        raise SettingsError("store", seen, ENCODE)


def _refuse_near(query: dict[str, str], seen: str) -> None:
    for key in query:
        near = get_close_matches(key, KEYS, n=1, cutoff=ALIKE)
        if near and key not in KEYS and not key.startswith("max_"):
            raise SettingsError("store", seen, f"there is no {key!r}; did you mean {near[0]}?")


def _refuse_ports(place: str, further: str, seen: str) -> None:
    """*further* are those of the query; they stand with commas between them."""
    servers = place.partition("://")[2].partition("/")[0].rpartition("@")[2]
    ports = [_port_of(server) for server in servers.split(",")]
    for port in (*ports, *further.split(",")):
        if port and not (port.isdecimal() and port.isascii() and 1 <= int(port) <= HIGHEST_PORT):
            # Words in this place may be a password, where @host was forgotten.
            told = f"port {port}" if port.isdecimal() else "a port that is no number"
            raise SettingsError("store", seen, f"it has {told}; a port is 1 to {HIGHEST_PORT}")


def _port_of(server: str) -> str:
    """An address of IPv6 has colons too, in brackets."""
    host, colon, port = server.rpartition(":")
    return "" if not colon or ("[" in host and "]" not in host) else port


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
    if not host or not port.isdecimal() or not 1 <= int(port) <= HIGHEST_PORT:
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
