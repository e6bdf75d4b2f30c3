"""Named: the headers of a message come in; values by name go out, without another look at all."""

from collections.abc import Sequence

from tieline.model.call import Headers


class Named:
    """Headers with names in lower case, found by name; a name may come more than once."""

    __slots__ = ("_first", "_headers")

    def __init__(self, headers: Headers) -> None:
        self._headers = headers
        self._first = dict(reversed(headers))

    def first(self, name: str) -> str | None:
        """The first value of header *name*, or None."""
        return self._first.get(name)

    def every(self, name: str) -> Sequence[str]:
        """All values of header *name*, in their order."""
        value = self._first.get(name)
        if value is None:
            return ()
        if len(self._first) == len(self._headers):
            return (value,)
        return [value for key, value in self._headers if key == name]
