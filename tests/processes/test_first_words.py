"""First words: what a start says that others must not read, and what it blames for a failure."""

import os
import pty
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.hub_process import HubProcess, eventually
from tests.ports import free_port

HUB = """
from tieline import Hub
from tieline.connectors import standard_webhooks

hub = Hub("shop")
door = hub.connect("shop", standard_webhooks)

@hub.flow(on=door.webhook("order.placed"))
async def take(order: dict) -> None:
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hub.py").write_text(HUB, encoding="utf-8")
    return tmp_path


def serve(folder: Path, port: int, stdout: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tieline", "serve", "--port", str(port), "--console-port", "0"],
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )


def read_until(source: int, word: str) -> str:
    said = ""
    while word not in said:
        said += os.read(source, 4096).decode()
    return said


def test_the_link_to_become_the_first_administrator_is_shown_to_a_terminal_alone(
    folder: Path,
) -> None:
    ours, theirs = pty.openpty()
    hub = serve(folder, free_port(), theirs)
    said = read_until(ours, "tieline: ready")
    hub.send_signal(signal.SIGTERM)
    hub.wait(60)
    os.close(ours)
    os.close(theirs)

    logged = HubProcess("hub.py:hub", folder, {})
    logged.start()
    eventually(lambda: "tieline: ready" in logged.log.read_text("utf-8"), "not ready")
    invited = logged.command("user", "invite", "ann", "--role", "admin", "--reason", "first")
    logged.stop()

    assert "/welcome/" in said
    told = logged.log.read_text("utf-8")
    assert "there are no users; make the first administrator: tieline user invite" in told
    assert "/welcome/" not in told
    assert "/welcome/" in invited


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (("door", "console"), "port is '127.0.0.1:{door}'; use another port (--port"),
        (("console",), "console_port is '127.0.0.1:{console}'; use another port for the console"),
    ],
)
def test_a_port_that_is_taken_is_told_as_the_operator_knows_it(
    folder: Path, taken: tuple[str, ...], words: str
) -> None:
    door, held = two_in_a_row()
    ports = {"door": door, "console": door + 1}
    for name in ports.keys() - set(taken):
        held.pop(name).close()

    said = subprocess.run(
        [sys.executable, "-m", "tieline", "serve", "--port", str(door)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    for other in held.values():
        other.close()

    assert said.returncode == 2
    assert words.format(**ports) in said.stderr
    assert said.stderr.rstrip().endswith(": Address already in use")


def two_in_a_row() -> tuple[int, dict[str, socket.socket]]:
    """A port, and listeners on it and the one behind it."""
    while True:
        door = socket.create_server(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        try:
            return port, {"door": door, "console": socket.create_server(("127.0.0.1", port + 1))}
        except (OSError, OverflowError):
            door.close()
