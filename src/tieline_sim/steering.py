"""Steering: wishes of a test, demo or benchmark come in; control requests to a vendor go out."""

import asyncio
import http.client
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tieline_sim.mistake import Mistake

Json = dict[str, Any]
CONTROL_SECONDS = 30.0
PAGE = 5000


@dataclass(frozen=True, slots=True)
class Sim:
    """A running vendor. ``kill`` is SIGKILL: nothing is said, nothing is finished."""

    vendor: str
    host: str
    port: int
    process: subprocess.Popen[bytes]
    token: str
    secret: str

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def faults(self, rules: Sequence[Json]) -> Json:
        """Add rules; see ``docs/simulators.md`` for the kinds."""
        return self.ask("POST", "faults", {"rules": list(rules)})

    def clear_faults(self, kind: str = "") -> int:
        removed: int = self.ask("DELETE", f"faults?{urlencode({'kind': kind})}")["removed"]
        return removed

    def stats(self) -> Json:
        return self.ask("GET", "stats")

    def ledger(self, ref: str | None = None, action: str = "") -> list[Json]:
        """Entries about one business reference, or all."""
        if ref is None:
            return self._pages("ledger", "entries", {})
        asked = urlencode({"ref": ref, "action": action})
        entries: list[Json] = self.ask("GET", f"ledger?{asked}")["entries"]
        return entries

    def deliveries(self, state: str = "") -> list[Json]:
        """Events of the sender: all, or those ``waiting``, ``accepted`` or ``given_up``."""
        return self._pages("deliveries", "deliveries", {"state": state} if state else {})

    def target(self, url: str, secret: str | Sequence[str] | None = None, **options: Any) -> Json:
        """Where to send webhooks; without a secret the vendor's usual one signs them."""
        wanted: Json = {"url": url, "options": options}
        if secret is not None:
            wanted["secret"] = secret if isinstance(secret, str) else list(secret)
        return self.ask("POST", "target", wanted)

    def send(self, events: Sequence[Mapping[str, Any]]) -> Json:
        return self.ask("POST", "send", {"events": [dict(event) for event in events]})

    def generate(self, kind: str, count: int, **wishes: Any) -> Json:
        """Make up events in the background: ``rate_per_second``, ``start_number``, ``fields`` …"""
        return self.ask("POST", "send", {"generate": {"kind": kind, "count": count, **wishes}})

    def idle(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until every delivery is accepted or given up."""
        answer = self.ask("POST", "idle", {"timeout_seconds": timeout_seconds}, timeout_seconds)
        idle: bool = answer["idle"]
        return idle

    def rotate(self, token: str, *, keep_old: bool = False) -> Json:
        return self.ask("POST", "rotate", {"token": token, "keep_old": keep_old})

    def limit(self, quota: int, window_seconds: float = 1.0) -> Json:
        """At most ``quota`` requests a window; 0 takes the limit away."""
        return self.ask("POST", "limit", {"quota": quota, "window_seconds": window_seconds})

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def ask(
        self, method: str, name: str, content: Json | None = None, patience_seconds: float = 0.0
    ) -> Json:
        """Any control request; a refusal is raised with the vendor's own words."""
        seconds = CONTROL_SECONDS + patience_seconds
        line = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        try:
            body = None if content is None else json.dumps(content)
            line.request(method, f"/_control/{name}", body)
            answer = line.getresponse()
            found: Json = json.loads(answer.read())
        finally:
            line.close()
        if answer.status >= 400:
            raise Mistake(f"{self.vendor}: {found['error']}")
        return found

    def _pages(self, name: str, field: str, asked: dict[str, str]) -> list[Json]:
        rows: list[Json] = []
        after: int | None = 0
        while after is not None:
            query = urlencode({**asked, "after": after, "limit": PAGE})
            page = self.ask("GET", f"{name}?{query}")
            rows += page[field]
            after = page["next"]
        return rows


@dataclass(frozen=True, slots=True)
class AsyncSim:
    """The same for an event loop: each request waits in a thread. Plain facts are on ``sim``."""

    sim: Sim

    @property
    def url(self) -> str:
        return self.sim.url

    @property
    def port(self) -> int:
        return self.sim.port

    @property
    def pid(self) -> int:
        return self.sim.pid

    @property
    def token(self) -> str:
        return self.sim.token

    @property
    def secret(self) -> str:
        return self.sim.secret

    async def faults(self, rules: Sequence[Json]) -> Json:
        return await asyncio.to_thread(self.sim.faults, rules)

    async def clear_faults(self, kind: str = "") -> int:
        return await asyncio.to_thread(self.sim.clear_faults, kind)

    async def stats(self) -> Json:
        return await asyncio.to_thread(self.sim.stats)

    async def ledger(self, ref: str | None = None, action: str = "") -> list[Json]:
        return await asyncio.to_thread(self.sim.ledger, ref, action)

    async def deliveries(self, state: str = "") -> list[Json]:
        return await asyncio.to_thread(self.sim.deliveries, state)

    async def target(
        self, url: str, secret: str | Sequence[str] | None = None, **options: Any
    ) -> Json:
        return await asyncio.to_thread(self.sim.target, url, secret, **options)

    async def send(self, events: Sequence[Mapping[str, Any]]) -> Json:
        return await asyncio.to_thread(self.sim.send, events)

    async def generate(self, kind: str, count: int, **wishes: Any) -> Json:
        return await asyncio.to_thread(self.sim.generate, kind, count, **wishes)

    async def idle(self, timeout_seconds: float = 10.0) -> bool:
        return await asyncio.to_thread(self.sim.idle, timeout_seconds)

    async def rotate(self, token: str, *, keep_old: bool = False) -> Json:
        return await asyncio.to_thread(self.sim.rotate, token, keep_old=keep_old)

    async def limit(self, quota: int, window_seconds: float = 1.0) -> Json:
        return await asyncio.to_thread(self.sim.limit, quota, window_seconds)

    async def kill(self) -> None:
        await asyncio.to_thread(self.sim.kill)

    async def ask(self, method: str, name: str, content: Json | None = None) -> Json:
        return await asyncio.to_thread(self.sim.ask, method, name, content)
