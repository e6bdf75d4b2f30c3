"""What is vendored is what its list says, byte for byte, and nothing else is there."""

import hashlib
import re
from pathlib import Path

from tieline.surfaces.console.page_parts import STATIC

HERE = Path(__file__).parent
ROW = re.compile(r"`(vendor/[^`]+)`.*`([0-9a-f]{64})`")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_vendored_files_are_those_of_the_list() -> None:
    listed = dict(ROW.findall((STATIC / "VENDORED.md").read_text(encoding="utf-8")))

    found = {
        f"vendor/{path.name}": sha256(path)
        for path in (STATIC / "vendor").iterdir()
        if not path.name.endswith("LICENSE.txt")
    }
    assert found == listed


def test_the_accessibility_checker_is_the_one_that_was_vendored() -> None:
    listed = (HERE / "VENDORED.md").read_text(encoding="utf-8")

    (script,) = HERE.glob("axe-core-*.js")
    assert script.name in listed
    assert sha256(script) in listed
