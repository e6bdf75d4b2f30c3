"""Open address: whether others can reach the address that a server listens on."""

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
