"""LoginLimit: a try to log in comes in; whether it may be made goes out. Memory is bounded.

Three limits over a quarter of an hour: a name from one address (guessing one password), an address
(guessing names), and a name from everywhere (many machines). The last is high, so that a stranger
cannot easily lock somebody out.
"""

from collections import OrderedDict

from tieline.model.base.ids import Micros

WINDOW_US = 15 * 60 * 1_000_000
PAIR, ADDRESS, NAME = 10, 60, 100
MOST_KEYS = 10_000
"""More are forgotten, the least recently used first."""

_Key = tuple[str, str]


class LoginLimit:
    """Counts tries that failed; a try counts until it turns out well."""

    def __init__(self) -> None:
        self._tries: OrderedDict[_Key, tuple[Micros, int]] = OrderedDict()

    def take(self, name: str, address: str, now_us: Micros) -> int | None:
        """None: go on, and the try is counted. Else how many seconds to wait."""
        waits = [self._wait(key, limit, now_us) for key, limit in _limits(name, address)]
        if any(waits):
            return max(waits)
        for key, _ in _limits(name, address):
            since, count = self._current(key, now_us)
            self._tries[key] = (since, count + 1)
            self._tries.move_to_end(key)
        while len(self._tries) > MOST_KEYS:
            self._tries.popitem(last=False)
        return None

    def forgive(self, name: str, address: str, now_us: Micros) -> None:
        """The try was good: it counts no more, and the pair begins anew."""
        for key, _ in _limits(name, address):
            since, count = self._current(key, now_us)
            if key[0] and key[1]:
                self._tries.pop(key, None)
            elif count:
                self._tries[key] = (since, count - 1)

    def _wait(self, key: _Key, limit: int, now_us: Micros) -> int:
        since, count = self._current(key, now_us)
        return 0 if count < limit else max(1, (since + WINDOW_US - now_us) // 1_000_000)

    def _current(self, key: _Key, now_us: Micros) -> tuple[Micros, int]:
        since, count = self._tries.get(key, (now_us, 0))
        return (since, count) if now_us - since < WINDOW_US else (now_us, 0)


def _limits(name: str, address: str) -> tuple[tuple[_Key, int], ...]:
    return (((name, address), PAIR), (("", address), ADDRESS), ((name, ""), NAME))
