"""Observer: facts go in; nothing comes back, and no observer can stop the path."""

from typing import Protocol

from tieline.model.runs.facts import Fact


class Observer(Protocol):
    """The role of whoever tells people and machines what happens.

    Promises: ``saw`` returns quickly, never raises and never blocks.
    """

    def saw(self, fact: Fact) -> None:
        """Take note of *fact*."""
        ...


class NoObserver:
    """An observer that is not interested."""

    def saw(self, fact: Fact) -> None:
        pass


NOBODY = NoObserver()
