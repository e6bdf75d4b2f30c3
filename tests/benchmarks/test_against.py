"""One revision against another: each runs its own code, and nothing of it is left behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.checkout import checked_out, short_name
from benchmarks.processes import code_of

ROOT = Path(__file__).parents[2]
WHERE = "import benchmarks, tieline; print(benchmarks.__file__); print(tieline.__file__)"
TINY = ("--json", "--rounds", "1", "--slices", "1", "--slice-seconds", "0.2", "--seconds", "0.2")


def worktrees() -> list[str]:
    command = ["git", "-C", str(ROOT), "worktree", "list", "--porcelain"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def test_a_checkout_runs_its_own_code_and_goes_even_when_the_block_fails() -> None:
    with pytest.raises(ZeroDivisionError), checked_out("HEAD") as folder:  # noqa: PT012 - see below
        python = [sys.executable, "-c", WHERE]
        said = subprocess.run(
            python, check=True, cwd=folder, env=code_of(folder), capture_output=True, text=True
        )
        assert [Path(line).parent for line in said.stdout.splitlines()] == [
            folder / "benchmarks",
            folder / "src" / "tieline",
        ]
        raise ZeroDivisionError  # as a benchmark that fails

    assert not folder.exists()
    assert f"worktree {folder}" not in worktrees()


def test_a_revision_that_is_none_ends_the_program() -> None:
    with pytest.raises(SystemExit, match="no-such-revision"):
        short_name("no-such-revision")


def test_the_hub_is_measured_against_that_of_a_revision() -> None:
    command = [sys.executable, "-m", "benchmarks", "relay", *TINY, "--connections", "4"]
    command += ["--against", "HEAD", "--bound", "0.001"]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert ended.returncode == 1, ended.stderr
    report = json.loads(ended.stdout)
    new, old = report["median"].values()
    assert new["cpu_us_per_event"] > 0
    assert old["cpu_us_per_event"] > 0
    assert report["ratio"] > 0.001
    assert "ABOVE" in report["verdict"]
