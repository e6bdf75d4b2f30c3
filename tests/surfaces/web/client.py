"""Client: a browser of few words, over real sockets; one request a connection."""

import asyncio
import contextlib
import http.client
from dataclasses import dataclass
from typing import Any

import orjson

PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    """Names in small letters; of repeated ones the last."""
    body: bytes
    cookies: dict[str, str]

    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(slots=True)
class Client:
    """Sends requests to one port of this machine."""

    port: int

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, None, **headers)

    async def post(self, path: str, body: bytes = b"", **headers: str) -> Answer:
        return await self.send("POST", path, body, **headers)

    async def send(self, method: str, path: str, body: bytes | None, **headers: str) -> Answer:
        return await asyncio.to_thread(self._send, method, path, body, headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            has_host = "host" in headers
            connection.putrequest(method, path, skip_host=has_host)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders()
            if body:
                with contextlib.suppress(ConnectionError):  # refused by its length: read why
                    connection.send(body)
            answer = connection.getresponse()
            found = answer.getheaders()
            cookies = dict(
                value.partition(";")[0].partition("=")[::2]
                for name, value in found
                if name.lower() == "set-cookie"
            )
            names = {name.lower(): value for name, value in found}
            return Answer(answer.status, names, answer.read(), cookies)
        finally:
            connection.close()


async def raw(port: int, sent: bytes) -> bytes:
    """All that comes back for *sent*, until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        async with asyncio.timeout(PATIENCE_S):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()
