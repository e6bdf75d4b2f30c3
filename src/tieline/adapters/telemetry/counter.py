"""Counter: facts come in; how many of each kind there were goes out, for status lines and tests."""

from collections import Counter

from tieline.model.runs.facts import CallTried, Fact, Received, RunSettled


class CountingObserver:
    """Counts facts in memory."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def saw(self, fact: Fact) -> None:
        self.counts[_name(fact)] += 1


def _name(fact: Fact) -> str:
    match fact:
        case Received(verdict=verdict):
            return verdict
        case RunSettled(state=state):
            return f"run {state}"
        case CallTried(outcome=outcome):
            return f"call {outcome}"
        case _:
            return type(fact).__name__
