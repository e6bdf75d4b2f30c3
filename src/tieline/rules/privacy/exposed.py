"""Exposed: the address that a server listens on comes in; whether others can reach it goes out."""

import ipaddress


def is_exposed(host: str) -> bool:
    """Whether anybody but this machine can connect to a server that listens on *host*.

    A name other than ``localhost`` may mean any address, so it counts as exposed.
    """
    if host.strip().lower() == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host.strip().strip("[]")).is_loopback
    except ValueError:
        return True
