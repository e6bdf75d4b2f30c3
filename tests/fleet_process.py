"""FleetProcess: a supervisor and its processes over one PostgreSQL store, to be tormented."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.hub_process import PATIENCE_S
from tests.ports import free_port

FLEET_PATIENCE_S = 150.0
"""Several processes start at a time, on a machine that may have few cores, and under load."""
READY = re.compile(r"^tieline: process (\d+) is ready \(pid (\d+)\)$", re.MULTILINE)


def is_alive(pid: int) -> bool:
    """Whether there is such a process, apart from one that has ended and is not collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@dataclass(slots=True)
class FleetProcess:
    """``tieline serve --processes``; every life has the same address."""

    hub: str
    folder: Path
    store: str
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None
    name: str = "fleet"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def begin(self, processes: int, *words: str, **settings: object) -> None:
        """Begin a life, whatever comes of it."""
        own = {"TIELINE_CONSOLE_PORT": "0", "TIELINE_STORE": self.store}
        own |= {f"TIELINE_{name.upper()}": str(value) for name, value in settings.items()}
        command = [sys.executable, "-m", "tieline", "--hub", self.hub, "serve"]
        port = ["--port", str(self.port), "--processes", str(processes)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *port, *words],
                env={**os.environ, **self.environment, **own},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def start(self, processes: int, *words: str, **settings: object) -> None:
        """Begin a life; returns once all are ready."""
        before = self.said().count("tieline: ready\n")
        self.begin(processes, *words, **settings)
        self.until(lambda: self.said().count("tieline: ready\n") > before, "not ready")

    def until(self, is_so: Callable[[], object], what: str) -> None:
        """Return once *is_so*; what was said goes with a failure."""
        give_up = time.monotonic() + FLEET_PATIENCE_S
        while not is_so():
            if time.monotonic() > give_up:
                told = [line for line in self.said().splitlines() if line.startswith("tieline")]
                raise TimeoutError("\n".join([what, *told[-30:], self.said()[-2000:]]))
            time.sleep(0.02)

    def pids(self) -> dict[int, int]:
        """Number of a process → the last id that it was ready with."""
        return {int(number): int(pid) for number, pid in READY.findall(self.said())}

    def lives(self) -> list[int]:
        """The ids of all processes that were ever ready."""
        return [int(pid) for _, pid in READY.findall(self.said())]

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait_for_end(self) -> int:
        assert self.process is not None
        return self.process.wait(PATIENCE_S)

    def stop(self) -> int:
        """Ask it to end, and wait; returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait_for_end()

    def end(self) -> None:
        """Whatever state it is in: nothing is left of it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        for pid in self.lives():
            with suppress(ProcessLookupError):
                if is_alive(pid) and b"tieline" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
