"""Collector: a loopback OTLP receiver; what is posted to it is decoded as protobuf and kept."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Seen:
    """A span, as it arrived."""

    name: str
    kind: int
    trace: str
    span: str
    parent: str
    start_ns: int
    end_ns: int
    error: str | None
    attributes: dict[str, object]


@dataclass(slots=True)
class Collector:
    """Where spans arrive."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    spans: list[Seen] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    schemas: set[str] = field(default_factory=set)
    status: int = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def named(self, name: str) -> list[Seen]:
        return [span for span in self.spans if span.name == name]

    def take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        self.bodies.append(body)
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            found = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.services.add(found["service.name"])
            for scope in resource.scope_spans:
                self.schemas |= {resource.schema_url, scope.schema_url}
                self.spans += [_seen(span) for span in scope.spans]


def _seen(span: object) -> Seen:
    attributes: dict[str, object] = {}
    for one in span.attributes:  # type: ignore[attr-defined]
        attributes[one.key] = getattr(one.value, one.value.WhichOneof("value"))
    failed = span.status.code == 2  # type: ignore[attr-defined]
    return Seen(
        span.name,  # type: ignore[attr-defined]
        span.kind,  # type: ignore[attr-defined]
        span.trace_id.hex(),  # type: ignore[attr-defined]
        span.span_id.hex(),  # type: ignore[attr-defined]
        span.parent_span_id.hex(),  # type: ignore[attr-defined]
        span.start_time_unix_nano,  # type: ignore[attr-defined]
        span.end_time_unix_nano,  # type: ignore[attr-defined]
        span.status.message if failed else None,  # type: ignore[attr-defined]
        attributes,
    )


@contextmanager
def a_collector() -> Iterator[Collector]:
    """One that listens while the block lasts."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            if collector.status == 200:
                collector.take(self.path, body)
            self.send_response(collector.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
