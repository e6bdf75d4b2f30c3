"""Door fixtures: a hub that really runs on a free port, deliveries signed by hand, raw sockets."""

import asyncio
import hmac
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import apsw
import orjson
import pytest

from tieline import Connector, Contract, Hub
from tieline.compose.process import Running, running
from tieline.model.inbound.signature import EventShape, HmacScheme, TokenScheme, WebhookScheme
from tieline.model.inbound.signed_content import SingleSignature
from tieline.model.runs.facts import Fact
from tieline.settings.settings import Settings

KEY = "the-key-of-billing"
TOKEN = "the-token-of-tokens"
SECRETS = {
    "TIELINE_SECRET_BILLING_SIGNING": KEY,
    "TIELINE_SECRET_BATCHES_SIGNING": KEY,
    "TIELINE_SECRET_TOKENS_SIGNING": TOKEN,
}
PATIENCE_S = 10.0

SIGNED = HmacScheme(place=SingleSignature("X-Acme-Signature"))
ACME = WebhookScheme(
    name="acme",
    schemes=(SIGNED,),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="https://acme.example/webhooks",
)
BATCHES = WebhookScheme(
    name="acme-batches",
    schemes=(SIGNED,),
    shape=EventShape(type_path="type", id_path="id", data_path="data", events_path="events"),
    docs="https://acme.example/batches",
)
TOKENS = WebhookScheme(
    name="acme-tokens",
    schemes=(TokenScheme("X-Hook-Pass"),),
    shape=EventShape(type_path="type", id_path="id"),
    docs="https://acme.example/tokens",
    covers_body=False,
)
UNSIGNED = WebhookScheme(
    name="acme-unsigned",
    schemes=(),
    shape=EventShape(type_path="type", id_path="id"),
    docs="https://acme.example/unsigned",
)


class InvoicePaid(Contract, name="invoice.paid", version=1):
    """What the flow of ``billing`` wants."""

    invoice_id: str
    amount_cents: int
    currency: str


@dataclass(slots=True)
class Seen:
    """What the flows of a hub were given."""

    payloads: list[Any] = field(default_factory=list)


def a_hub(seen: Seen) -> Hub:
    """Four sources: by event, in batches, behind a token, and unsigned; one without a secret."""
    hub = Hub("acme")
    sources = {
        "billing": ACME,
        "batches": BATCHES,
        "tokens": TOKENS,
        "open": UNSIGNED,
        "secretless": ACME,
    }
    connected = {
        name: hub.connect(name, Connector(name, webhook=scheme)) for name, scheme in sources.items()
    }

    @hub.flow(on=connected["billing"].webhook("invoice.paid", contract=InvoicePaid))
    async def post_invoice(invoice: InvoicePaid) -> None:
        seen.payloads.append(invoice)

    @hub.flow(on=connected["billing"].webhook("note.*"))
    async def take_note(payload: Any) -> None:
        seen.payloads.append(payload)

    for name in ("batches", "tokens", "secretless"):
        add_flow(hub, connected[name].webhook(), f"take_{name}", seen)
    add_flow(hub, connected["open"].webhook(unverified=True), "take_open", seen)
    return hub


def add_flow(hub: Hub, source: Any, name: str, seen: Seen) -> None:
    """A flow that only takes note of what it was given."""

    @hub.flow(on=source, name=name)
    async def take(payload: Any) -> None:
        seen.payloads.append(payload)


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, read from the socket."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def problem(self) -> str:
        """The code of a refusal, once its form is as promised (RFC 9457, nothing of our inside)."""
        assert self.status >= 400, self
        assert self.header("content-type") == "application/problem+json", self
        document = self.json
        assert set(document) == {"type", "title", "status", "detail", "correlation_id"}
        assert document["status"] == self.status
        assert document["correlation_id"].startswith("rct_")
        for inner in (
            b"Traceback",
            b".py",
            b"tieline.",
            b"Error:",
            b"0x",
            b"callback",
            KEY.encode(),
        ):
            assert inner not in self.body, self.body
        code: str = document["type"].removeprefix("urn:tieline:problem:")
        return code


class Line:
    """One raw connection to the door."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, *pieces: bytes) -> None:
        """Send *pieces*, each by itself."""
        for piece in pieces:
            self._writer.write(piece)
            await asyncio.wait_for(self._writer.drain(), PATIENCE_S)

    async def hear(self, *, bodiless: bool = False) -> Answer:
        """The next response."""
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        status, *lines = head.decode("latin-1").split("\r\n")[:-2]
        headers = [(n.lower(), v) for n, _, v in (line.partition(": ") for line in lines)]
        length = next((int(v) for n, v in headers if n == "content-length"), 0)
        body = b""
        if not bodiless:
            body = await asyncio.wait_for(self._reader.readexactly(length), PATIENCE_S)
        return Answer(int(status.split(" ")[1]), headers, body)

    async def ask(self, *pieces: bytes) -> Answer:
        """Send a request and return the response."""
        await self.say(*pieces)
        return await self.hear()

    async def rest(self) -> bytes:
        """What still comes until the other side ends the connection."""
        try:
            return await asyncio.wait_for(self._reader.read(), PATIENCE_S)
        except ConnectionResetError:
            return b""

    def stop_writing(self) -> None:
        """Close our half."""
        self._writer.write_eof()

    def reset(self) -> None:
        """Leave without a word."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """End the connection."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return


@dataclass(slots=True)
class Facts:
    """Remembers every fact."""

    seen: list[Fact] = field(default_factory=list)

    def saw(self, fact: Fact) -> None:
        self.seen.append(fact)


def signature(body: bytes, key: str = KEY) -> tuple[str, str]:
    """The header with which Acme signs *body*."""
    return ("X-Acme-Signature", hmac.new(key.encode(), body, "sha256").hexdigest())


def request(
    body: bytes = b"",
    *,
    target: str = "/in/billing",
    method: str = "POST",
    headers: Sequence[tuple[str, str]] = (),
    version: str = "HTTP/1.1",
) -> bytes:
    """The bytes of a request with a declared length."""
    lines = [f"{method} {target} {version}", "Host: hooks.example"]
    lines += [f"{name}: {value}" for name, value in headers]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode("latin-1") + body


def signed(body: bytes, *headers: tuple[str, str], target: str = "/in/billing") -> bytes:
    """The bytes of a delivery signed by Acme."""
    return request(body, target=target, headers=[signature(body), *headers])


def invoice(identity: str = "evt-1", **more: Any) -> bytes:
    """The body of a delivery that fits the contract."""
    data = {"invoice_id": "in_1", "amount_cents": 4200, "currency": "eur", **more}
    return orjson.dumps({"id": identity, "type": "invoice.paid", "data": data})


@dataclass(slots=True)
class Rig:
    """A hub that runs, its store, and ways to speak to it."""

    it: Running
    store: Path
    seen: Seen
    facts: Facts

    async def call(self) -> Line:
        """A new connection."""
        return await call(self.it.port)

    async def ask(self, *pieces: bytes) -> Answer:
        """One request on a connection of its own."""
        line = await self.call()
        try:
            return await line.ask(*pieces)
        finally:
            await line.close()

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What is on disk."""
        connection = apsw.Connection(str(self.store), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            cursor = connection.execute(query)
            found = [
                dict(zip((c[0] for c in cursor.description), row, strict=True)) for row in cursor
            ]
        except apsw.ExecutionCompleteError:
            found = []
        connection.close()
        return found

    def receipts(self) -> list[dict[str, Any]]:
        """Every receipt, in order."""
        return self.rows("SELECT * FROM receipt ORDER BY seq")

    def events(self) -> list[dict[str, Any]]:
        """Every event, in order."""
        return self.rows("SELECT * FROM event ORDER BY seq")

    def receipt(self) -> dict[str, Any]:
        """The one receipt there is."""
        (only,) = self.receipts()
        return only


async def call(port: int) -> Line:
    """A new connection to a port of ours."""
    return Line(*await asyncio.open_connection("127.0.0.1", port))


async def until(true: Callable[[], object]) -> None:
    """Wait for something to become true."""
    end_s = asyncio.get_running_loop().time() + PATIENCE_S
    while not true():
        assert asyncio.get_running_loop().time() < end_s, "it did not happen in time"
        await asyncio.sleep(0.01)


class OpenRig(Protocol):
    """Starts a hub for the length of a block; what is not said is as in the other tests."""

    def __call__(
        self,
        *,
        hub: Callable[[Seen], Hub] = a_hub,
        secrets: Mapping[str, str] = SECRETS,
        **settings: Any,
    ) -> AbstractAsyncContextManager[Rig]: ...


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
    ]
)
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def open_rig(tmp_path: Path) -> OpenRig:
    sys.audit("tests.needs", "a server")  # tests.light hears it

    @asynccontextmanager
    async def start(
        *,
        hub: Callable[[Seen], Hub] = a_hub,
        secrets: Mapping[str, str] = SECRETS,
        **settings: Any,
    ) -> AsyncIterator[Rig]:
        seen, facts = Seen(), Facts()
        chosen = {"store": str(tmp_path / "door.db"), "port": 0, "console_port": 0, **settings}
        made = hub(seen).spec()
        async with running(made, Settings(**chosen), observer=facts, environment=secrets) as it:
            yield Rig(it, Path(chosen["store"]), seen, facts)

    return start


@pytest.fixture
async def rig(open_rig: OpenRig) -> AsyncIterator[Rig]:
    async with open_rig() as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Makers:
    """The makers of requests, for tests that cannot import from here."""

    request: Callable[..., bytes]
    signed: Callable[..., bytes]
    signature: Callable[..., tuple[str, str]]
    invoice: Callable[..., bytes]
    until: Callable[[Callable[[], object]], Awaitable[None]]
    add_flow: Callable[[Hub, Any, str, Seen], None]
    call: Callable[[int], Awaitable[Line]]
    token: str


@pytest.fixture
def make() -> Makers:
    return Makers(request, signed, signature, invoice, until, add_flow, call, TOKEN)
