"""Hub process: the example hub is started, killed and started again, as by a power cut."""

import asyncio
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tieline.demo.processes import DemoProcess, ask, start, stop, until_said
from tieline.demo.vendors import Vendor
from tieline.model.base.errors import CommandRefused

SYSTEMS = {
    "leads": "leads",
    "crm": "crm",
    "billing": "payments",
    "books": "books",
    "helpdesk": "helpdesk",
    "chat": "chat",
}
"""Connection of the example hub → the vendor that plays its system."""
CREDENTIALS = ("leads-live", "crm-live", "stripe-live", "books-live", "helpdesk-live", "slack-bot")
READY = "tieline: ready\n"
CONSOLE = re.compile(r"tieline: console: (http://127\.0\.0\.1:(\d+)/)\n")
NO_USERS = "console: there are no users"
DOOR = re.compile(r"http://127\.0\.0\.1:(\d+)/in/")
SETTINGS = """\
hub = {hub}
store = {store}
secrets_folder = "secrets"
shutdown_seconds = 5
console_port = 0
"""
CONNECTION = """
[connections.{name}]
base_url = "{url}"
allow = ["127.0.0.1"]
first_wait_seconds = 0.2
longest_wait_seconds = 2
"""


PERSON = "demo"


@dataclass(frozen=True, slots=True)
class LogIn:
    """How people get into the console."""

    name: str
    password: str


class HubProcess:
    """``tieline serve`` in a process of its own, configured by a folder."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.store = store
        self.port = 0
        self.console = ""
        """The address of the console."""
        self.log_in: LogIn | None = None
        """None: the store had users already, or nobody was let in yet."""
        self._console_port = 0
        self._folder = folder
        self._secrets = folder / "secrets"
        self._child: DemoProcess | None = None

    def configure(self, hub: Path, vendors: Mapping[str, Vendor]) -> None:
        """Write its settings: the example's own code, with the vendors' addresses."""
        self._secrets.mkdir()
        settings = SETTINGS.format(hub=_quoted(f"{hub}:hub"), store=_quoted(str(self.store)))
        for name, vendor in SYSTEMS.items():
            settings += CONNECTION.format(name=name, url=vendors[vendor].url)
        (self._folder / "tieline.toml").write_text(settings, encoding="utf-8")

    def give_secret(self, name: str, value: str) -> None:
        """Put a secret into its vault; a running hub sees it within a second."""
        fresh = self._secrets / f".{name}"
        fresh.write_text(f"{value}\n", encoding="utf-8")
        fresh.replace(self._secrets / name)

    async def start(self) -> None:
        """Begin to serve; again on the same port. Raises CommandRefused with its last words."""
        command = [sys.executable, "-m", "tieline", "serve", "--port", str(self.port)]
        self._child = start("hub", command, folder=self._folder)
        said = await until_said(self._child, READY)
        found = DOOR.search(said)
        if found is None:
            raise CommandRefused(f"the hub does not say where it listens:\n{said}")
        self.port = int(found[1])
        console = CONSOLE.search(said)
        if console is None:
            return
        self.console = console[1]
        self._keep_console_port(int(console[2]))
        if NO_USERS in said and self.log_in is None:
            self.log_in = await asyncio.to_thread(self._come_in)

    def _keep_console_port(self, port: int) -> None:
        """Serve the console on the same port after a restart, so that open pages go on."""
        path = self._folder / "tieline.toml"
        before, after = f"console_port = {self._console_port}", f"console_port = {port}"
        path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), "utf-8")
        self._console_port = port

    def _come_in(self) -> LogIn | None:
        """Make the first administrator of a hub without users, as its operator would."""
        chosen = LogIn(PERSON, "look-" + secrets.token_hex(5))
        add = ("user", "add", chosen.name, "--role", "admin", "--reason", "to look around")
        said = ask([sys.executable, "-m", "tieline", *add], self._folder, f"{chosen.password}\n")
        return chosen if said == 0 else None

    def kill(self) -> None:
        """SIGKILL: nothing is said, nothing is finished."""
        if self._child is not None:
            self._child.process.kill()
            self._child.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        if self._child is not None:
            stop(self._child)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
