"""Plain: signed webhooks come in; each goes out through ordinary parts, with nothing stored."""

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from benchmarks.event import is_genuine
from tieline.adapters.http.client import PooledHttpClient
from tieline.model.calls.call import Egress, HttpRequest

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"2")]


class PlainRelay:
    """An ASGI application, a queue in memory and a crew of senders."""

    def __init__(self, sink: str) -> None:
        self._sink = sink
        self._egress = Egress(allow=("127.0.0.1",))
        self._client = PooledHttpClient()
        self._queue: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        headers = dict(scope["headers"])
        event_id = headers.get(b"webhook-id", b"")
        timestamp = headers.get(b"webhook-timestamp", b"")
        signature = headers.get(b"webhook-signature", b"")
        status = 401
        if is_genuine(event_id, timestamp, signature, body):
            self._queue.put_nowait((event_id.decode(), orjson.dumps(orjson.loads(body))))
            status = 202
        await send({"type": "http.response.start", "status": status, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": b"{}"})

    async def pass_on(self) -> None:
        while True:
            event_id, body = await self._queue.get()
            headers = (("content-type", "application/json"), ("idempotency-key", event_id))
            request = HttpRequest("POST", self._sink, headers, body, egress=self._egress)
            await self._client.send(request)

    async def close(self) -> None:
        await self._client.close()


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def serve(relay: PlainRelay, *, port: int, senders: int) -> None:
    server = Server(
        relay,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    crew = [loop.create_task(relay.pass_on()) for _ in range(senders)]
    await server.serve()
    for member in crew:
        member.cancel()
    await asyncio.gather(*crew, return_exceptions=True)
    await relay.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.plain", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", help="not used: nothing is stored")
    parser.add_argument("--sink", required=True)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    uvloop.run(serve(PlainRelay(options.sink), port=options.port, senders=options.connections))


if __name__ == "__main__":
    main()
