"""Wiring for the command line: settings come in; what commands work with goes out."""

import asyncio
import os
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from tieline.adapters.control.client import call_hub
from tieline.adapters.http.client import PooledHttpClient
from tieline.adapters.remote.client import RemoteAddress, RemoteHub
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.system.secrecy import SystemSecrecy
from tieline.compose import hub_file, process, serving
from tieline.compose import parts as wiring
from tieline.compose import store as wiring_store
from tieline.compose.changes import serve_again
from tieline.compose.features import CHECKS, ORDERS, PLANS, QUESTIONS
from tieline.compose.fleet.supervisor import Supervisor
from tieline.compose.flow_run import EventToRun, flow_run
from tieline.demo.command import run_demo
from tieline.features.account.window_account import account_since
from tieline.model.base.errors import SettingsError, StoreError, TielineError
from tieline.model.hub.flow import HubSpec
from tieline.model.views.details import RunDetail
from tieline.model.views.engine_report import StoreReport
from tieline.operations.finding import Check
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
            read.store, read.hub, SystemClock(), SystemIds(), vault, SystemSecrecy()
        )

    def load_hub(self, overrides: Overrides) -> HubSpec:
        return _hub(settings.load(overrides))

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
        authorities = None if read.ca_file is None else Path(read.ca_file)
        http = PooledHttpClient(extra_authorities=authorities)
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


def _hub(read: settings.Settings) -> HubSpec:
    try:
        return hub_file.load_hub(read.hub, read.connections)
    except TielineError:
        raise
    except Exception as error:
        # An author's module may raise anything while it is imported.
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}, line {last.lineno}"
        words = f"importing it raised {type(error).__name__}: {error} ({where})"
        raise SettingsError("hub", read.hub, words) from error


def _is_file(store: Path) -> bool:
    return store.is_file()
