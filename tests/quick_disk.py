"""Quick disk: the folders of tests are in memory, where there is room.

A store waits for its disk at every commit, and a thousand stores of tests need not.
"""

import os

import pytest
from tests.places import memory

TEMP_ROOT = "PYTEST_DEBUG_TEMPROOT"
"""Where pytest makes the folders of tests, unless ``--basetemp`` names a place."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    if place := memory():
        os.environ.setdefault(TEMP_ROOT, str(place))
