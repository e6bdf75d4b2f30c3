"""Process metrics: a hub's names go in; the Prometheus metrics of one process come out.

The values of labels are bounded to those names: what nobody declared is counted as ``other``, and
so is what comes after the first thousand of a label. No sender and no mistake makes series grow.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from tieline.model.base.failure import FailureKind
from tieline.model.hub.flow import HubSpec
from tieline.model.inbound.receipt import Verdict
from tieline.model.people.alert import AlertKind
from tieline.model.runs.run import RunState
from tieline.rules.runs.transitions import UNFINISHED

OTHER = "other"
MOST_TENANTS = 50
"""Of those that the code declares; the rest, and whoever was added by people, is ``other``."""
MOST_VALUES = 1000
"""Of one label; a hub with more sources, flows or connections sees the rest together."""
BEHIND = "behind"
"""Ready, but an earlier run of its lane has to end first."""

VERDICTS = tuple(str(verdict) for verdict in Verdict)
OUTCOMES = tuple(str(state) for state in RunState)
QUEUED = (*sorted(UNFINISHED), BEHIND)
CLASSES = ("done", "in-doubt", *map(str, FailureKind))
ALERT_KINDS = tuple(str(kind) for kind in AlertKind)

ACK_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
CALL_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30)
END_TO_END_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300, 1800, 7200, 86_400)
BATCH = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
COMMIT_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)

Key = str | tuple[str, str]


class MetricSeries:
    """The children of one labelled metric, each made once; unknown values become ``other``."""

    def __init__(self, metric: Any, *declared: Iterable[str]) -> None:
        self._metric = metric
        self.declared = [frozenset(sorted(values)[:MOST_VALUES]) for values in declared]
        self._known: dict[Key, Any] = {}

    def of(self, key: Key) -> Any:
        """The child of a value, or of a pair of values where the metric has two labels."""
        child = self._known.get(key)
        return self._make(key) if child is None else child

    def begin(self) -> None:
        """Have a series for everything that is declared: what a rate is of begins at 0."""
        for values in product(*(sorted(declared) for declared in self.declared)):
            self.of(values[0] if len(values) == 1 else (values[0], values[1]))

    def _make(self, key: Key) -> Any:
        values = key if isinstance(key, tuple) else (key,)
        pairs = zip(values, self.declared, strict=True)
        bounded = tuple(value if value in declared else OTHER for value, declared in pairs)
        child = self._metric.labels(*bounded)
        if bounded == values:
            self._known[key] = child
        return child


class MetricMaker:
    """Makes metrics on one registry, bounded to the names of one hub."""

    def __init__(self, hub: HubSpec) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        sources = hub.sources().values()
        self.names: dict[str, Iterable[str]] = {
            "source": hub.heard(),
            "flow": hub.flows,
            "connection": hub.connections,
            "tenant": sorted(hub.tenants.names)[:MOST_TENANTS],
            "schedule": {s.name for s in sources if s.kind == "schedule"},
            "verdict": VERDICTS,
            "outcome": OUTCOMES,
            "state": QUEUED,
            "class": CLASSES,
            "kind": ALERT_KINDS,
            "what": ("lines", "spans", "facts"),
        }

    def counters(self, name: str, about: str, *labels: str) -> MetricSeries:
        """Counters by *labels*."""
        made = self._children(Counter(f"tieline_{name}", about, labels, registry=self.registry))
        made.begin()
        return made

    def gauges(self, name: str, about: str, *labels: str) -> MetricSeries:
        """Gauges by *labels*."""
        return self._children(Gauge(f"tieline_{name}", about, labels, registry=self.registry))

    def histograms(
        self, name: str, about: str, label: str, buckets: tuple[float, ...]
    ) -> MetricSeries:
        """Histograms by *label*."""
        made = Histogram(
            f"tieline_{name}", about, (label,), buckets=buckets, registry=self.registry
        )
        return self._children(made)

    def counter(self, name: str, about: str) -> Counter:
        """One counter."""
        return Counter(f"tieline_{name}", about, registry=self.registry)

    def gauge(self, name: str, about: str) -> Gauge:
        """One gauge."""
        return Gauge(f"tieline_{name}", about, registry=self.registry)

    def says(self, name: str, about: str, said: Mapping[str, str]) -> None:
        """A gauge that is always 1, for what its labels say."""
        Gauge(f"tieline_{name}", about, tuple(said), registry=self.registry).labels(**said).set(1)

    def histogram(self, name: str, about: str, buckets: tuple[float, ...]) -> Histogram:
        """One histogram."""
        return Histogram(f"tieline_{name}", about, buckets=buckets, registry=self.registry)

    def _children(self, metric: Counter | Gauge | Histogram) -> MetricSeries:
        return MetricSeries(metric, *(self.names[label] for label in metric._labelnames))  # noqa: SLF001


class PathMetrics:
    """What grows with every delivery, call and run."""

    def __init__(self, make: MetricMaker) -> None:
        self.deliveries = make.counters(
            "deliveries", "Deliveries answered, by verdict", "source", "verdict"
        )
        self.ack_s = make.histograms(
            "ack_seconds", "From the last byte of a delivery to its answer", "source", ACK_S
        )
        self.runs = make.counters("runs", "Executions that ended, by outcome", "flow", "outcome")
        self.end_to_end_s = make.histograms(
            "end_to_end_seconds",
            "From an event's recording, or a replay's, to its run's end",
            "flow",
            END_TO_END_S,
        )
        self.retries = make.counters("retries", "Retries that were planned", "flow")
        self.attempts = make.counters("attempts", "Tries of calls", "connection", "class")
        self.throttled = make.counters("throttled", "Answers 429", "connection")
        self.has_tenants = bool(list(make.names["tenant"]))
        """Where none is declared, nobody's name is looked at."""
        self.tenant_events = make.counters(
            "tenant_events", "Deliveries that brought an event, by tenant", "tenant"
        )
        self.tenant_runs = make.counters(
            "tenant_runs", "Executions that ended, by tenant and outcome", "tenant", "outcome"
        )
        self.call_s = make.histograms(
            "call_seconds", "How long a try of a call took", "connection", CALL_S
        )


class LevelMetrics:
    """What stands at some level: queues, and the guards of connections."""

    def __init__(self, make: MetricMaker) -> None:
        self.queue = make.gauges("queue_depth", "Runs that have not ended", "flow", "state")
        self.oldest_s = make.gauges(
            "oldest_waiting_seconds", "Age of the oldest run that has not ended", "flow"
        )
        self.dead = make.gauges("dead_letters", "Dead runs that nobody has decided", "flow")
        self.held = make.gauges("held", "Runs that wait for a person", "flow")
        self.breaker = make.gauges("breaker_state", "0 closed, 1 probing, 2 open", "connection")
        self.healthy = make.gauges(
            "connection_healthy", "0 while the credential is not accepted", "connection"
        )
        self.paused = make.gauges(
            "connection_paused", "1 while somebody holds its calls", "connection"
        )
        self.slowness = make.gauges(
            "connection_slowness",
            "While calls take far longer than usual: how many times as long, else 0",
            "connection",
        )
        self.waiting = make.gauges(
            "connection_waiting", "Runs that wait for it, counted up to 1,000", "connection"
        )
        self.in_flight = make.gauges("calls_in_flight", "Calls that are out", "connection")
        self.allowance = make.gauges("calls_allowed", "Calls that may be out at once", "connection")
        self.rate_use = make.gauges(
            "rate_use_ratio", "Used share of the rate limit's burst", "connection"
        )
        self.rate_headroom = make.gauges(
            "rate_headroom_ratio", "Free share of the rate limit's burst", "connection"
        )
        self.retry_use = make.gauges(
            "retry_budget_use_ratio", "Spent share of the retry budget", "connection"
        )


class ProcessMetrics:
    """The store, the process itself, and people."""

    def __init__(self, make: MetricMaker) -> None:
        self.commit_size = make.histogram("commit_commands", "Commands in a transaction", BATCH)
        self.commit_s = make.histogram("commit_seconds", "How long a transaction took", COMMIT_S)
        self.commands_waiting = make.gauge("commands_waiting", "Commands in no transaction yet")
        self.runs_busy = make.gauge("runs_busy", "Runs that this process executes")
        self.snapshot_s = make.gauge(
            "oldest_snapshot_seconds", "Age of the oldest snapshot of the PostgreSQL server"
        )
        self.disk_free = make.gauge("disk_free_ratio", "Free share of the disk of the store's file")
        self.store_trouble = make.counter("store_trouble", "Commands that the store could not do")
        self.store_at_risk = make.gauge(
            "store_at_risk", "Settings of the store's server, at start, that can lose a commit"
        )
        self.pass_failures = make.counter("pass_failures", "Background passes that raised")
        self.claims_lost = make.counter("claims_lost", "Runs taken away while they were executed")
        self.rescued = make.counter("runs_rescued", "Runs taken from silent workers")
        self.deadlines = make.counter("deadlines_passed", "Runs that outlived their deadline")
        self.firings = make.counters("schedule_firings", "Firings stored or skipped", "schedule")
        self.replayed = make.counter("replayed_runs", "Runs that replays stored")
        self.decisions = make.counter("decisions", "What people decided")
        self.alerts = make.gauges("alerts_firing", "Alerts of the hub's own that fire", "kind")
        self.dropped = make.counters(
            "telemetry_dropped", "Log lines, spans and facts that were dropped", "what"
        )
