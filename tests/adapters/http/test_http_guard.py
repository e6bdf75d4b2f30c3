"""What the guard itself holds, where no real server could show it."""

from ipaddress import ip_address

import pytest

from tieline.adapters.http.egress_check import confirm, system_resolver
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.rules.outbound.target import parse_url

ORIGIN = parse_url("https://shop.example/").origin


@pytest.mark.parametrize("peer", [("203.0.113.7", 443), ("::ffff:203.0.113.7", 443, 0, 0)])
def test_a_connection_that_ended_elsewhere_is_blocked(peer: tuple[object, ...]) -> None:
    with pytest.raises(CallFailed) as caught:
        confirm(peer, ip_address("203.0.113.8"), ORIGIN)

    assert (caught.value.kind, caught.value.delivered) == (FailureKind.BLOCKED, Delivered.NO)


@pytest.mark.parametrize("peer", [None, "", "/run/socket", ("not an address", 1), ()])
def test_a_peer_that_cannot_be_read_is_blocked(peer: object) -> None:
    with pytest.raises(CallFailed):
        confirm(peer, ip_address("203.0.113.8"), ORIGIN)


def test_the_checked_address_is_confirmed() -> None:
    confirm(("203.0.113.8", 443), ip_address("203.0.113.8"), ORIGIN)


async def test_the_machine_itself_resolves_names_without_repeats() -> None:
    found = await system_resolver("localhost", 443)

    assert set(found) & {"127.0.0.1", "::1"}
    assert len(found) == len(set(found))
