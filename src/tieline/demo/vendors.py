"""Vendors: simulated systems are started in a process of their own; orders go to them by HTTP.

They share no code with the hub, so nothing of theirs is imported: what is known here is what
``docs/simulators.md`` promises.
"""

import asyncio
import http.client
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tieline.demo.processes import started, until_said
from tieline.model.base.errors import CommandRefused

Json = dict[str, Any]
PATIENCE_S = 30.0
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Vendor:
    """One simulated system."""

    name: str
    port: int

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self.port}"

    async def stats(self) -> Json:
        """What it counted."""
        return await self.ask("GET", "stats")

    async def misbehave(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Follow a script of faults."""
        await self.ask("POST", "faults", {"rules": list(rules)})

    async def aim(self, url: str, secret: str) -> None:
        """Send webhooks to *url*, signed; be stubborn, for the hub will be killed meanwhile."""
        options = {"max_attempts": 200, "first_wait_seconds": 0.1, "longest_wait_seconds": 0.5}
        await self.ask("POST", "target", {"url": url, "secret": secret, "options": options})

    async def generate(self, kind: str, count: int, per_second: float, first: int) -> None:
        """Make up events in the background."""
        wanted = {"kind": kind, "count": count, "rate_per_second": per_second}
        await self.ask("POST", "send", {"generate": {**wanted, "start_number": first}})

    async def rotate(self, token: str) -> None:
        """From now on only *token* is accepted."""
        await self.ask("POST", "rotate", {"token": token})

    async def ledger(self) -> list[Json]:
        """Every write that was applied."""
        return await self._pages("ledger", "entries")

    async def deliveries(self) -> list[Json]:
        """Every event that was to be sent."""
        return await self._pages("deliveries", "deliveries")

    async def ask(self, method: str, name: str, content: Json | None = None) -> Json:
        """Any control request. Raises CommandRefused with the vendor's own words."""
        return await asyncio.to_thread(self._ask, method, name, content)

    async def _pages(self, name: str, field: str) -> list[Json]:
        rows: list[Json] = []
        after: int | None = 0
        while after is not None:
            page = await self.ask("GET", f"{name}?{urlencode({'after': after, 'limit': PAGE})}")
            rows += page[field]
            after = page["next"]
        return rows

    def _ask(self, method: str, name: str, content: Json | None) -> Json:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            body = None if content is None else json.dumps(content)
            line.request(method, f"/_control/{name}", body)
            answer = line.getresponse()
            found: Json = json.loads(answer.read())
        finally:
            line.close()
        if answer.status >= 400:
            raise CommandRefused(f"simulated {self.name}: {found['error']}")
        return found


@asynccontextmanager
async def vendors_at_work(folder: Path, token: str) -> AsyncIterator[Mapping[str, Vendor]]:
    """Every vendor, in one process, until the block ends."""
    command = [sys.executable, "-m", "tieline_sim", "all", "--ports-json", "--token", token]
    async with started("vendors", command, folder=folder) as child:
        ready = json.loads(await until_said(child, "\n"))
        yield {name: Vendor(name, port) for name, port in ready["ports"].items()}
