"""Sink: relayed POSTs come in; a 200 for each, and counts of what arrived and how late, go out."""

import argparse
import asyncio
import json
import signal
from array import array
from typing import Final, cast

import uvloop

from benchmarks.event import now_us
from benchmarks.figures import percentiles_ms

_OK: Final = (
    b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}'
)
_BUSY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n"
    b"content-type: application/json\r\ncontent-length: 12\r\n\r\n"
    b'{"ok":false}'
)
_LENGTH: Final = b"content-length:"
_KEY: Final = b"idempotency-key:"


class Arrivals:
    """What arrived: how often each sequence number, under which keys, and when."""

    def __init__(self, *, keyed: bool) -> None:
        self.keyed = keyed
        self.delay_seconds = 0.0
        self.is_busy = False
        self.reset()

    def reset(self) -> None:
        self.counts = bytearray(1 << 16)
        self.late_us = array("q")
        self.first_us = 0
        self.last_us = 0
        self.refused = 0
        self.keys: dict[int, set[bytes]] = {}

    def note(self, seq: int, sent_us: int, key: bytes) -> None:
        at = now_us()
        self.last_us = at
        if not self.first_us:
            self.first_us = at
        if seq >= len(self.counts):
            self.counts.extend(bytes(max(seq + 1 - len(self.counts), len(self.counts))))
        if self.counts[seq] < 255:
            self.counts[seq] += 1
        self.late_us.append(at - sent_us)
        if self.keyed:
            self.keys.setdefault(seq, set()).add(key)

    @property
    def distinct(self) -> int:
        return len(self.counts) - self.counts.count(0)

    def stats(self) -> dict[str, object]:
        return {
            "received": len(self.late_us),
            "distinct": self.distinct,
            "duplicates": len(self.late_us) - self.distinct,
            "doubled": sum(len(keys) > 1 for keys in self.keys.values()),
            "refused": self.refused,
            "first_us": self.first_us,
            "last_us": self.last_us,
            "end_to_end_ms": percentiles_ms(self.late_us),
        }


class Door(asyncio.Protocol):
    """One connection: requests with a Content-Length, read by hand because that is cheapest."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._waiting:
            data = self._waiting + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[:end]
            stop = end + 4 + _body_bytes(head)
            if len(data) < stop:
                break
            self._answer(head, data[end + 4 : stop])
            data = data[stop:]
        self._waiting = data

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET /_"):
            self._transport.write(_control(self._arrivals, head.split(b" ", 2)[1]))
            return
        if self._arrivals.is_busy:
            self._arrivals.refused += 1
            self._transport.write(_BUSY)
            return
        key = _header(head, _KEY) if self._arrivals.keyed else b""
        self._arrivals.note(_number(body, b'"seq":'), _number(body, b'"sent_us":'), key)
        if self._arrivals.delay_seconds:
            loop = asyncio.get_running_loop()
            loop.call_later(self._arrivals.delay_seconds, self._transport.write, _OK)
            return
        self._transport.write(_OK)


def _body_bytes(head: bytes) -> int:
    return int(_header(head, _LENGTH) or 0)


def _header(head: bytes, name: bytes) -> bytes:
    start = head.find(name)
    if start < 0:
        head = head.lower()
        start = head.find(name)
        if start < 0:
            return b""
    end = head.find(b"\r\n", start)
    return head[start + len(name) : end if end >= 0 else len(head)].strip()


def _number(body: bytes, name: bytes) -> int:
    start = body.find(name)
    if start < 0:
        return 0
    start += len(name)
    end = start + 1
    while body[end : end + 1].isdigit():
        end += 1
    return int(body[start:end])


def _control(arrivals: Arrivals, path: bytes) -> bytes:
    match path.split(b"/")[1:]:
        case [b"_stats"]:
            return _reply(json.dumps(arrivals.stats()).encode())
        case [b"_progress"]:
            return _reply(b"%d" % arrivals.distinct)
        case [b"_counts"]:
            return _reply(bytes(arrivals.counts).rstrip(b"\0"))
        case [b"_reset"]:
            arrivals.reset()
        case [b"_busy", switch]:
            arrivals.is_busy = switch == b"on"
        case [b"_delay", millis]:
            arrivals.delay_seconds = int(millis) / 1000
    return _reply(b"{}")


def _reply(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body


async def serve(port: int, arrivals: Arrivals) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: Door(arrivals), "127.0.0.1", port, backlog=1024)
    await stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.sink", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--keyed", action="store_true", help="also count effects per idempotency key"
    )
    options = parser.parse_args()
    uvloop.run(serve(options.port, Arrivals(keyed=options.keyed)))


if __name__ == "__main__":
    main()
