"""Listening: an address comes in; a socket that listens on it goes out."""

import socket
from dataclasses import dataclass

from tieline.model.base.errors import SettingsError


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """How people know an address that somebody listens on."""

    setting: str
    wanted: str
    """What they may use instead."""


DOOR = ListenAddress("port", "another port (--port, or the setting port), or another host")
CONSOLE = ListenAddress(
    "console_port",
    "another port for the console (the setting console_port; unless set, it is the door's and 1), "
    "or another console_host",
)


def listen(host: str, port: int, of: ListenAddress, *, backlog: int) -> socket.socket:
    """A socket of this process alone; port 0 is any free one. Raises SettingsError."""
    try:
        return socket.create_server((host, port), family=_family(host), backlog=backlog)
    except OSError as error:
        raise taken(host, port, of, error) from None


def check_free(host: str, port: int, of: ListenAddress) -> None:
    """Raise SettingsError where nobody could listen now, without listening."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise taken(host, port, of, error) from None


def taken(host: str, port: int, of: ListenAddress, error: OSError) -> SettingsError:
    """What people are told of an address that cannot be had."""
    # The library repeats the address in its own words, which do not help.
    why = (error.strerror or str(error)).partition(" (while")[0]
    hint = f"use {of.wanted}: {why}"
    return SettingsError(of.setting, f"{host}:{port}", hint)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
