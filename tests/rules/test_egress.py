"""Which addresses are denied, what opens them, and which spellings of a host are read at all."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.outbound.egress import (
    DENIED_V4,
    DENIED_V6,
    Address,
    BlockedAddress,
    NotAnAddress,
    denied,
    read_host,
    unreadable,
)


def verdict(
    address: str, *allow: str, host: str = "shop.example", port: int = 443
) -> BlockedAddress | None:
    return denied(ip_address(address), host=host, port=port, allow=allow)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2600:1f18::1",
        "2a00:1450:4001::64",
        "2003::1",
    ],
)
def test_the_public_internet_is_reachable(address: str) -> None:
    assert verdict(address) is None


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("10.0.0.5", "private network (10.0.0.0/8)"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("100.100.100.200", "cloud metadata"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"),
        ("168.63.129.16", "cloud platform host"),
        ("169.254.169.254", "cloud metadata"),
        ("169.254.170.2", "link-local"),
        ("172.16.0.1", "private network (172.16.0.0/12)"),
        ("172.31.255.255", "private network (172.16.0.0/12)"),
        ("192.0.0.192", "protocol assignments"),
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4 relay"),
        ("192.168.1.1", "private network (192.168.0.0/16)"),
        ("198.18.0.1", "benchmarking"),
        ("198.19.255.255", "benchmarking"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::8.8.8.8", "IPv4-compatible"),
        ("::169.254.169.254", "IPv4-compatible"),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("::ffff:127.0.0.1", "IPv4-mapped"),
        ("::ffff:0:127.0.0.1", "IPv4-translated"),
        ("64:ff9b::808:808", "NAT64"),
        ("64:ff9b:1::1", "local NAT64"),
        ("100::1", "discard-only"),
        ("400::1", "outside global unicast"),
        ("2001::1", "Teredo"),
        ("2001:2::1", "benchmarking"),
        ("2001:20::1", "ORCHID"),
        ("2001:1::1", "protocol assignments"),
        ("2001:db8::1", "documentation"),
        ("2002:808:808::1", "6to4"),
        ("2a00:1450:4001::5efe:10.0.0.5", "ISATAP"),
        ("2a00:1450:4001::200:5efe:10.0.0.5", "ISATAP"),
        ("3fff::1", "documentation"),
        ("4000::1", "outside global unicast"),
        ("5f00::1", "segment routing"),
        ("fc00::1", "unique local"),
        ("fd00:ec2::254", "cloud metadata"),
        ("fd12:3456::1", "unique local"),
        ("fe80::1", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("2a00:1450:4001::64%eth0", "zone id"),
        ("fe80::1%1", "zone id"),
    ],
)
def test_everything_else_is_denied_by_a_named_rule(address: str, what: str) -> None:
    refusal = verdict(address)

    assert refusal is not None
    assert what in refusal.what
    assert refusal.opens_with == (None if "%" in address else str(ip_address(address)))


ANY_V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
ANY_V6 = st.integers(0, 2**128 - 1).map(IPv6Address)
DENIED_EDGES = st.sampled_from(
    [end for row in (*DENIED_V4, *DENIED_V6) for end in (row.network[0], row.network[-1])]
)


@given(ANY_V4 | ANY_V6)
def test_whatever_is_reachable_the_standard_library_calls_global_too(address: Address) -> None:
    if denied(address, host="shop.example", port=443, allow=()) is None:
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@given(DENIED_EDGES)
def test_both_ends_of_every_denied_range_are_denied(address: Address) -> None:
    assert denied(address, host="shop.example", port=443, allow=()) is not None


@given(ANY_V4)
def test_no_ipv4_address_is_reachable_inside_an_ipv6_address(inner: IPv4Address) -> None:
    number = int(inner)
    wrapped = [
        number,
        0xFFFF << 32 | number,
        0xFFFF << 48 | number,
        int(IPv6Address("64:ff9b::")) | number,
        int(IPv6Address("64:ff9b:1::")) | number,
        int(IPv6Address("2002::")) | number << 80,
        int(IPv6Address("2001::")) | number ^ 0xFFFFFFFF,
        int(IPv6Address("2a00:1450:4001::5efe:0:0")) | number,
        int(IPv6Address("2a00:1450:4001::200:5efe:0:0")) | number,
    ]

    for outer in map(IPv6Address, wrapped):
        assert denied(outer, host="shop.example", port=443, allow=()) is not None


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("10.0.0.5", "10.0.0.0/8"),
        ("10.0.0.5", "10.0.0.5:443"),
        ("10.0.0.5", "shop.example"),
        ("10.0.0.5", "SHOP.example."),
        ("10.0.0.5", "shop.example:443"),
        ("127.0.0.1", "shop.example"),
        ("fd12::1", "fd12::1"),
        ("fd12::1", "[fd12::1]:443"),
        ("fd12::1", "fd12::/16"),
        ("fd12::1", "shop.example"),
        ("169.254.169.254", "169.254.169.254"),
        ("169.254.169.254", "169.254.169.254/32"),
        ("fd00:ec2::254", "[fd00:ec2::254]"),
        ("169.254.170.2", "169.254.0.0/16"),
        ("64:ff9b::808:808", "64:ff9b::/96"),
        ("::ffff:10.0.0.5", "::ffff:10.0.0.5"),
    ],
)
def test_an_entry_of_allow_opens_what_it_says(address: str, entry: str) -> None:
    assert verdict(address, "other.example", entry) is None


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("10.0.0.5", "10.0.0.6"),
        ("10.0.0.5", "10.0.0.5:8443"),
        ("10.0.0.5", "192.168.0.0/16"),
        ("10.0.0.5", "shop.example:8443"),
        ("10.0.0.5", "other.example"),
        ("10.0.0.5", "sub.shop.example"),
        ("10.0.0.5", "example"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("fe80::1%eth0", "fe80::/10"),
        ("fe80::1%eth0", "fe80::1"),
        ("10.0.0.5", "10.0.0.5/8"),
        ("10.0.0.5", ""),
    ],
)
def test_an_entry_of_allow_opens_nothing_else(address: str, entry: str) -> None:
    assert verdict(address, entry) is not None


@pytest.mark.parametrize("address", ["169.254.169.254", "169.254.170.2", "224.0.0.1", "0.0.0.0"])
def test_a_name_opens_internal_networks_only(address: str) -> None:
    assert verdict(address, "shop.example") is not None


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("169.254.169.254", "169.254.0.0/16"),
        ("169.254.169.254", "0.0.0.0/0"),
        ("100.100.100.200", "100.64.0.0/10"),
        ("fd00:ec2::254", "fd00::/8"),
        ("fd00:ec2::254", "::/0"),
    ],
)
def test_a_wide_network_does_not_open_the_cloud_metadata(address: str, entry: str) -> None:
    assert verdict(address, entry) is not None


@pytest.mark.parametrize(
    "entry",
    [
        "",
        " 10.0.0.5",
        "http://10.0.0.5",
        "10.0.0.5/8",
        "10.0.0.256",
        "010.0.0.5",
        "10.5",
        "0x0a000005",
        "10.0.0.0/33",
        "shop.example:0",
        "shop.example:65536",
        "shop.example:https",
        "shop.example/path",
        "user@shop.example",
        "*.shop.example",
        "shop..example",
        "-shop.example",
        "fe80::1%eth0",
        "[fd12::1",
        "[shop.example]:443",
    ],
)
def test_an_entry_that_cannot_be_read_is_named(entry: str) -> None:
    assert unreadable(("shop.example", entry, "10.0.0.0/8")) == (entry,)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Shop.Example", "shop.example"),
        ("shop.example.", "shop.example"),
        ("my_service", "my_service"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("bücher\u3002example", "xn--bcher-kva.example"),
        ("3com.example", "3com.example"),
        ("1.2.3.4.example", "1.2.3.4.example"),
        ("8.8.8.8", IPv4Address("8.8.8.8")),
        ("8.8.8.8.", IPv4Address("8.8.8.8")),
        ("2A00:1450::64", IPv6Address("2a00:1450::64")),
        ("::ffff:127.0.0.1", IPv6Address("::ffff:7f00:1")),
    ],
)
def test_a_host_is_read_in_one_canonical_form(text: str, host: Address | str) -> None:
    assert read_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "-a.example",
        "a-.example",
        "a b",
        "a\n",
        "a%2eexample",
        "faß.example",
        "a\u200db.example",
        "shop\u00adex.example",
        "shop\ufe0f.example",
        "shop\u2060.example",
        "\uff53hop.example",
        "\u2102rm.example",
        "shop\uff0eexample",
        "\uff18.8.8.8",
        "\u2460.example",
        "\ud800.example",
        "x" * 64,
        ".".join(["x" * 50] * 6),
        "127.1",
        "127.0.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "127.0.0.0x1",
        "127.0.0.01",
        "127.0.0.256",
        "1.2.3.4.5",
        "shop.123",
        "fe80::1%eth0",
        "1::2::3",
        "::ffff:127.0.0.01",
        "shop.example:80",
    ],
)
def test_a_host_that_readers_could_disagree_about_is_refused(text: str) -> None:
    assert isinstance(read_host(text), NotAnAddress)


@given(ANY_V4)
def test_only_the_plain_notation_of_an_address_is_read(address: IPv4Address) -> None:
    number, octets = int(address), address.packed
    spellings = [
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(f"0{octet:o}" for octet in octets),
        ".".join(hex(octet) for octet in octets),
        f"{octets[0]}.{number & 0xFFFFFF}",
        f"{octets[0]}.{octets[1]}.{number & 0xFFFF}",
    ]

    assert read_host(str(address)) == address
    assert all(isinstance(read_host(text), NotAnAddress) for text in spellings)


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-fxA-F.:%-]{1,20}", fullmatch=True))
def test_reading_a_host_twice_changes_nothing(text: str) -> None:
    host = read_host(text)

    if not isinstance(host, NotAnAddress):
        assert read_host(str(host)) == host
    if isinstance(host, str):
        assert host.isascii()
        assert host == host.lower()


@given(st.text(max_size=40) | st.from_regex(r"[\[\]0-9a-f.:/]{1,20}", fullmatch=True))
def test_an_unreadable_entry_opens_nothing(entry: str) -> None:
    if unreadable((entry,)):
        assert verdict("10.0.0.5", entry, host=entry) is not None


def test_the_tables_hold_networks_of_their_own_family() -> None:
    assert {row.network.version for row in DENIED_V4} == {4}
    assert {row.network.version for row in DENIED_V6} == {6}
    assert ip_network("127.0.0.0/8") in {row.network for row in DENIED_V4}
