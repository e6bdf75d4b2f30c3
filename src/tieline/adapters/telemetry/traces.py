"""Traces: facts come in; their spans go to a collector, by OTLP over HTTP, from a thread.

Loaded only where a collector is set: it needs the packages of the extra ``otel``. On the loop, a
span that is wanted costs a small record in a bounded buffer, and any other a look at one flag.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from tieline.adapters.telemetry.observers import Handlers
from tieline.adapters.telemetry.spans import SCHEMA_URL, SpanRecord, Spans
from tieline.model.base.ids import Micros
from tieline.model.runs import facts as f

MOST_WAITING = 4096
MOST_AT_ONCE = 512
MOST_A_SECOND = 500
"""A sender may ask for every delivery to be traced, and an outage fails all calls: beyond this,
spans are dropped and counted, so that tracing stays cheap."""
GATHER_S = 1.0
EXPORT_S = 5.0
LAST_WORDS_S = 3.0
KINDS = {
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
    "client": SpanKind.CLIENT,
    "internal": SpanKind.INTERNAL,
}
SCOPE = InstrumentationScope("tieline", schema_url=SCHEMA_URL)


class Traces:
    """Sends spans to a collector."""

    def __init__(
        self,
        endpoint: str,
        hub: str,
        new_span: Callable[[], str],
        clean: Callable[[str], str],
        now_us: Callable[[], Micros],
    ) -> None:
        """*endpoint* is the start of the collector's URL, as in ``http://127.0.0.1:4318``."""
        self.dropped = 0
        """Spans that were not sent since the process began."""
        self._spans = Spans(new_span)
        self._clean = clean
        self._now_us = now_us
        self._second, self._in_second = 0, 0
        self._waiting: deque[SpanRecord] = deque()
        self._closing = threading.Event()
        self._resource = Resource({"service.name": hub, "service.namespace": "tieline"}, SCHEMA_URL)
        url = f"{endpoint.rstrip('/')}/v1/traces"
        self._exporter = OTLPSpanExporter(endpoint=url, timeout=EXPORT_S)
        self._thread = threading.Thread(target=self._work, name="tieline-traces", daemon=True)
        self._thread.start()

    @property
    def handlers(self) -> Handlers:
        """What is done with each kind of fact."""
        spans = self._spans
        return {
            f.Received: lambda fact: self._take(spans.of_delivery(fact)),
            f.RunSettled: lambda fact: self._take(spans.of_run(fact)),
            f.CallTried: lambda fact: self._take(spans.of_call(fact)),
            f.StepTried: lambda fact: self._take(spans.of_step(fact)),
        }

    def _take(self, record: SpanRecord | None) -> None:
        if record is None:
            return
        second = self._now_us() // 1_000_000
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        if self._in_second > MOST_A_SECOND or len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
        else:
            self._waiting.append(record)

    def close(self) -> None:
        """Send what waits, for at most a few seconds."""
        self._closing.set()
        self._thread.join(LAST_WORDS_S)
        if self._thread.is_alive():  # it waits for a collector that does not answer
            self._exporter.shutdown()  # type: ignore[no-untyped-call]

    # --- on the thread --------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._closing.wait(GATHER_S):
            self._send()
        self._send()

    def _send(self) -> None:
        while self._waiting:
            count = min(len(self._waiting), MOST_AT_ONCE)
            batch = [self._waiting.popleft() for _ in range(count)]
            result = SpanExportResult.FAILURE
            with suppress(Exception):  # a collector in trouble is no trouble of the hub's
                result = self._exporter.export([self._span(record) for record in batch])
            if result is not SpanExportResult.SUCCESS:
                self.dropped += count

    def _span(self, record: SpanRecord) -> ReadableSpan:
        trace = int(record.trace, 16)
        parent = None if record.parent is None else _context(trace, record.parent, is_remote=True)
        status = Status(StatusCode.UNSET)
        if record.error is not None:
            status = Status(StatusCode.ERROR, self._clean(record.error))
        clean = self._clean
        return ReadableSpan(
            name=clean(record.name),
            context=_context(trace, record.span, is_remote=False),
            parent=parent,
            resource=self._resource,
            attributes={
                key: clean(value) if isinstance(value, str) else value
                for key, value in record.attributes.items()
            },
            kind=KINDS[record.kind],
            status=status,
            start_time=record.start_us * 1000,
            end_time=record.end_us * 1000,
            instrumentation_scope=SCOPE,
        )


def _context(trace: int, span: str, *, is_remote: bool) -> SpanContext:
    return SpanContext(trace, int(span, 16), is_remote, TraceFlags(TraceFlags.SAMPLED))
