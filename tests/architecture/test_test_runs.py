"""How test runs are ordered, what they say of their cost, and what ``--light`` leaves out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.costs import Cost, durations, keep, known, table
from tests.order import longest, work_of

TOOK = {"tests/a/test_a.py": 3, "tests/a/test_b.py": 9, "tests/a/test_b.py::test_slow[x]": 40}


@pytest.mark.parametrize(
    ("test", "work"),
    [
        ("tests/a/test_a.py::test_one", "tests/a/test_a.py"),
        ("tests/a/test_a.py::TestAll::test_one[a::b]", "tests/a/test_a.py"),
        ("tests/a/test_b.py::test_slow[x]", "tests/a/test_b.py::test_slow[x]"),
        ("tests/a/test_b.py::test_slow[y]", "tests/a/test_b.py"),
        ("tests/new/test_new.py::test_new", "tests/new/test_new.py"),
    ],
)
def test_a_test_belongs_to_its_file_unless_it_takes_long(test: str, work: str) -> None:
    assert work_of(test, TOOK) == work


@pytest.mark.parametrize(
    ("works", "first"),
    [
        (["tests/a/test_a.py", "tests/a/test_b.py"], "tests/a/test_b.py"),
        (
            ["tests/a/test_b.py", "tests/a/test_b.py::test_slow[x]"],
            "tests/a/test_b.py::test_slow[x]",
        ),
        (["tests/a/test_b.py", "tests/new.py", "tests/a/test_a.py"], "tests/new.py"),
        (["tests/new.py", "tests/newer.py"], "tests/new.py"),
    ],
)
def test_the_longest_work_comes_first_and_the_unknown_counts_as_usual(
    works: list[str], first: str
) -> None:
    assert longest(works, TOOK) == first


def test_any_order_will_do_where_nothing_was_measured() -> None:
    assert longest(["tests/a.py", "tests/b.py"], {}) == "tests/a.py"


def a_run() -> dict[str, Cost]:
    return {
        "tests/a/test_a.py::test_one": Cost(1.25, 1.0),
        "tests/a/test_a.py::test_two[x]": Cost(2.0, 2.0),
        "tests/b/test_b.py::test_slow": Cost(60.5, 58.0),
        "tests/b/test_b.py::test_waits_for_a_fixture": Cost(30.0, 0.5),
    }


def test_folders_and_files_are_listed_by_what_they_took() -> None:
    assert table(a_run()) == [
        " seconds  tests  folder",
        "    90.5      2  tests/b",
        "     3.2      2  tests/a",
        "",
        " seconds  tests  file",
        "    90.5      2  tests/b/test_b.py",
        "     3.2      2  tests/a/test_a.py",
    ]


def test_a_test_that_takes_long_by_itself_is_kept_beside_its_file() -> None:
    assert durations(a_run()) == {
        "tests/a/test_a.py": 3,
        "tests/b/test_b.py": 30,
        "tests/b/test_b.py::test_slow": 60,
    }


def test_what_did_not_run_keeps_its_duration_as_long_as_it_exists(tmp_path: Path) -> None:
    kept = tmp_path / "tests" / "durations.json"
    for name in ("test_a.py", "test_b.py"):
        (tmp_path / "tests" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "tests" / name).touch()
    before = {"tests/test_a.py": 7, "tests/test_b.py::test_gone": 30, "tests/test_c.py": 9}
    kept.write_text(json.dumps(before), encoding="utf-8")

    keep(kept, {"tests/test_b.py": 2})

    assert known(kept) == {"tests/test_a.py": 7, "tests/test_b.py": 2}


def test_a_light_run_leaves_out_what_starts_a_process_or_says_that_it_will(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import subprocess, sys\n"
        "def test_starts(): subprocess.run([sys.executable, '-c', 'pass'], check=True)\n"
        "def test_says(): sys.audit('tests.needs', 'a browser')\n"
        "def test_light(): pass\n",
        encoding="utf-8",
    )
    words = ["-m", "pytest", "-p", "tests.light", "-q", "-rs", "--rootdir", str(tmp_path)]
    for light, summary in (["--light"], "1 passed, 2 skipped"), ([], "3 passed"):
        ended = subprocess.run(
            [sys.executable, *words, *light, "-c", os.devnull, str(tmp_path)],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert summary in ended.stdout, ended.stdout + ended.stderr
        assert ("needs a browser" in ended.stdout) is bool(light)
