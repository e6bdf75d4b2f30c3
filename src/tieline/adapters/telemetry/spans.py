"""Spans: facts come in; what a trace shows of them goes out, after the OpenTelemetry conventions.

Names and attributes follow the semantic conventions for HTTP and messaging; what is ours alone is
called ``tieline.…``. Nothing here needs the OpenTelemetry packages.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tieline.model.base.ids import Micros
from tieline.model.inbound.event import Event
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs import facts as f
from tieline.model.runs.run import ClaimedRun, RunState
from tieline.rules.formats.trace import Trace, is_sampled, span_of, span_of_run, trace_of

Attributes = dict[str, str | int | float | bool]

FAILED_STATES = frozenset({RunState.DEAD, RunState.HELD, RunState.RETRYING})
FAILED_VERDICTS = frozenset({Verdict.QUARANTINED})
HUB_SYSTEM = "tieline"
SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"
"""The release of the conventions that names and attributes follow."""
METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}
)
"""Those that the conventions know (RFC 9110 and 5789)."""


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """One span that has ended."""

    name: str
    kind: str
    """``server``, ``consumer``, ``client`` or ``internal``."""
    trace: str
    span: str
    parent: str | None
    start_us: Micros
    end_us: Micros
    attributes: Attributes = field(default_factory=dict)
    error: str | None = None
    """Why it failed; None: it did not."""


class Spans:
    """Makes spans of what is sampled, and of what failed in any case."""

    def __init__(self, new_span: Callable[[], str]) -> None:
        self._new_span = new_span

    def of_delivery(self, fact: f.Received) -> SpanRecord | None:
        """The server's span of a delivery; a quarantined one is wanted, but its 202 is no error."""
        event = fact.event
        failed = fact.verdict in FAILED_VERDICTS
        if event is None or not (failed or is_sampled(event.traceparent)):
            return None
        trace = trace_of(event.traceparent)
        if trace is None or fact.receipt_id is None:
            return None
        own = span_of(fact.receipt_id)
        attributes: Attributes = {
            "http.request.method": "POST",
            "http.route": f"/in/{fact.source}",
            "url.path": f"/in/{fact.source}",
            "url.scheme": fact.scheme,
            "http.response.status_code": fact.status,
            "tieline.verdict": str(fact.verdict),
            "tieline.receipt": fact.receipt_id,
        }
        _tell(attributes, event, fact.reference)
        return SpanRecord(
            f"POST /in/{fact.source}",
            "server",
            trace.id,
            own,
            None if trace.parent == own else trace.parent,
            fact.at_us - fact.took_us,
            fact.at_us,
            attributes,
        )

    def of_run(self, fact: f.RunSettled) -> SpanRecord | None:
        """The consumer's span of one execution of a run."""
        run = fact.run
        failed = fact.state in FAILED_STATES
        trace = None if run is None else _wanted(run, failed=failed)
        if run is None or trace is None:
            return None
        attributes = _of_run(run, fact.reference)
        attributes["tieline.state"] = str(fact.state)
        if fact.kind is not None:
            attributes["error.type"] = fact.kind
        return SpanRecord(
            f"process {run.flow}",
            "consumer",
            trace.id,
            span_of_run(run.id, run.epoch),
            _above(run.event, trace),
            fact.began_us or fact.at_us,
            fact.at_us,
            attributes,
            (fact.reason or str(fact.state)) if failed else None,
        )

    def of_call(self, fact: f.CallTried) -> SpanRecord | None:
        """The client's span of one try of a call."""
        failed = fact.outcome != "done"
        trace = None if fact.run is None else _wanted(fact.run, failed=failed)
        if fact.run is None or trace is None:
            return None
        method, _, path = fact.operation.partition(" ")
        known = method if method in METHODS else "_OTHER"
        attributes: Attributes = {
            "http.request.method": known,
            **_of_server(fact.base_url, path),
            "peer.service": fact.system,
            "tieline.connection": fact.connection,
            "tieline.operation": fact.operation,
        }
        if known != method:
            attributes["http.request.method_original"] = method
        if fact.status is not None:
            attributes["http.response.status_code"] = fact.status
        if fact.number > 1:
            attributes["http.request.resend_count"] = fact.number - 1
        if failed:
            attributes["error.type"] = str(fact.outcome)
        _tell(attributes, fact.run.event, fact.reference)
        return SpanRecord(
            f"{method if known == method else 'HTTP'} {path}",
            "client",
            trace.id,
            fact.span or self._new_span(),
            fact.parent or span_of_run(fact.run.id, fact.run.epoch),
            fact.at_us,
            fact.at_us + fact.took_us,
            attributes,
            (fact.reason or str(fact.outcome)) if failed else None,
        )

    def of_step(self, fact: f.StepTried) -> SpanRecord | None:
        """The span of one try of an author's step."""
        failed = fact.outcome != "done"
        trace = _wanted(fact.run, failed=failed)
        if trace is None:
            return None
        attributes: Attributes = {"tieline.step": fact.step, "tieline.attempt": fact.number}
        _tell(attributes, fact.run.event, None)
        return SpanRecord(
            f"step {fact.step}",
            "internal",
            trace.id,
            fact.span or self._new_span(),
            span_of_run(fact.run.id, fact.run.epoch),
            fact.at_us,
            fact.at_us + fact.took_us,
            attributes,
            fact.reason if failed else None,
        )


def _of_server(base_url: str, path: str) -> Attributes:
    """Where a call went; of its path only the shape, and never the query."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    at = f"{shown}:{parts.port}" if parts.port else shown
    return {
        "server.address": host,
        "server.port": parts.port or (443 if parts.scheme == "https" else 80),
        "url.full": f"{parts.scheme}://{at}{parts.path.rstrip('/')}{path}",
        "url.template": path,
    }


def _wanted(run: ClaimedRun, *, failed: bool) -> Trace | None:
    """The trace of a run, if a span of it is wanted."""
    traceparent = run.event.traceparent
    return trace_of(traceparent) if failed or is_sampled(traceparent) else None


def _above(event: Event, trace: Trace) -> str | None:
    """What a run's span hangs on: its delivery, the run that emitted its event, or the sender."""
    if event.receipt_id is not None:
        return span_of(event.receipt_id)
    if event.cause is not None and event.cause.startswith("run_"):
        return span_of_run(event.cause, 1)
    return None if trace.parent == span_of(event.id) else trace.parent


def _of_run(run: ClaimedRun, reference: str | None) -> Attributes:
    attributes: Attributes = {
        "messaging.system": HUB_SYSTEM,
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": run.event.source,
        "messaging.message.id": run.event.id,
        "tieline.flow": run.flow,
        "tieline.run": run.id,
        "tieline.epoch": run.epoch,
    }
    _tell(attributes, run.event, reference)
    return attributes


def _tell(attributes: Attributes, event: Event, reference: str | None) -> None:
    attributes["messaging.message.conversation_id"] = event.correlation
    attributes["tieline.event.type"] = event.type
    attributes["tieline.tenant"] = event.tenant
    if reference is not None:
        attributes["tieline.reference"] = reference
