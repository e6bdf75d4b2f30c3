"""Costs: what each folder of tests took, said at its end and kept for the order of the next.

``TIELINE_TEST_WRITE_DURATIONS=1`` keeps what was measured in ``tests/durations.json``.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pytest

KEPT = Path(__file__).with_name("durations.json")
WRITE = "TIELINE_TEST_WRITE_DURATIONS"
ALONE_S = 15.0
"""A test that takes longer is work of its own, so that two of one file can run at the same time."""
DEAREST = 10
"""So many files are named at the end of a run."""


@dataclass(slots=True)
class Cost:
    """Seconds of one test, and how many of them were its own and not those of its fixtures."""

    seconds: float = 0.0
    own: float = 0.0


@dataclass(slots=True, eq=False)
class Costs:
    """What the tests of one run took; as a plugin of pytest, it notes that itself."""

    tests: dict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        cost = self.tests[report.nodeid]
        cost.seconds += report.duration
        if report.when == "call":
            cost.own += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len({file_of(test) for test in self.tests}) > 1:
            terminalreporter.section("what the tests took")
            terminalreporter.line("\n".join(table(self.tests)))

    def pytest_sessionfinish(self) -> None:
        if os.environ.get(WRITE):
            keep(KEPT, durations(self.tests))


def pytest_configure(config: pytest.Config) -> None:
    """Note costs where the reports of all workers come together."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Costs(), "tests-costs")


def file_of(test: str) -> str:
    """The file of a test, relative to the root."""
    return test.split("::", 1)[0]


def table(tests: Mapping[str, Cost]) -> list[str]:
    """One line for each folder, then one for each of the dearest files; the dearest first."""
    folders = _summed((str(PurePosixPath(file_of(test)).parent), tests[test]) for test in tests)
    files = _summed((file_of(test), tests[test]) for test in tests)
    return [*_lines(folders, "folder"), "", *_lines(files[:DEAREST], "file")]


def _summed(named: Iterable[tuple[str, Cost]]) -> list[tuple[str, float, int]]:
    sums: dict[str, tuple[float, int]] = {}
    for name, cost in named:
        seconds, count = sums.get(name, (0.0, 0))
        sums[name] = (seconds + cost.seconds, count + 1)
    rows = [(name, *both) for name, both in sums.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _lines(rows: Iterable[tuple[str, float, int]], kind: str) -> list[str]:
    written = [f"{seconds:8.1f}  {count:5}  {name}" for name, seconds, count in rows]
    return [f"{'seconds':>8}  {'tests':>5}  {kind}", *written]


def durations(tests: Mapping[str, Cost]) -> dict[str, int]:
    """Seconds by file, and by test where one takes so long that it is work of its own."""
    alone = {test: cost.seconds for test, cost in tests.items() if cost.own > ALONE_S}
    files: dict[str, float] = defaultdict(float)
    for test, cost in tests.items():
        files[file_of(test)] += 0.0 if test in alone else cost.seconds
    return {name: round(seconds) for name, seconds in sorted({**files, **alone}.items())}


def keep(path: Path, measured: Mapping[str, int]) -> None:
    """Write what was measured; of files that did not run and still exist, the old stays."""
    ran = {file_of(name) for name in measured}
    root = path.parents[1]
    old = {
        name: seconds
        for name, seconds in known(path).items()
        if file_of(name) not in ran and (root / file_of(name)).exists()
    }
    text = json.dumps({**old, **measured}, indent=0, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def known(path: Path = KEPT) -> dict[str, int]:
    """What was kept; nothing where nothing was."""
    kept: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept
