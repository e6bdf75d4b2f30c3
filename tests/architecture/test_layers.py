"""Architecture: the import contracts hold, and rooms stay small enough to live in."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
WALL = 400
LONGEST_FUNCTION = 60
FORBIDDEN = ("util", "helper", "common", "misc", "manager", "handler", "processor", "impl", "info")

ONLY_SYSTEM_ASKS = {"time", "random", "uuid_utils", "secrets"}
MAY_ASK_THE_MACHINE = (
    "adapters/system/",
    "adapters/vault/folder.py",  # how long ago it looked at a file
    "demo/",  # directs real processes by the clock on the wall
)


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_a_room_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)

    assert len(text.splitlines()) <= WALL
    assert ast.get_docstring(tree), "the first line says what comes in and what goes out"
    assert not any(word == path.stem for word in FORBIDDEN)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"
        if isinstance(node, ast.ClassDef):
            assert not node.name.lower().endswith(FORBIDDEN), node.name


@pytest.mark.parametrize(
    "path",
    [p for p in SOURCES if "tieline_sim" not in p.parts],
    ids=lambda path: str(path.relative_to(ROOT / "src")),
)
def test_only_the_system_adapter_asks_for_time_and_chance(path: Path) -> None:
    place = str(path.relative_to(ROOT / "src" / "tieline"))
    if place.startswith(MAY_ASK_THE_MACHINE):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))

    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }

    assert not imported & ONLY_SYSTEM_ASKS


TIELINE = ROOT / "src/tieline"
RULES = sorted(
    path
    for place in ("rules/**/*.py", "features/*/rules.py", "features/*/rules/*.py")
    for path in TIELINE.glob(place)
)


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(TIELINE)))
def test_a_decision_awaits_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    waits = [n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef | ast.Await)]

    assert not waits


def test_nothing_in_the_repository_names_a_registry_or_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    hosts = ("py" + "pi.org", "pythonhosted" + ".org", "registry.npm" + "js", "/ro" + "ot/")

    named = [
        (name, host)
        for name in listed
        if name and (ROOT / name).is_file()
        for host in hosts
        if host in (ROOT / name).read_text(encoding="utf-8", errors="ignore")
    ]

    assert named == []
