"""Named: the headers of a message come in; values by name go out, without another look at all."""

from collections.abc import Callable, Sequence

Headers = tuple[tuple[str, str], ...]
"""Names and values of a message's headers, in their order."""


class Named:
    """Headers with names in lower case, found by name; a name may come more than once."""

    __slots__ = ("_headers", "_repeats", "first")

    def __init__(self, headers: Headers) -> None:
        first = dict(reversed(headers))
        self.first: Callable[[str], str | None] = first.get
        """The first value of a header, or None."""
        self._headers = headers
        self._repeats = len(first) < len(headers)

    def only(self, name: str) -> str | None:
        """The value of a header that came once, or None."""
        if not self._repeats:
            return self.first(name)
        values = self.every(name)
        return values[0] if len(values) == 1 else None

    def every(self, name: str) -> Sequence[str]:
        """All values of header *name*, in their order."""
        return [value for key, value in self._headers if key == name]
