"""Pages name files of the source that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "README.md"])
NAMED = re.compile(r"`((?:[\w<>-]+/)*[\w<>-]+\.(?:py|sql)|(?:[\w<>-]+/)+)`")
EXAMPLES = {"hub.py", "test_hub.py", "contracts.py", "send.py"}
"""Files of whoever reads the page."""
TOP = {path.name for path in ROOT.iterdir()}
PLACES = ("", "src/", "src/tieline/", "src/tieline/pipeline/")


def named(page: Path) -> list[str]:
    found = NAMED.findall(page.read_text(encoding="utf-8"))
    return sorted({name for name in found if name not in EXAMPLES and "<" not in name})


def is_there(name: str) -> bool:
    if any((ROOT / place / name).exists() for place in PLACES):
        return True
    return next((ROOT / "src/tieline").rglob(name.rstrip("/")), None) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert [name for name in named(page) if not is_there(name)] == []
