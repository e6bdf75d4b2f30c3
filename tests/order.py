"""Order: which work the workers of a test run start first: the longest, so that they end together.

The work is a file, whose tests share its fixtures and stay together, or one test that is known to
take long. ``--dist loadfile`` alone would start the file with the most tests first, and the few
tests that wait for processes last.
"""

from collections.abc import Iterable, Mapping
from statistics import fmean

import pytest
from tests.costs import file_of, known
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling
from xdist.workermanage import WorkerController


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]
    """Gives a worker that has room the longest work there is."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        self.took = known()

    def _split_scope(self, nodeid: str) -> str:
        return work_of(nodeid, self.took)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(longest(self.workqueue, self.took), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Of the ways of xdist, only the one by files is changed."""
    return LongestFirst(config, log) if config.getoption("dist") == "loadfile" else None


def work_of(test: str, took: Mapping[str, float]) -> str:
    """What a test belongs to: its file, or itself where its own time is known."""
    return test if test in took else file_of(test)


def longest(works: Iterable[str], took: Mapping[str, float]) -> str:
    """The first of the longest; what is not known counts as the average of what is."""
    usual = fmean(took.values()) if took else 0.0
    return max(works, key=lambda work: took.get(work, usual))
