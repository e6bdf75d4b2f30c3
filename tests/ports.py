"""Ports that stay free until the process that was promised them listens there.

A port that the system gave (``bind`` to 0) comes from the range of outgoing connections: once it is
let go, the next connection of any other test may take it. These come from below that range (Linux
begins at 32768, macOS at 49152), each test process has a part of its own, and none is given twice
until a part has been gone through.
"""

import os
import socket
from itertools import cycle

FIRST, LAST = 15_000, 32_000
PARTS = 17
"""As many processes of one run may ask beside each other; more share parts."""


def _order() -> list[int]:
    size = (LAST - FIRST) // PARTS
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    begin = FIRST + int(worker) % PARTS * size
    # Two runs beside each other on one machine begin at different places.
    turn = os.getpid() * 37 % size
    ports = list(range(begin, begin + size))
    return ports[turn:] + ports[:turn]


_next = cycle(_order())


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(successive: int = 1) -> int:
    """The first of as many *successive* ports that are free now and promised to nobody else."""
    found: list[int] = []
    for _ in range(LAST - FIRST):
        port = next(_next)
        if found and port != found[-1] + 1:
            found = []
        found = [*found, port] if _is_free(port) else []
        if len(found) == successive:
            return found[0]
    raise OSError(f"no {successive} free ports from {FIRST} to {LAST}")
