"""Launch: a vendor's name comes in; a running process of its own, and a way to steer it, go out.

``launch`` for plain code, ``launched`` inside an event loop; ``launch_all`` and ``launched_all``
start every vendor in one process. Each ends the process it started, by its id, on the way out.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypedDict, Unpack

from tieline_sim.mistake import Mistake
from tieline_sim.steering import AsyncSim, Sim
from tieline_sim.vendors import usual_secret

STOP_SECONDS = 5.0


class LaunchOptions(TypedDict, total=False):
    """What may be said about a vendor when it is started."""

    token: str
    secret: str
    ledger: Path | str  # a file; for all vendors in one process: a folder
    seed: int
    host: str
    port: int
    rate_limit: str  # requests/seconds, for example "100/10"


@contextmanager
def launch(vendor: str, **options: Unpack[LaunchOptions]) -> Iterator[Sim]:
    """One vendor in a process of its own."""
    process, ready = _start(vendor, options)
    try:
        yield _sim(vendor, ready["port"], process, options)
    finally:
        _stop(process)


@contextmanager
def launch_all(**options: Unpack[LaunchOptions]) -> Iterator[Mapping[str, Sim]]:
    """Every vendor in one process; they share its pid, so killing one kills all."""
    process, ready = _start("all", options)
    try:
        ports: dict[str, int] = ready["ports"]
        yield {name: _sim(name, port, process, options) for name, port in ports.items()}
    finally:
        _stop(process)


@asynccontextmanager
async def launched(vendor: str, **options: Unpack[LaunchOptions]) -> AsyncIterator[AsyncSim]:
    """``launch`` for an event loop: nothing blocks it."""
    process, ready = await asyncio.to_thread(_start, vendor, options)
    try:
        yield AsyncSim(_sim(vendor, ready["port"], process, options))
    finally:
        await asyncio.to_thread(_stop, process)


@asynccontextmanager
async def launched_all(
    **options: Unpack[LaunchOptions],
) -> AsyncIterator[Mapping[str, AsyncSim]]:
    """``launch_all`` for an event loop."""
    process, ready = await asyncio.to_thread(_start, "all", options)
    try:
        ports: dict[str, int] = ready["ports"]
        yield {n: AsyncSim(_sim(n, port, process, options)) for n, port in ports.items()}
    finally:
        await asyncio.to_thread(_stop, process)


def _sim(vendor: str, port: int, process: subprocess.Popen[bytes], options: LaunchOptions) -> Sim:
    return Sim(
        vendor=vendor,
        host=options.get("host", "127.0.0.1"),
        port=port,
        process=process,
        token=options.get("token", ""),
        secret=options.get("secret") or usual_secret(vendor),
    )


def _start(vendor: str, options: LaunchOptions) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    command = [sys.executable, "-m", "tieline_sim", vendor, "--parent", str(os.getpid())]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own module
    assert process.stdout is not None  # noqa: S101 - asked for above
    line = process.stdout.readline()
    if not line:
        process.stdout.close()
        raise Mistake(f"{vendor} did not start: exit code {process.wait()}, see its stderr")
    ready: dict[str, Any] = json.loads(line)
    return process, ready


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask first; a process that does not listen is killed."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
