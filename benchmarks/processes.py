"""Processes: a command comes in; a child whose cost is measured and whose end is ours goes out."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

import psutil  # type: ignore[import-untyped]  # it ships no types

from benchmarks.threads import cpu_us_by_thread

_STOP_SECONDS = 15.0
_READY_SECONDS = 60.0
_MODULE = [sys.executable, "-m"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, path: str) -> bytes:
    """The body of a GET at one of our own processes."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def cpu_seconds_of(process: int) -> float:
    """User and system time so far of it and its children, also of those that have ended."""
    first = psutil.Process(process)
    spent = 0.0
    for child in first.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ended just now
            times = child.cpu_times()
            spent += times.user + times.system
    times = first.cpu_times()
    own = times.user + times.system + times.children_user + times.children_system
    return float(spent + own)


def code_of(root: Path | None) -> dict[str, str] | None:
    """An environment whose Python finds the packages of that checkout first; None: as here."""
    if root is None:
        return None
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(root / "src"), str(root)))}


class Child:
    """One process under test or under our command; leaving the block ends it.

    With *root* it runs the code of that checkout instead of ours.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int,
        log: Path | None = None,
        root: Path | None = None,
    ) -> None:
        self.port = port
        self._command = list(command)
        self._log = log
        self._root = root

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> float:
        """Start it and return the seconds until it accepted a connection."""
        started = time.monotonic()
        with (self._log or Path(os.devnull)).open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, cwd=self._root, env=code_of(self._root)
            )
        self._watched = psutil.Process(self._process.pid)
        while not _accepts(self.port):
            if self._process.poll() is not None:
                raise RuntimeError(
                    f"{self._command} ended with {self._process.returncode}: {self._last_words()}"
                )
            if time.monotonic() - started > _READY_SECONDS:
                raise RuntimeError(f"{self._command} does not listen on {self.port}")
            time.sleep(0.005)
        return time.monotonic() - started

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to it and to everything it started: no chance to tidy up."""
        for child in self._watched.children(recursive=True):
            child.kill()
        self._end(signal.SIGKILL)

    def cpu_seconds(self) -> float:
        """User and system time so far, its children included."""
        return cpu_seconds_of(self._watched.pid)

    def cpu_us_by_thread(self) -> Counter[str]:
        """Processor time of its living threads so far, its children's included, by name."""
        return sum((cpu_us_by_thread(each.pid) for each in self._family()), Counter())

    def peak_mb(self) -> float:
        """The most memory each of its processes ever held, added up."""
        return round(sum(_kilobytes(each.pid, "VmHWM") for each in self._family()) / 1024, 1)

    def memory_mb(self) -> float:
        return round(sum(_kilobytes(each.pid, "VmRSS") for each in self._family()) / 1024, 1)

    def _family(self) -> list[Any]:
        return [self._watched, *self._watched.children(recursive=True)]

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:] if self._log else ""

    def _end(self, number: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Sink(Child):
    """The far side of every relay, in a process of its own."""

    def __init__(self, *, keyed: bool = False) -> None:
        port = free_port()
        extra = ["--keyed"] if keyed else []
        super().__init__([*_MODULE, "benchmarks.sink", "--port", str(port), *extra], port=port)
        self.url = f"http://127.0.0.1:{port}/relay"

    def stats(self) -> dict[str, Any]:
        return dict(json.loads(ask(self.port, "/_stats")))

    def counts(self) -> bytes:
        """One byte a sequence number: how often it arrived."""
        return ask(self.port, "/_counts")

    def control(self, switch: str) -> None:
        ask(self.port, f"/_{switch}")

    def wait_for(self, distinct: int, *, patience_seconds: float) -> int:
        """Wait until so many arrived, or until nothing new has come for *patience_seconds*."""
        best, since = -1, time.monotonic()
        while best < distinct and time.monotonic() - since < patience_seconds:
            now = int(ask(self.port, "/_progress"))
            if now > best:
                best, since = now, time.monotonic()
            time.sleep(0.02)
        return best


def load_command(url: str, **options: object) -> list[str]:
    """The command line of one load; options are those of benchmarks.load."""
    words = [*_MODULE, "benchmarks.load", "--url", url]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return words


def run_load(url: str, **options: object) -> dict[str, Any]:
    done = subprocess.run(load_command(url, **options), check=True, capture_output=True)
    return dict(json.loads(done.stdout))


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _kilobytes(process: int, field: str) -> int:
    """Zero where there is no /proc to ask."""
    status = Path(f"/proc/{process}/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    return 0
