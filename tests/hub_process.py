"""HubProcess: a hub in a process of its own, to be stopped, paused and killed by a test."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.ports import free_port

PATIENCE_S = 60.0


def eventually(is_so: Callable[[], bool], what: str) -> None:
    """Return once *is_so*."""
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > give_up:
            raise TimeoutError(what)
        time.sleep(0.01)


@dataclass(slots=True)
class HubProcess:
    """``tieline serve`` over one store; every life has the same address."""

    hub: str
    folder: Path
    environment: Mapping[str, str]
    address: str = ""
    """Of a store that is no file in the folder."""
    has_door: bool = True
    """False: nothing answers, so a start does not wait for it."""
    knows: set[str] | None = None
    """Settings that its release has; None: today's."""
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def store(self) -> Path:
        return self.folder / "tieline.db"

    @property
    def _store(self) -> str:
        return self.address or str(self.store)

    @property
    def log(self) -> Path:
        return self.folder / "hub.log"

    def command(self, *words: str, check: bool = True) -> str:
        """What the command line says, as an operator would ask it beside the hub."""
        command = [sys.executable, "-m", "tieline", "--hub", self.hub, "--store", self._store]
        done = subprocess.run(
            [*command, *words],
            env={**os.environ, **self.environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=check,
        )
        return done.stdout

    def start(self, *, crash_at: str = "", **settings: object) -> None:
        """Begin a life; returns once it answers, or has already killed itself."""
        self.launch(crash_at=crash_at, **settings)
        if self.has_door:
            eventually(lambda: self._answers() or self.has_ended, "the hub does not answer")

    def launch(self, *, crash_at: str = "", **settings: object) -> None:
        """Begin a life, and let it come up by itself."""
        own = {}
        if self.knows is None or "console_port" in self.knows:
            own["TIELINE_CONSOLE_PORT"] = "0"
        own |= {"TIELINE_CRASH_AT": crash_at} if crash_at else {}
        own |= {f"TIELINE_{name.upper()}": str(value) for name, value in settings.items()}
        command = [sys.executable, "-m", "tieline", "--hub", self.hub, "--store", self._store]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "serve", "--port", str(self.port)],
                env={**os.environ, **self.environment, **own},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    @property
    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _answers(self) -> bool:
        with socket.socket() as caller:
            caller.settimeout(1)
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    def wait_for_end(self) -> int:
        """The exit code of a life that ends by itself."""
        assert self.process is not None
        return self.process.wait(PATIENCE_S)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> int:
        """Ask it to end, and wait; returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait_for_end()

    def kill(self) -> None:
        """SIGKILL from outside, at a moment that nobody chose."""
        self.signal(signal.SIGKILL)
        self.wait_for_end()

    def end(self) -> None:
        """Whatever state it is in."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
