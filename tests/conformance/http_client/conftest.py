"""Fixtures: every client on every loop, hostile servers on loopback, names and certificates."""

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tieline.adapters.http.aiohttp_client import AiohttpClient
from tieline.adapters.http.client import PooledHttpClient
from tieline.model.base.errors import CallFailed
from tieline.model.calls.call import Egress, HttpAnswer, HttpRequest, Timeouts
from tieline.ports.http import HttpClient


@dataclass(frozen=True)
class Stack:
    """A client and the loop it runs on."""

    make: type[PooledHttpClient | AiohttpClient]
    uvloop: bool


STACKS = {
    "thin-uvloop": Stack(PooledHttpClient, uvloop=True),
    "thin-asyncio": Stack(PooledHttpClient, uvloop=False),
    "aiohttp-uvloop": Stack(AiohttpClient, uvloop=True),
}


@pytest.fixture(params=list(STACKS))
def stack(request: pytest.FixtureRequest) -> Stack:
    """The client and loop under test."""
    return STACKS[request.param]


@pytest.fixture
def anyio_backend(stack: Stack) -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": stack.uvloop}


@dataclass
class Wire:
    """One accepted connection, as the server's script sees it."""

    server: "HostileServer"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> bytes:
        """Read one whole request; ends the script when the client closed instead."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        seen = head + await self.reader.readexactly(length)
        self.server.requests.append(seen)
        return seen

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def until_closed(self) -> None:
        """Wait for the client to close."""
        while await self.reader.read(65536):
            pass
        self.server.seen_closed += 1

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Wire], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def answer_all(wire: Wire) -> None:
    """The well-behaved script: every request gets ``ok``."""
    while True:
        await wire.request()
        await wire.send(OK)


@dataclass
class HostileServer:
    """A server that does with each connection whatever its script says."""

    script: Script
    port: int = 0
    connections: int = 0
    seen_closed: int = 0
    """How often a script saw the client close."""
    ended: int = 0
    """How many connections the server itself is done with."""
    requests: list[bytes] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/", *, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def until(self, reached: Callable[[], bool]) -> None:
        """Let the loop run until *reached*, for five seconds at most."""
        give_up = time.monotonic() + 5
        await asyncio.sleep(0)
        while not reached():
            assert time.monotonic() < give_up, "it did not come about"
            await asyncio.sleep(0.001)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await self.script(Wire(self, reader, writer))
        finally:
            self.tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self.ended += 1


Serve = Callable[..., Awaitable[HostileServer]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start hostile servers; all end with the test."""
    async with contextlib.AsyncExitStack() as running:

        async def start(
            script: Script = answer_all, *, tls: ssl.SSLContext | None = None
        ) -> HostileServer:
            hostile = HostileServer(script)
            server = await asyncio.start_server(hostile.serve, "127.0.0.1", 0, ssl=tls)
            hostile.port = server.sockets[0].getsockname()[1]

            async def stop() -> None:
                server.close()
                left = list(hostile.tasks)
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)
                await server.wait_closed()

            running.push_async_callback(stop)
            return hostile

        yield start


class Names:
    """A resolver that answers from a script: a list of addresses a look-up, the last for good."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self.hang: asyncio.Event | None = None
        """Waited for before every answer, if there is one."""

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if self.hang is not None:
            await self.hang.wait()
        answers = self.answers.get(host)
        if not answers:
            raise OSError(f"no such name: {host}")
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def names() -> Names:
    """What host names resolve to in this test."""
    return Names()


@dataclass
class Calls:
    """The client under test, with requests that are short of time and may reach loopback."""

    client: HttpClient
    default: HttpRequest

    async def send(self, url: str, method: str = "GET", **fields: object) -> HttpAnswer:
        return await self.client.send(self.request(url, method, **fields))

    async def fail(self, url: str, method: str = "GET", **fields: object) -> CallFailed:
        with pytest.raises(CallFailed) as caught:
            await self.send(url, method, **fields)
        return caught.value

    def request(self, url: str, method: str = "GET", **fields: object) -> HttpRequest:
        return replace(self.default, url=url, method=method, **fields)  # type: ignore[arg-type]


@pytest.fixture
async def calls(stack: Stack, names: Names, certificates: "Certificates") -> AsyncIterator[Calls]:
    """The client under test; closed with the test."""
    client = stack.make(resolver=names, extra_authorities=certificates.authority)
    default = HttpRequest(
        method="GET",
        url="",
        timeouts=Timeouts(timedelta(seconds=8), timedelta(seconds=10)),
        egress=Egress(allow=("127.0.0.1",)),
    )
    yield Calls(client, default)
    await client.close()


@dataclass(frozen=True)
class Certificates:
    """Server contexts, and the file of the authority that signed all but the self-signed one."""

    authority: Path
    good: ssl.SSLContext
    for_address: ssl.SSLContext
    wrong_name: ssl.SSLContext
    expired: ssl.SSLContext
    self_signed: ssl.SSLContext


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates for ``api.shop.example``, for 127.0.0.1, for another name, and worse ones."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = _Signer("Test authority")
    authority.save(folder / "authority")
    hour = timedelta(hours=1)
    return Certificates(
        authority=folder / "authority.pem",
        good=_Signer("api.shop.example", authority).context(folder / "good"),
        for_address=_Signer("ip.example", authority, "127.0.0.1").context(folder / "address"),
        wrong_name=_Signer("other.example", authority).context(folder / "wrong"),
        expired=_Signer("api.shop.example", authority, lasts=-hour).context(folder / "expired"),
        self_signed=_Signer("api.shop.example").context(folder / "self"),
    )


class _Signer:
    """A key and a certificate for it: its own authority unless another one signs."""

    def __init__(
        self,
        name: str,
        signer: "_Signer | None" = None,
        address: str | None = None,
        *,
        lasts: timedelta = timedelta(days=1),
    ) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = signer or self
        now = datetime.now(UTC)
        called: list[x509.GeneralName] = [x509.DNSName(name.replace(" ", "-"))]
        if address is not None:
            called.append(x509.IPAddress(ip_address(address)))
        self.certificate = (
            x509.CertificateBuilder(issuer.subject, self.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + lasts)
            .add_extension(
                x509.BasicConstraints(ca=signer is None, path_length=None), critical=True
            )
            .add_extension(x509.SubjectAlternativeName(called), critical=False)
            .sign(issuer.key, hashes.SHA256())
        )

    def save(self, stem: Path) -> None:
        stem.with_suffix(".pem").write_bytes(
            self.certificate.public_bytes(serialization.Encoding.PEM)
        )
        stem.with_suffix(".key").write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def context(self, stem: Path) -> ssl.SSLContext:
        self.save(stem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(stem.with_suffix(".pem"), stem.with_suffix(".key"))
        return context
