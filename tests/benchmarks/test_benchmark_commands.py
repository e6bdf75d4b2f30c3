"""Benchmark commands: each is run for moments; it must end well, with one line for a machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BRIEFLY = ("--json", "--rounds", "1", "--seconds", "0.3", "--connections", "4", "--rates", "100")

COMMANDS = {
    "relay": ("--only", "limit,hub"),
    "steps": (),
    "claim": ("--longest", "1000"),
    "kill": ("--kills", "1"),
    "idle": ("--queued", "50"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_benchmark_ends_with_one_line_of_json(name: str) -> None:
    command = [sys.executable, "-m", "benchmarks", name, *BRIEFLY, *COMMANDS[name]]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert ended.returncode == 0, ended.stderr
    (line,) = ended.stdout.splitlines()
    report = json.loads(line)
    assert report["benchmark"] == name
    assert report["ratio"] >= 0
    assert report["median"]
