"""Metrics: facts and gauges come in; the text that Prometheus scrapes goes out.

Counters grow with the facts; gauges of the store are set by a pass of the hub, so that a scrape
costs the store nothing.
"""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from prometheus_client import generate_latest

from tieline.adapters.telemetry.observers import Handlers
from tieline.adapters.telemetry.process_metrics import (
    ALERT_KINDS,
    OTHER,
    QUEUED,
    LevelMetrics,
    MetricMaker,
    MetricSeries,
    PathMetrics,
    ProcessMetrics,
)
from tieline.model.hub.flow import HubSpec
from tieline.model.runs import facts as f
from tieline.model.runs.run import RunState
from tieline.model.views.gauges import Gauges, GuardGauges
from tieline.model.views.rows import FlowCount
from tieline.rules.formats.id_time import made_us

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BREAKERS = {"closed": 0, "probing": 1, "open": 2}
TOO_MANY = 429
NAMELESS = MappingProxyType({"host": "", "pid": "", "number": "", "roles": ""})


class Metrics:
    """The Prometheus metrics of one process, as an observer."""

    def __init__(self, hub: HubSpec, about: Mapping[str, str] = NAMELESS) -> None:
        """*about*: what tells this process from others of the hub."""
        make = MetricMaker(hub)
        make.says("process", "Which process this is; always 1.", {"hub": hub.name, **about})
        self.registry = make.registry
        self.traffic, self.standing, self.house = (
            PathMetrics(make),
            LevelMetrics(make),
            ProcessMetrics(make),
        )
        self._flows = (*hub.flows, OTHER)
        self._connections = tuple(hub.connections)
        self._dropped: Counter[str] = Counter()

    @property
    def handlers(self) -> Handlers:
        """What is done with each kind of fact."""
        house = self.house
        return {
            f.Received: self._received,
            f.CallTried: self._called,
            f.RunSettled: self._settled,
            f.Committed: self._committed,
            f.StoreTrouble: lambda _: house.store_trouble.inc(),
            f.StoreAtRisk: lambda _: house.store_at_risk.inc(),
            f.PassFailed: lambda _: house.pass_failures.inc(),
            f.ClaimLost: lambda _: house.claims_lost.inc(),
            f.DeadlinePassed: lambda _: house.deadlines.inc(),
            f.RunsRescued: lambda fact: house.rescued.inc(fact.count),
            f.ScheduleFired: lambda fact: house.firings.of(fact.schedule).inc(),
            f.ReplayMoved: lambda fact: house.replayed.inc(fact.admitted),
            f.DecisionMade: lambda _: house.decisions.inc(),
        }

    def text(self) -> tuple[bytes, str]:
        """The text of a scrape and its media type; takes tens of milliseconds for a large hub."""
        return generate_latest(self.registry), CONTENT_TYPE

    # --- counters: the hot path -----------------------------------------------------------------

    def _received(self, fact: f.Received) -> None:
        traffic, source = self.traffic, fact.source
        traffic.deliveries.of((source, fact.verdict)).inc()
        traffic.ack_s.of(source).observe(fact.took_us / 1e6)
        if traffic.has_tenants and fact.event is not None:
            traffic.tenant_events.of(fact.event.tenant).inc()

    def _called(self, fact: f.CallTried) -> None:
        traffic, connection = self.traffic, fact.connection
        traffic.attempts.of((connection, fact.outcome)).inc()
        traffic.call_s.of(connection).observe(fact.took_us / 1e6)
        if fact.status == TOO_MANY:
            traffic.throttled.of(connection).inc()

    def _settled(self, fact: f.RunSettled) -> None:
        traffic, flow = self.traffic, fact.flow
        traffic.runs.of((flow, fact.state)).inc()
        if traffic.has_tenants and fact.run is not None:
            traffic.tenant_runs.of((fact.run.tenant, fact.state)).inc()
        if fact.state is RunState.DONE:
            traffic.end_to_end_s.of(flow).observe(fact.took_us / 1e6)
        elif fact.state is RunState.RETRYING:
            traffic.retries.of(flow).inc()

    def _committed(self, fact: f.Committed) -> None:
        self.house.commit_size.observe(fact.commands)
        self.house.commit_s.observe(fact.took_us / 1e6)

    # --- gauges: every ten seconds --------------------------------------------------------------

    def refresh(self, gauges: Gauges) -> None:
        """Show what the store and this process look like now."""
        house = self.house
        self._queues(gauges.work.flows)
        ages = {age.flow: (gauges.at_us - made_us(age.run_id)) / 1e6 for age in gauges.signs.ages}
        for flow in self._flows:
            self.standing.oldest_s.of(flow).set(max(0.0, ages.get(flow, 0.0)))
        waiting = dict(gauges.waiting)
        for guard in gauges.guards:
            self._guard(guard)
            self.standing.waiting.of(guard.connection).set(waiting.get(guard.connection, 0))
        house.commands_waiting.set(gauges.commands_waiting)
        house.runs_busy.set(gauges.runs_busy)
        house.snapshot_s.set((gauges.signs.snapshot_us or 0) / 1e6)
        if gauges.disk_free_share is not None:
            house.disk_free.set(gauges.disk_free_share)

    def _queues(self, counts: tuple[FlowCount, ...]) -> None:
        """Every declared flow has a number, so that nothing goes missing between two scrapes."""
        sums: Counter[tuple[str, str]] = Counter()
        declared = frozenset(self._flows)
        for count in counts:
            flow = count.flow if count.flow in declared else OTHER
            for what in (*QUEUED, "dead", "held"):
                sums[flow, what] += getattr(count, what)
        standing = self.standing
        for flow in self._flows:
            for state in QUEUED:
                standing.queue.of((flow, state)).set(sums[flow, state])
            standing.dead.of(flow).set(sums[flow, "dead"])
            standing.held.of(flow).set(sums[flow, "held"])

    def _guard(self, guard: GuardGauges) -> None:
        shown: list[tuple[MetricSeries, float]] = [
            (self.standing.breaker, BREAKERS.get(guard.state, 0)),
            (self.standing.healthy, guard.state != "unhealthy"),
            (self.standing.paused, guard.state == "paused"),
            (self.standing.in_flight, guard.in_flight),
            (self.standing.allowance, guard.allowance),
            (self.standing.retry_use, guard.retry_use),
        ]
        if guard.rate_use is not None:
            shown.append((self.standing.rate_use, guard.rate_use))
            shown.append((self.standing.rate_headroom, 1 - guard.rate_use))
        for gauge, value in shown:
            gauge.of(guard.connection).set(value)

    def firing(self, counts: Mapping[str, int]) -> None:
        """How many alerts of each kind fire."""
        for kind in ALERT_KINDS:
            self.house.alerts.of(kind).set(counts.get(kind, 0))

    def slowness(self, factors: Mapping[str, float]) -> None:
        """How many times as long as usual calls of slow connections take; the others have 0."""
        for connection in self._connections:
            self.standing.slowness.of(connection).set(factors.get(connection, 0.0))

    def dropped(self, so_far: Mapping[str, int]) -> None:
        """What other observers could not keep since the process began, by what it was."""
        for what, count in so_far.items():
            self.house.dropped.of(what).inc(count - self._dropped[what])
            self._dropped[what] = count
