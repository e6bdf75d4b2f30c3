"""Generated: a file that is made from the code is held against it, or made again.

A test that holds such a file asks for the fixture ``regenerated``. With ``--regenerate`` only these
tests run, and write; ``make regenerate`` does so for all of them.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUN = "run `make regenerate`, and read the difference before you commit it"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write the generated files again")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--regenerate"):
        items[:] = [item for item in items if "regenerating" in getattr(item, "fixturenames", ())]


@pytest.fixture
def regenerating(request: pytest.FixtureRequest) -> bool:
    """Whether this run writes the files, instead of holding them against the code."""
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture
def regenerated(regenerating: bool) -> Callable[[Path, str], str]:
    """What a generated file says; it is written first where this run regenerates.

    Given the path and what the code makes now. Every such file has ``-merge`` in
    ``.gitattributes``: a merge leaves it alone, and never puts two versions of it together.
    """

    def says(path: Path, made: str) -> str:
        assert is_kept_from_merges(path), f"{path.relative_to(ROOT)} is not in .gitattributes"
        if regenerating:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made, encoding="utf-8")
        return path.read_text(encoding="utf-8") if path.exists() else ""

    return says


def is_kept_from_merges(path: Path) -> bool:
    """Whether ``.gitattributes`` keeps git from merging *path*."""
    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    rules = [line.split() for line in lines if line and not line.startswith("#")]
    return any(path.match(pattern.lstrip("/")) for pattern, *rule in rules if "-merge" in rule)
