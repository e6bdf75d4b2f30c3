"""Light: with ``--light``, only tests that need nothing beside this process, for ``make check``.

Which tests those are is found out while they run, so there is no list of them: one that is about to
start a process is skipped there and then. What would do much before it starts one says so earlier:
``sys.audit(NEEDS, "PostgreSQL")``.
"""

import sys
from collections.abc import Generator
from typing import Any

import pytest

NEEDS = "tests.needs"
STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"}
"""What the interpreter says before a process is started."""


class Light:
    """A plugin of pytest that hears what a test is about to do, and skips it."""

    is_running = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self.is_running = True
        try:
            return (yield)
        finally:
            self.is_running = False

    def hear(self, event: str, about: tuple[Any, ...]) -> None:
        if self.is_running and (event == NEEDS or event in STARTS):
            pytest.skip(f"needs {about[0] if event == NEEDS else 'a process'}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--light", action="store_true", help="only tests that start no process")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--light"):
        light = Light()
        sys.addaudithook(light.hear)
        config.pluginmanager.register(light, "tests-light")
