"""Vault: a credential's name goes in, its currently valid secrets come out."""

from typing import Protocol

from tieline.model.base.secret import Secret


class Vault(Protocol):
    """The role of whoever keeps secrets.

    Promises: the newest secret comes first; an unknown name gives an empty tuple, never a default;
    a changed secret is seen without a restart.
    """

    def secrets(self, name: str) -> tuple[Secret, ...]:
        """Every secret that is valid now under *name*."""
        ...

    def place_of(self, name: str) -> str:
        """Where a person puts the secret *name*, in words: ``the variable TIELINE_SECRET_X``."""
        ...
