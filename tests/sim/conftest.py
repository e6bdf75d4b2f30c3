"""Sim fixtures: vendors on real sockets in the loop of the test, a client, and a webhook sink."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import pytest

from tieline_sim.front import front
from tieline_sim.messages import Answer, Reply, Request
from tieline_sim.server import Listening, listen
from tieline_sim.shop import Shop
from tieline_sim.vendors import ShopOptions, open_shop


@dataclass(frozen=True, slots=True)
class Got:
    """What came back."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(slots=True)
class OpenVendor:
    """One vendor that listens; ``ask`` speaks to its API, ``control`` to its control endpoint."""

    shop: Shop
    port: int
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, content: Any = None, **headers: str) -> Got:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = content if isinstance(content, bytes | None) else orjson.dumps(content)
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.session.request(method, url, data=body, headers=named) as answer:
            return Got(answer.status, answer.headers, await answer.read())

    async def control(self, method: str, name: str, content: Any = None) -> Any:
        return (await self.ask(method, f"/_control/{name}", content)).json

    async def script(self, kind: str, **rule: Any) -> None:
        """One rule, once unless it says otherwise; its unknown words are params of the kind."""
        known = {"match", "count", "probability", "seed", "skip"}
        params = {name: value for name, value in rule.items() if name not in known}
        told = {name: value for name, value in rule.items() if name in known}
        answer = await self.ask(
            "POST", "/_control/faults", [{"kind": kind, "count": 1, "params": params, **told}]
        )
        assert answer.status == 200, answer.json

    async def counts(self, *names: str) -> tuple[Any, ...]:
        stats = await self.control("GET", "stats")
        return tuple(stats[name] for name in names)

    async def sent(self, *names: str) -> tuple[Any, ...]:
        stats = (await self.control("GET", "stats"))["sender"]
        return tuple(stats[name] for name in names)

    async def deliver(self, content: Any) -> None:
        """Send, and wait until everything is accepted or given up."""
        answer = await self.ask("POST", "/_control/send", content)
        assert answer.status == 202, answer.json
        assert (await self.control("POST", "idle", {"timeout_seconds": 10}))["idle"]


@dataclass(slots=True)
class Sink:
    """Receives webhooks; ``answers`` are the statuses it gives first, then it says 200."""

    answers: list[int] = field(default_factory=list)
    received: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in/hooks?from=sim"

    @property
    def bodies(self) -> list[Any]:
        return [orjson.loads(request.body) for request in self.received]

    def take(self, request: Request) -> Reply:
        self.received.append(request)
        return Answer(self.answers.pop(0) if self.answers else 200, b"{}")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def open_vendor(
    session: aiohttp.ClientSession,
) -> AsyncIterator[Callable[..., Awaitable[OpenVendor]]]:
    shops: list[Shop] = []
    doors: list[Listening] = []

    async def opened(name: str, **options: Any) -> OpenVendor:
        shop = open_shop(name, ShopOptions(**options))
        door = await listen(front(shop), host="127.0.0.1", port=0)
        shops.append(shop)
        doors.append(door)
        return OpenVendor(shop, door.port, session)

    yield opened
    for shop in shops:
        if shop.sender is not None:
            await shop.sender.close()
    for door in doors:
        await door.close()


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    receiving = Sink()
    door = await listen(receiving.take, host="127.0.0.1", port=0)
    receiving.port = door.port
    yield receiving
    await door.close()


@pytest.fixture
def quick() -> dict[str, Any]:
    """Send options for a sender that hardly waits between attempts."""
    return {"first_wait_seconds": 0.01, "longest_wait_seconds": 0.02, "max_attempts": 5}
