"""Listening: processes share one address, the kernel spreads callers, and nobody else gets in."""

import socket
import sys
from collections import Counter

import pytest

from tieline.adapters.system.listening import SharedAddress, inherited
from tieline.model.base.errors import SettingsError

CALLERS = 400


def listening(address: SharedAddress) -> socket.socket:
    """One that somebody is behind."""
    made = address.listener()
    made.listen(1024)
    return made


def accepted(listener: socket.socket) -> int:
    """How many callers wait in the queue of *listener*; they are let in and sent away."""
    listener.setblocking(False)
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems share one queue")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_kernel_spreads_callers_over_those_who_listen(host: str) -> None:
    address = SharedAddress(host, 0)
    listeners = [listening(address) for _ in range(4)]
    silent = address.listener()
    callers = [socket.create_connection((host, address.port)) for _ in range(CALLERS)]

    shares = Counter({at: accepted(listener) for at, listener in enumerate(listeners)})

    assert shares.total() == CALLERS
    assert min(shares.values()) > CALLERS / 4 / 2, shares
    assert max(shares.values()) < CALLERS / 4 * 2, shares
    for one in (*callers, *listeners, silent):
        one.close()
    address.close()


def test_whoever_is_left_gets_the_callers_of_one_that_is_closed() -> None:
    address = SharedAddress("127.0.0.1", 0)
    gone, left = listening(address), listening(address)
    gone.close()

    for _ in range(50):
        with socket.create_connection(("127.0.0.1", address.port)):
            pass

    assert accepted(left) == 50
    left.close()
    address.close()


def test_an_address_that_somebody_listens_on_is_refused_even_if_they_would_share_it() -> None:
    first = SharedAddress("127.0.0.1", 0)
    listener = listening(first)

    with pytest.raises(SettingsError, match="use another address"):
        SharedAddress("127.0.0.1", first.port)
    listener.close()
    first.close()


def test_a_socket_that_is_handed_on_has_an_address() -> None:
    unbound = socket.socket().detach()
    with pytest.raises(SettingsError, match="a socket with an address"):
        inherited("door_socket", unbound)
    address = SharedAddress("127.0.0.1", 0)
    found = inherited("door_socket", address.listener().detach())
    assert found is not None
    assert found.getsockname()[1] == address.port
    found.close()
    address.close()
    with pytest.raises(SettingsError, match="door_socket is 999"):
        inherited("door_socket", 999)
    assert inherited("door_socket", None) is None
