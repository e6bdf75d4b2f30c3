"""Auth: how a credential is put on a request; the secret itself comes from the vault."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoAuth:
    """The system asks for no credential."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """``Authorization: Bearer <secret>`` (RFC 6750)."""


@dataclass(frozen=True, slots=True)
class Basic:
    """``Authorization: Basic``; the secret is ``user:password``, or the password of *user*."""

    user: str | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The secret in a header of its own, after *prefix*."""

    header: str
    prefix: str = ""


Auth = NoAuth | Bearer | Basic | ApiKey
