"""Observers: a fact goes to each observer that wants its kind, whatever the others do.

The kind of a fact is looked up, not compared: a fact that nobody wants costs one look.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, get_args

from tieline.model.runs.facts import Fact
from tieline.ports.observer import Observer

Handlers = Mapping[type, Callable[[Any], None]]


class FilteringObserver(Protocol):
    """An observer that says which kinds of facts it wants, and what to do with each."""

    @property
    def handlers(self) -> Handlers: ...


class EveryFactObserver:
    """An observer that wants every fact."""

    def __init__(self, observer: Observer) -> None:
        self.handlers: Handlers = dict.fromkeys(get_args(Fact), observer.saw)


class Observers:
    """One observer made of several."""

    def __init__(self, observers: Iterable[FilteringObserver]) -> None:
        by_kind: dict[type, tuple[Callable[[Any], None], ...]] = {}
        for observer in observers:
            for kind, handler in observer.handlers.items():
                by_kind[kind] = (*by_kind.get(kind, ()), handler)
        self._by_kind = by_kind
        self.failed = 0
        """Facts that an observer could not take: bugs of ours, which must not stop the path."""

    def saw(self, fact: Fact) -> None:
        for handler in self._by_kind.get(type(fact), ()):
            try:
                handler(fact)
            except Exception:  # noqa: BLE001 - no observer may stop the path
                self.failed += 1
