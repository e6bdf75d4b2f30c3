"""Limit: signed webhooks come in; each goes out once it is on disk, by hand and nothing more."""

import argparse
import asyncio
import signal
from functools import partial
from itertools import count
from pathlib import Path
from typing import cast

import httptools
import uvloop

from benchmarks.event import is_genuine
from benchmarks.groupcommit import GroupCommit, Receipt
from benchmarks.outbound import Outbound

_OK = b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok"
_REFUSED = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"


class Relay:
    """The whole relay: store the receipt, answer its sender, pass it on, note its end."""

    def __init__(self, directory: Path, sink: str, connections: int) -> None:
        self._journal = GroupCommit(directory / "limit.db")
        self._outbound = Outbound(sink, connections, self._journal.finish)
        self._numbers = count(self._journal.last_number + 1)

    async def start(self) -> None:
        await self._outbound.open()
        self._journal.start()
        for number, body in self._journal.unfinished():
            self._outbound.post(number, body)

    def stop(self) -> None:
        self._journal.stop()

    def take(self, event_id: bytes, body: bytes, transport: asyncio.Transport) -> None:
        number = next(self._numbers)
        stored = partial(self._stored, number, body, transport)
        self._journal.store(Receipt(number, event_id, body, stored))

    def _stored(self, number: int, body: bytes, transport: asyncio.Transport) -> None:
        transport.write(_OK)
        self._outbound.post(number, body)


class Door(asyncio.Protocol):
    """One inbound connection; the next request is read when the last one was answered."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._parser = httptools.HttpRequestParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._headers = {}
        self._body = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._body = self._body + body if self._body else body

    def on_message_complete(self) -> None:
        header = self._headers.get
        event_id = header(b"webhook-id", b"")
        timestamp, signature = header(b"webhook-timestamp", b""), header(b"webhook-signature", b"")
        if is_genuine(event_id, timestamp, signature, self._body):
            self._relay.take(event_id, self._body, self._transport)
        else:
            self._transport.write(_REFUSED)


async def serve(relay: Relay, port: int) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await relay.start()
    server = await loop.create_server(lambda: Door(relay), "127.0.0.1", port, backlog=1024)
    await stop.wait()
    server.close()
    relay.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.limit", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--sink", required=True)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    relay = Relay(options.directory, options.sink, options.connections)
    uvloop.run(serve(relay, options.port))


if __name__ == "__main__":
    main()
