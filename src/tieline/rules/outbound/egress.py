"""Egress: an address and what is allowed come in; nothing, or what denies it, goes out.

Everything is denied that the tables below do not leave over: the standard library's ``is_global``
calls several ranges global that carry another address inside (NAT64, 6to4, IPv4-compatible).
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)
from stringprep import in_table_b1
from unicodedata import normalize

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class OpenedBy(IntEnum):
    """The loosest entry of ``allow`` that opens a range."""

    NAME = 1
    """A host name that resolves into it, a network or an address."""
    NETWORK = 2
    """A network or an address; whoever answers for the name must not choose."""
    ADDRESS = 3
    """Only the very address: a wide network must not open it by accident."""
    NOTHING = 4


@dataclass(frozen=True, slots=True)
class AddressBlock:
    """A network that is not the public internet."""

    network: Network
    what: str
    opened_by: OpenedBy = OpenedBy.NETWORK


@dataclass(frozen=True, slots=True)
class BlockedAddress:
    """Why an address may not be connected to, and the entry of ``allow`` that would open it."""

    what: str
    opens_with: str | None


@dataclass(frozen=True, slots=True)
class NotAnAddress:
    """A text that is neither a host name nor an address in its plain notation."""

    wanted: str


@dataclass(frozen=True, slots=True)
class Opening:
    """One readable entry of ``allow``: a host name or a network, at one port or at all."""

    at: str | Network
    port: int | None = None


def _range(network: str, what: str, opened_by: OpenedBy = OpenedBy.NETWORK) -> AddressBlock:
    return AddressBlock(ip_network(network), f"{what} ({network})", opened_by)


DENIED_V4 = (  # the first match names the rule, so the narrow ones stand before the wide ones
    _range("169.254.169.254/32", "cloud metadata", OpenedBy.ADDRESS),
    _range("168.63.129.16/32", "cloud platform host", OpenedBy.ADDRESS),
    _range("100.100.100.200/32", "cloud metadata", OpenedBy.ADDRESS),
    _range("0.0.0.0/8", "unspecified"),
    _range("10.0.0.0/8", "private network", OpenedBy.NAME),
    _range("100.64.0.0/10", "carrier-grade NAT", OpenedBy.NAME),
    _range("127.0.0.0/8", "loopback", OpenedBy.NAME),
    _range("169.254.0.0/16", "link-local"),
    _range("172.16.0.0/12", "private network", OpenedBy.NAME),
    _range("192.0.0.0/24", "protocol assignments"),
    _range("192.0.2.0/24", "documentation"),
    _range("192.31.196.0/24", "AS112 redirection"),
    _range("192.52.193.0/24", "automatic multicast tunnelling"),
    _range("192.88.99.0/24", "6to4 relay"),
    _range("192.168.0.0/16", "private network", OpenedBy.NAME),
    _range("192.175.48.0/24", "AS112 redirection"),
    _range("198.18.0.0/15", "benchmarking"),
    _range("198.51.100.0/24", "documentation"),
    _range("203.0.113.0/24", "documentation"),
    _range("224.0.0.0/4", "multicast"),
    _range("255.255.255.255/32", "broadcast"),
    _range("240.0.0.0/4", "reserved"),
)

DENIED_V6 = (
    _range("::/128", "unspecified"),
    _range("::1/128", "loopback", OpenedBy.NAME),
    _range("fd00:ec2::254/128", "cloud metadata", OpenedBy.ADDRESS),
    _range("::ffff:0:0/96", "IPv4-mapped address"),
    _range("::ffff:0:0:0/96", "IPv4-translated address"),
    _range("::/96", "IPv4-compatible address"),
    _range("64:ff9b::/96", "NAT64"),
    _range("64:ff9b:1::/48", "local NAT64"),
    _range("100::/64", "discard-only"),
    _range("2001::/32", "Teredo"),
    _range("2001:2::/48", "benchmarking"),
    _range("2001:10::/28", "ORCHID"),
    _range("2001:20::/28", "ORCHID"),
    _range("2001:db8::/32", "documentation"),
    _range("2001::/23", "protocol assignments"),
    _range("2002::/16", "6to4"),
    _range("2620:4f:8000::/48", "AS112 redirection"),
    _range("3fff::/20", "documentation"),
    _range("5f00::/16", "segment routing"),
    _range("fc00::/7", "unique local network", OpenedBy.NAME),
    _range("fe80::/10", "link-local"),
    _range("fec0::/10", "site-local"),
    _range("ff00::/8", "multicast"),
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_ISATAP_MARK = 0x00005EFE
_ISATAP_UNIVERSAL_BIT = 0x02000000

_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LAST_LABEL_IS_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
_ENTRY = re.compile(
    r"(?:\[(?P<v6>[^\[\]]*:[^\[\]]*)\]|(?P<host>[^:\[\]/]+))(?::(?P<port>[0-9]{1,5}))?"
)
_CHANGED_BY_OLD_IDNA = frozenset("ßς\u200c\u200d")


def read_host(text: str) -> Address | str | NotAnAddress:
    """The address that *text* spells, or the host name in lower case, punycode, no final dot.

    Octal, hex, short and single-number addresses are refused, and so are letters that the older
    IDNA rules map to others (ß to ss): two readers could take them for two different hosts.
    """
    if ":" in text:
        return _read_v6(text)
    name = _canonical_name(text)
    if name is None:
        return NotAnAddress("a host name (labels of letters, digits and hyphens) or an IP address")
    if not _LAST_LABEL_IS_A_NUMBER.fullmatch(name):
        return name
    try:
        return IPv4Address(name)
    except ValueError:
        return NotAnAddress("an IPv4 address as four decimal numbers without leading zeros")


def denied(
    address: Address, *, host: str, port: int, allow: tuple[str, ...]
) -> BlockedAddress | None:
    """None if *address*, found under *host* (lower case), may be connected to at *port*."""
    found = _denying_rule(address)
    if found is None:
        return None
    what, opened_by = found
    if opened_by is OpenedBy.NOTHING:
        return BlockedAddress(what, None)
    for opening in _openings(allow):
        if opening.port in {None, port} and _opens(opening, opened_by, address, host):
            return None
    return BlockedAddress(what, str(address))


@lru_cache(maxsize=256)
def unreadable(allow: tuple[str, ...]) -> tuple[str, ...]:
    """The entries of *allow* that are neither host, host:port, IP address nor CIDR network."""
    return tuple(entry for entry in allow if _read_entry(entry) is None)


def _denying_rule(address: Address) -> tuple[str, OpenedBy] | None:
    if isinstance(address, IPv4Address):
        return _first_match(DENIED_V4, address)
    if address.scope_id is not None:
        return "an address with a zone id", OpenedBy.NOTHING
    if found := _first_match(DENIED_V6, address):
        return found
    if address not in _GLOBAL_UNICAST:
        return f"outside global unicast ({_GLOBAL_UNICAST})", OpenedBy.NETWORK
    if int(address) >> 32 & 0xFFFFFFFF & ~_ISATAP_UNIVERSAL_BIT == _ISATAP_MARK:
        return "ISATAP, an IPv4 address inside", OpenedBy.NETWORK
    return None


def _first_match(table: tuple[AddressBlock, ...], address: Address) -> tuple[str, OpenedBy] | None:
    return next(((row.what, row.opened_by) for row in table if address in row.network), None)


def _opens(opening: Opening, opened_by: OpenedBy, address: Address, host: str) -> bool:
    if isinstance(opening.at, str):
        return opened_by is OpenedBy.NAME and opening.at == host
    if address not in opening.at:
        return False
    return opened_by is not OpenedBy.ADDRESS or opening.at.num_addresses == 1


@lru_cache(maxsize=256)
def _openings(allow: tuple[str, ...]) -> tuple[Opening, ...]:
    return tuple(opening for entry in allow if (opening := _read_entry(entry)) is not None)


def _read_entry(entry: str) -> Opening | None:
    if "/" in entry:
        return _read_network(entry)
    if ":" in entry.partition(":")[2] and not entry.startswith("["):
        entry = f"[{entry}]"
    match = _ENTRY.fullmatch(entry)
    if match is None:
        return None
    port = int(match["port"]) if match["port"] else None
    if port is not None and not 0 < port <= 65535:
        return None
    return _opening(read_host(match["v6"] or match["host"]), port)


def _opening(at: Address | str | NotAnAddress, port: int | None) -> Opening | None:
    match at:
        case NotAnAddress():
            return None
        case str():
            return Opening(at, port)
        case _:
            return Opening(ip_network(at), port)


def _read_network(entry: str) -> Opening | None:
    try:
        return Opening(ip_network(entry))
    except ValueError:
        return None


def _read_v6(text: str) -> Address | NotAnAddress:
    try:
        address = IPv6Address(text)
    except ValueError:
        return NotAnAddress("an IPv6 address")
    return (
        address if address.scope_id is None else NotAnAddress("an IPv6 address without a zone id")
    )


def _canonical_name(text: str) -> str | None:
    if not text.isascii():
        if not _CHANGED_BY_OLD_IDNA.isdisjoint(text) or any(map(_looks_alike, text)):
            return None
        try:
            text = text.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    text = text.lower().removesuffix(".")
    return text if _NAME.fullmatch(text) else None


def _looks_alike(character: str) -> bool:
    """Whether it is invisible, or another spelling of a character: the name that is called would
    not be the one that somebody reads."""
    return in_table_b1(character) or normalize("NFKC", character) != character
