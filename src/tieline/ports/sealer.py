"""Sealer: payloads go in; bytes that tell nothing to whoever has only the store come out."""

from typing import Protocol

SEALED = b"\x00tie\x01"
"""How sealed bytes begin; no JSON begins so."""


class Sealer(Protocol):
    """The role of whoever seals payloads before they are stored.

    Promises: what was sealed for a place opens only for that place, so that two rows cannot be
    swapped; what is not sealed is returned as it is, so that sealing may begin on any day.
    """

    def seal(self, place: str, payload: bytes) -> bytes:
        """*payload* as it may be stored at *place*."""
        ...

    def open(self, place: str, stored: bytes) -> bytes:
        """What was sealed; *stored* itself when it is not sealed, or nobody has its key."""
        ...


def is_sealed(stored: bytes | None) -> bool:
    """Whether these bytes could not be opened."""
    return stored is not None and stored.startswith(SEALED)
