"""Processes: a command comes in; a running child goes out, and is ended by its id afterwards."""

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tieline.model.base.errors import CommandRefused

Process = subprocess.Popen[bytes]
START_S = 60.0
STOP_S = 30.0
LOOK_S = 0.02
LAST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class DemoProcess:
    """A running process, and the file that holds what it said so far."""

    what: str
    process: Process
    output: Path
    heard_bytes: int
    """What was in the file before it began."""

    def said(self) -> str:
        """Everything it has said."""
        return self.output.read_bytes()[self.heard_bytes :].decode(errors="replace")


def start(what: str, command: Sequence[str], *, folder: Path) -> DemoProcess:
    """Begin *command* in *folder*; it writes to ``<what>.log`` there, which never fills up."""
    output = folder / f"{what}.log"
    with output.open("ab") as log:
        heard_bytes = log.tell()
        process = subprocess.Popen(  # noqa: S603 - our own modules
            command, cwd=folder, env=_environment(), stdout=log, stderr=log
        )
    return DemoProcess(what, process, output, heard_bytes)


async def until_said(child: DemoProcess, word: str) -> str:
    """All that *child* has said, once *word* is in it. Raises CommandRefused if that never is."""
    last_s = time.monotonic() + START_S
    while word not in (said := child.said()):
        code = child.process.poll()
        if code is not None:
            reason = f"{child.what} did not start: exit code {code}"
        elif time.monotonic() > last_s:
            reason = f"{child.what} did not start within {START_S:.0f} seconds"
        else:
            await asyncio.sleep(LOOK_S)
            continue
        raise CommandRefused(f"{reason}\n{said[-LAST_WORDS:]}".strip())
    return said


def stop(child: DemoProcess) -> None:
    """Ask first; a child that does not listen is killed."""
    process = child.process
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ask(command: Sequence[str], folder: Path, typed: str) -> int:
    """Run *command* in *folder* to its end, with *typed* as its input; its exit code."""
    done = subprocess.run(  # noqa: S603 - our own modules
        command,
        cwd=folder,
        env=_environment(),
        input=typed.encode(),
        capture_output=True,
        timeout=START_S,
        check=False,
    )
    return done.returncode


@asynccontextmanager
async def started(what: str, command: Sequence[str], *, folder: Path) -> AsyncIterator[DemoProcess]:
    """*command* at work while the block lasts."""
    child = start(what, command, folder=folder)
    try:
        yield child
    finally:
        await asyncio.to_thread(stop, child)


def _environment() -> Mapping[str, str]:
    """Ours, without settings and secrets that are meant for another hub."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TIELINE_")}
