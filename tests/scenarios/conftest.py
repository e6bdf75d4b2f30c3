"""Scenario fixtures: the example hub at work in this process, among simulated vendors."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests import postgres_server

from tieline.compose.hub_file import load_hub
from tieline.compose.process import Running, running
from tieline.compose.store import open_views
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import RunRow
from tieline.model.views.views import ListRuns, ShowRun
from tieline.ports.views import Views
from tieline.settings.settings import ConnectionSettings, Settings
from tieline_sim.launch import launched_all
from tieline_sim.steering import AsyncSim

T = TypeVar("T")

EXAMPLE = Path(__file__).parents[2] / "examples" / "quote_to_cash" / "hub.py"
TOKEN = "scenario-token"
PATIENCE_S = 30.0
VENDORS = {
    "leads": "leads",
    "crm": "crm",
    "billing": "payments",
    "books": "books",
    "helpdesk": "helpdesk",
    "chat": "chat",
}
"""Connection of the example → the vendor that plays its system."""
CREDENTIALS = ("leads-live", "crm-live", "stripe-live", "books-live", "helpdesk-live", "slack-bot")


@dataclass(slots=True)
class Town:
    """The hub, its vendors, and how a test looks at both."""

    hub: Running
    vendors: Mapping[str, AsyncSim]
    views: Views
    secrets: Path

    async def deliver(self, vendor: str, kind: str, count: int = 1, **wishes: Any) -> None:
        """Make up events, and wait until the hub has acknowledged them."""
        await self.vendors[vendor].generate(kind, count, **wishes)
        assert await self.vendors[vendor].idle(PATIENCE_S)

    async def runs(self, flow: str) -> list[RunRow]:
        """The runs of *flow*, oldest first."""
        page = await self.views.read(ListRuns(flow=flow))
        return list(reversed(page.rows))

    async def only_run(self, flow: str) -> RunDetail:
        """The one run of *flow*, with everything about it."""
        (row,) = await self.runs(flow)
        return await self.views.read(ShowRun(row.id))

    async def until(self, flow: str, *states: str) -> list[RunRow]:
        """The runs of *flow*, once these are their states, in the order in which they were made."""

        async def look() -> list[RunRow] | None:
            rows = await self.runs(flow)
            return rows if tuple(row.state for row in rows) == states else None

        return await self.eventually(look)

    async def eventually(self, look: Callable[[], Awaitable[T | None]]) -> T:
        """What *look* finds, sooner or later."""
        last = asyncio.get_running_loop().time() + PATIENCE_S
        while (found := await look()) is None:
            assert asyncio.get_running_loop().time() < last, await self.outstanding()
            await asyncio.sleep(0.02)
        return found

    async def outstanding(self) -> str:
        """What is not done, for a test that waited in vain."""
        page = await self.views.read(ListRuns())
        rows = [f"{row.flow} {row.state}: {row.reason}" for row in page.rows if row.state != "done"]
        return "\n".join(rows) or "every run is done"

    async def counts(self, vendor: str) -> tuple[int, int]:
        """(effects, double effects), as the vendor counts them."""
        stats = await self.vendors[vendor].stats()
        return stats["effects"], stats["double_effects"]

    def give_secret(self, name: str, value: str) -> None:
        """Put a secret into the hub's vault."""
        (self.secrets / name).write_text(f"{value}\n", encoding="utf-8")


@asynccontextmanager
async def town_in(
    folder: Path, vendors: Mapping[str, AsyncSim], store: str | None = None
) -> AsyncIterator[Town]:
    """The example hub between *vendors*, with patience that suits a test."""
    secrets = folder / "secrets"
    secrets.mkdir()
    connections = {
        name: ConnectionSettings(
            base_url=vendors[vendor].url,
            allow=("127.0.0.1",),
            first_wait_seconds=0.05,
            longest_wait_seconds=0.2,
        )
        for name, vendor in VENDORS.items()
    }
    settings = Settings(
        hub=f"{EXAMPLE}:hub",
        store=store or str(folder / "tieline.db"),
        port=0,
        console_port=0,
        secrets_folder=str(secrets),
        connections=connections,
        shutdown_seconds=2,
    )
    for name in CREDENTIALS:
        (secrets / name).write_text(TOKEN, encoding="utf-8")
    for name, vendor in VENDORS.items():
        (secrets / f"{name}-signing").write_text(vendors[vendor].secret, encoding="utf-8")
    hub = load_hub(settings.hub, settings.connections)
    async with running(hub, settings, environment={}) as at_work:
        views = await open_views(settings.store)
        for name, vendor in VENDORS.items():
            if vendor not in {"books", "crm"}:
                url = f"http://127.0.0.1:{at_work.port}/in/{name}"
                await vendors[vendor].target(url, concurrency=1)
        try:
            yield Town(at_work, vendors, views, secrets)
        finally:
            await views.close()


async def a_file(folder: Path) -> str:
    """The store is a file."""
    return str(folder / "tieline.db")


async def a_database(folder: Path) -> str:
    """The store is a database of a PostgreSQL server."""
    return await postgres_server.shared().database_of(folder)


@pytest.fixture(params=[a_file, a_database], ids=lambda store: store.__name__)
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    """A fresh hub and fresh vendors."""
    store = await request.param(tmp_path)
    async with launched_all(token=TOKEN) as vendors, town_in(tmp_path, vendors, store) as it:
        yield it
