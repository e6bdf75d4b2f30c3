"""Secret: bytes that sign, encrypt or authenticate, and that never print."""

import hmac
from dataclasses import dataclass
from typing import Never


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Secret:
    """A secret value. Only :meth:`reveal` opens it, and that word is easy to search for."""

    _value: bytes

    @classmethod
    def of(cls, value: str | bytes) -> "Secret":
        """Wrap *value*; text becomes UTF-8 bytes."""
        return cls(value.encode() if isinstance(value, str) else value)

    def reveal(self) -> bytes:
        """The bytes themselves, for the few files that sign, encrypt or send."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> Never:
        raise TypeError("a Secret cannot be pickled")
