"""Secrecy: new keys, and passwords that can be checked but not read."""

from typing import Protocol


class Secrecy(Protocol):
    """The role of whoever makes secrets and guards passwords.

    Promises: a key has 256 random bits and stands in a URL as it is; ``hash_password`` and
    ``fits`` do their work beside the loop, few at a time; ``fits`` takes as long without a hash as
    with one, so that time does not tell which names exist.
    """

    def key(self) -> str:
        """A new secret: of a session, a token, an invitation."""
        ...

    async def hash_password(self, password: str) -> str:
        """What may be stored of *password*."""
        ...

    async def fits(self, password: str, stored: str | None) -> bool:
        """Whether *stored* was made of *password*; never, when there is nothing stored."""
        ...
