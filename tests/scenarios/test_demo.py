"""Demo: the command that a new user runs first, run as they would."""

import json
import subprocess
import sys
from pathlib import Path

FIELDS = [
    "sent",
    "accepted",
    "refused",
    "duplicates",
    "effects",
    "double_effects",
    "lost",
    "retried",
    "held",
    "dead",
    "accounts",
    "unbalanced",
]
LONGEST_S = 240


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tieline", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_S)


def test_the_demo_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", "--seconds", "6", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    count = json.loads(line)
    assert list(count) == FIELDS
    assert (count["double_effects"], count["lost"], count["dead"]) == (0, 0, 0)
    assert count["accepted"] == count["sent"] > 150
    assert min(count["refused"], count["duplicates"], count["retried"]) > 0
    assert count["effects"] > count["sent"]
    assert count["accounts"] >= 6
    assert count["unbalanced"] == 0
    assert list(tmp_path.iterdir()) == []


def test_the_demo_tells_what_happened_and_keeps_the_store_that_it_was_given(tmp_path: Path) -> None:
    store = ("--store", "demo.db")
    done = run(tmp_path, "demo", "--seconds", "3", "--no-kill", *store)

    assert done.returncode == 0, done.stderr
    for words in (
        "traffic begins",
        "the hub has drained",
        "What happened",
        "suffered most",
    ):
        assert words in done.stdout
    assert "double effects: 0 · lost: 0" in done.stdout
    assert " accepted = " in done.stdout
    assert "kill -9" not in done.stdout

    told = run(tmp_path, *store, "story", "repository", "acme-example/hello-example")
    assert told.returncode == 0
    assert "note_code is done" in told.stdout
