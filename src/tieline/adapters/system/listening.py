"""Listening: an address and a number come in; so many sockets that share it go out.

They are bound and do not listen: who is given one listens once it can answer, and until then the
kernel sends nobody there.

On Linux every socket is bound for itself (SO_REUSEPORT, socket(7)) and the kernel spreads new
connections over them by a hash of their addresses. Elsewhere all are the same socket.
"""

import socket
import sys

from tieline.model.base.errors import SettingsError


class SharedAddress:
    """One address that several processes listen on; nobody else has it."""

    def __init__(
        self, host: str, port: int, setting: str = "listen", wanted: str = "another address"
    ) -> None:
        """Bind it (0: any free port).

        Raises SettingsError, which names *setting* and says to use *wanted*, when it is taken.
        """
        self._named = (setting, wanted)
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._host = host
        self._shares = sys.platform == "linux"
        # Bound without sharing first: else a second hub could take half of the connections.
        with self._bound(port, shares=False) as probe:
            free = probe.getsockname()[1]
        self._held = self._bound(free, shares=self._shares)
        self.port: int = free

    def listener(self) -> socket.socket:
        """A socket that may be handed to another process, to listen on."""
        if not self._shares:
            return self._held.dup()
        return self._bound(self.port, shares=True)

    def close(self) -> None:
        """Let go of the address."""
        self._held.close()

    def _bound(self, port: int, *, shares: bool) -> socket.socket:
        made = socket.socket(self._family, socket.SOCK_STREAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shares:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            made.bind((self._host, port))
        except OSError as error:
            made.close()
            setting, wanted = self._named
            hint = f"use {wanted}: {error.strerror or error}"
            raise SettingsError(setting, f"{self._host}:{port}", hint) from None
        return made


def inherited(name: str, number: int | None) -> socket.socket | None:
    """The socket to listen on that this process was given by the setting *name*, if it was.

    Raises SettingsError when it is none.
    """
    if number is None:
        return None
    wanted = "only a supervisor sets it, to the number of a socket with an address"
    try:
        found = socket.socket(fileno=number)
    except OSError as error:
        raise SettingsError(name, number, f"{wanted}: {error.strerror}") from None
    name_of = found.getsockname()
    if not isinstance(name_of, tuple) or not name_of[1]:
        found.close()
        raise SettingsError(name, number, wanted)
    return found
