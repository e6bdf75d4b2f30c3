"""Wiring for the command line: settings come in; what commands work with goes out."""

import asyncio
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from tieline.adapters.control.client import call_hub, status_now
from tieline.adapters.http.client import PooledHttpClient
from tieline.adapters.remote.client import RemoteAddress, RemoteHub
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.system.secrecy import SystemSecrecy
from tieline.compose import hub_file, process, serving
from tieline.compose import parts as wiring
from tieline.compose import store as wiring_store
from tieline.compose.changes import serve_again
from tieline.compose.features import CHECKS, KNOWN_BY, ORDERS, PLANS, QUESTIONS
from tieline.compose.fleet.supervisor import Supervisor
from tieline.compose.flow_run import EventToRun, flow_run
from tieline.compose.hub_files import files_of
from tieline.compose.tls_check import authorities
from tieline.demo.command import run_demo
from tieline.features.account.window_account import account_since
from tieline.model.base.errors import DeclarationError, SettingsError, StoreError, TielineError
from tieline.model.hub.flow import HubSpec
from tieline.model.views.details import RunDetail
from tieline.model.views.engine_report import StoreReport
from tieline.operations.finding import Check
from tieline.operations.known_names import Lists
from tieline.operations.planning import Plans
from tieline.pipeline.admit import Admitter
from tieline.ports.journal import Journal
from tieline.ports.transfer import RowStore
from tieline.ports.vault import Vault
from tieline.ports.views import Views
from tieline.rules.store.name import file_of, is_postgres
from tieline.settings import settings
from tieline.surfaces.cli.build import CommandTarget, DemoOptions, Overrides


class CliBuild:
    """What the ``tieline`` command works with (``surfaces/cli/build.py``)."""

    def target(self, overrides: Overrides) -> CommandTarget:
        read = settings.load(overrides)
        vault = wiring.open_vault(read, os.environ)
        return CommandTarget(
            read.store,
            _declared_in(read, overrides).hub,
            SystemClock(),
            SystemIds(),
            vault,
            SystemSecrecy(),
            read.public_url,
        )

    def load_hub(self, overrides: Overrides) -> HubSpec:
        return _hub(_declared_in(settings.load(overrides), overrides))

    def hub_files(self, overrides: Overrides) -> tuple[tuple[str, str], ...]:
        return files_of(_declared_in(settings.load(overrides), overrides).hub)

    def admitter(self, hub: HubSpec, overrides: Overrides) -> Admitter:
        read = settings.load(overrides)
        return Admitter(hub, SystemIds(), dedupe_us=int(read.dedupe_days * wiring.DAY_US))

    async def open_views(self, store: str) -> Views:
        return await wiring_store.open_views(store, _vault())

    async def open_journal(self, store: str) -> Journal:
        """A database is open to all; a file through the hub that has it open, or under its lock."""
        if is_postgres(store):
            return await wiring_store.open_journal(store, _vault())
        path = file_of(store)
        hub = await call_hub(path)
        if hub is not None:
            return hub
        if not _is_file(path):
            raise StoreError(
                f"there is no store at {path}; start a hub there, or say where it is with --store"
            )
        return await wiring_store.open_journal(store, _vault())

    async def open_far(self, far: RemoteAddress) -> RemoteHub:
        read = settings.load()
        http = PooledHttpClient(extra_authorities=authorities(read))
        return RemoteHub(http, far, ORDERS, QUESTIONS)

    def console(self, overrides: Overrides) -> str:
        from tieline.compose import (
            console as wiring_console,  # the frameworks cost a second that few commands need
        )

        read = settings.load(overrides)
        return wiring_console.address(read, read.console_at)

    def door(self, overrides: Overrides) -> tuple[str, str]:
        read = settings.load(overrides)
        shown = f"[{read.host}]" if ":" in read.host else read.host
        known = read.public_url or f"http://{shown}:{read.port}"
        host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(shown, shown)  # noqa: S104 - of all
        return f"http://{host}:{read.port}", known.rstrip("/")

    async def hub_status(self, store: str) -> Mapping[str, object] | None:
        if is_postgres(store):
            return None
        hub = await call_hub(file_of(store))
        if hub is None:
            return None
        try:
            return await hub.status()
        finally:
            await hub.close()

    async def open_rows(self, store: str, *, is_new: bool = False) -> RowStore:
        return await wiring_store.open_rows(store, is_new=is_new)

    async def sheet(self, store: str) -> StoreReport:
        return await wiring_store.sheet_of(store)

    def serve(self, overrides: Overrides) -> int:
        read = settings.load(overrides)
        wiring_store.check_name(read.store)
        if read.processes > 1:
            return serving.run(_supervise(read, overrides))
        process.check_roles(read)
        serving.run(serving.serve(_hub(read), read))
        return 0

    def flow_run(
        self, overrides: Overrides, flow: str, event: object, type_: str | None, tenant: str | None
    ) -> RunDetail:
        read = settings.load(overrides)
        given = EventToRun(flow, type_, event, tenant)
        return asyncio.run(flow_run(_hub(read), serving.with_log_format(read), given))

    def serve_again(self, overrides: Overrides) -> int:
        read = settings.load(overrides)
        if read.processes > 1:
            wanted = "leave --reload out: several processes are replaced by SIGHUP"
            raise SettingsError("processes", str(read.processes), wanted)
        place = read.hub.rpartition(":")[0]
        folder = Path(place).resolve().parent if place.endswith(".py") else Path.cwd()
        return serve_again(folder, _environment(overrides), serving.voice())

    @property
    def plans(self) -> Plans:
        return PLANS

    @property
    def checks(self) -> Sequence[Check]:
        return CHECKS

    @property
    def known_by(self) -> Lists:
        return KNOWN_BY

    def demo(self, wishes: DemoOptions) -> int:
        return run_demo(wishes, self.open_views, account_since)


def _environment(overrides: Overrides) -> dict[str, str]:
    """For a process that serves: what was given on the line as if it were in the environment."""
    given = {name: str(value) for name, value in overrides.items() if value is not None}
    return {
        **os.environ,
        **{f"{settings.PREFIX}{name.upper()}": value for name, value in given.items()},
    }


async def _supervise(read: settings.Settings, overrides: Overrides) -> int:
    environment = _environment(overrides)
    ids = SystemIds()
    supervisor = Supervisor(
        read, environment, clock=SystemClock(), chance=ids.chance, say=serving.voice()
    )
    return await supervisor.run()


def _vault() -> Vault:
    """The secrets of this place, for what is sealed in the store."""
    return wiring.open_vault(settings.load(), os.environ)


def _declared_in(read: settings.Settings, overrides: Overrides) -> settings.Settings:
    """*read*, but with the hub and its connections as the one that runs on the store has them,
    where nobody said which is meant and none is here."""
    is_said = overrides.get("hub") is not None or read.hub != settings.Settings().hub
    if is_said or is_postgres(read.store) or Path(read.hub.rpartition(":")[0]).is_file():
        return read
    told = status_now(file_of(read.store)) or {}
    reference, folder = told.get("hub"), told.get("folder")
    if not isinstance(reference, str) or not isinstance(folder, str):
        return read
    place, _, name = reference.rpartition(":")
    there = settings.load(folder=Path(folder))
    if place.endswith(".py"):
        reference = f"{Path(folder) / place}:{name}"
    else:
        sys.path.append(folder)
    return read.model_copy(update={"hub": reference, "connections": there.connections})


def _hub(read: settings.Settings) -> HubSpec:
    try:
        return hub_file.load_hub(read.hub, read.connections)
    except DeclarationError:
        raise
    except TielineError as error:
        if not _authors_lines(error):
            raise
        raise SettingsError("hub", read.hub, f"{error} ({_where(error)})") from error
    except Exception as error:
        # An author's module may raise anything while it is imported.
        where = _where(error)
        words = f"importing it raised {type(error).__name__}: {error} ({where})"
        raise SettingsError("hub", read.hub, words) from error


def _authors_lines(error: BaseException) -> list[traceback.FrameSummary]:
    """Where in the author's own files it came from; the last is the nearest."""
    trace = traceback.extract_tb(error.__traceback__)
    ours = str(Path(__file__).parents[1])
    return [
        line
        for line in trace
        if not line.filename.startswith((ours, "<")) and "importlib" not in line.filename
    ]


def _where(error: BaseException) -> str:
    lines = _authors_lines(error) or traceback.extract_tb(error.__traceback__)
    return f"{Path(lines[-1].filename).name}, line {lines[-1].lineno}"


def _is_file(store: Path) -> bool:
    return store.is_file()
