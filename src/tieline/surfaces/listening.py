"""Listening: an address comes in; a socket that listens on it goes out."""

import socket

from tieline.model.errors import SettingsError


def listen(
    host: str, port: int, *, backlog: int, setting: str = "listen", wanted: str = "another address"
) -> socket.socket:
    """A socket of this process alone; port 0 is any free one.

    Raises SettingsError, which names *setting* and says to use *wanted*, when it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=backlog)
    except OSError as error:
        hint = f"use {wanted}: {error.strerror or error}"
        raise SettingsError(setting, f"{host}:{port}", hint) from None
