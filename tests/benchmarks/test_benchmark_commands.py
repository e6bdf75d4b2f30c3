"""Benchmark commands: each is run for moments; it must end well, with one line for a machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.database import ELSEWHERE
from tests import postgres_server

ROOT = Path(__file__).parents[2]
BRIEFLY = ("--json", "--rounds", "1", "--seconds", "0.3", "--connections", "4", "--rates", "100")
SLICES = ("--slices", "2", "--slice-seconds", "0.2")

COMMANDS = {
    "relay": ("--only", "limit,hub", *SLICES),
    "steps": (),
    "claim": ("--longest", "1000"),
    "telemetry": (),
    "kill": ("--kills", "1"),
    "idle": ("--queued", "50"),
    "tenants": ("--per-second", "20"),
}


ON_POSTGRES = {
    "relay": ("--only", "limit,hub,hub x 2", *SLICES),
    "steps": (),
    "claim": ("--longest", "1000"),
    "kill": ("--kills", "1"),
    "idle": ("--queued", "50"),
    "ingest": (),
    "cost": (),
    "snapshot": ("--hold", "0.6"),
}
STARTS_ITS_OWN = "claim"
CASES = [
    *((name, "sqlite", options) for name, options in COMMANDS.items()),
    *((name, "postgres", options) for name, options in ON_POSTGRES.items()),
]


def server_for(name: str, backend: str) -> dict[str, str]:
    """The server that tests share; one command starts its own, as it does without this."""
    if backend == "sqlite" or name == STARTS_ITS_OWN:
        return {}
    return {ELSEWHERE: postgres_server.shared().address}


@pytest.mark.parametrize(
    ("name", "backend", "options"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_benchmark_ends_with_one_line_of_json(
    name: str, backend: str, options: tuple[str, ...]
) -> None:
    words = [*BRIEFLY, "--backend", backend, *options]
    command = [sys.executable, "-m", "benchmarks", name, *words]

    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **server_for(name, backend)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stderr
    (line,) = ended.stdout.splitlines()
    report = json.loads(line)
    assert report["benchmark"] == name
    assert report["ratio"] >= 0
    assert report["median"]
