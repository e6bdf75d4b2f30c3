"""Connection lines: the store is asked; one line a connection with its health, speed and limits."""

from dataclasses import dataclass, replace

from tieline.features.flows.declared_lines import connections
from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import Micros
from tieline.model.calls.rate import Rate
from tieline.model.hub.flow import HubSpec
from tieline.model.views.declared import ConnectionLine
from tieline.model.views.rows import ConnectionStateRow
from tieline.model.views.series import HOUR_US, Point, ReadSums
from tieline.model.views.work_lists import ConnectionHealth, ListConnections
from tieline.operations.call_times import SPAN_US, slow_connections
from tieline.ports.views import Views
from tieline.rules.watch.connection_health import word_of
from tieline.rules.watch.slow_calls import CallTimes, attempts_in


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """What the store knows of one connection, from all processes."""

    health: ConnectionHealth
    hour: Point | None = None
    span: Point | None = None
    """Of the last five minutes."""
    slow: CallTimes | None = None

    @property
    def standing(self) -> ConnectionStateRow | None:
        """How all processes stand with it."""
        return next(iter(self.health.standings), None)

    @property
    def failures(self) -> int:
        """Of the last hour."""
        done = 0 if self.hour is None else self.hour.counts.get("done", 0)
        return max(0, attempts_in(self.hour) - done)

    @property
    def word(self) -> str:
        """Its health."""
        standing, calls = self.standing, self.health.calls
        return word_of(
            is_paused=self.health.paused is not None,
            breaker="closed" if standing is None else standing.breaker,
            refusals=0 if standing is None else standing.refusals,
            last_outcome=None if calls is None else calls.last_outcome,
            attempts=attempts_in(self.hour),
            failures=self.failures,
            is_slow=self.slow is not None,
        )


async def connection_facts(
    views: Views, hub: HubSpec | None, now_us: Micros
) -> tuple[ConnectionFacts, ...]:
    """Of every connection that is declared, was called, paused or waited for."""
    names = () if hub is None else tuple(sorted(hub.connections))
    found = await views.read(ListConnections(names))
    hour = await views.read(ReadSums("connection", now_us - HOUR_US, now_us))
    span = await views.read(ReadSums("connection", now_us - SPAN_US, now_us))
    slow = await slow_connections(views, span, now_us)
    return tuple(
        ConnectionFacts(one, hour.get(one.name), span.get(one.name), slow.get(one.name))
        for one in found
    )


async def connection_lines(
    views: Views, hub: HubSpec | None, now_us: Micros
) -> tuple[ConnectionLine, ...]:
    """The same, each as a line for people."""
    facts = {one.health.name: one for one in await connection_facts(views, hub, now_us)}
    lines = connections(hub, [one.health for one in facts.values()], now_us)
    return tuple(_with(line, facts.get(line.name), hub) for line in lines)


def _with(
    line: ConnectionLine, facts: ConnectionFacts | None, hub: HubSpec | None
) -> ConnectionLine:
    if facts is None:
        return line
    spec = None if hub is None else hub.connections.get(line.name)
    rate, at_once = (None, None) if spec is None else (spec.rate, spec.at_once)
    hour, standing = facts.hour, facts.standing
    return replace(
        line,
        health=facts.word,
        attempts=attempts_in(hour),
        failures=facts.failures,
        throttled=0 if hour is None else hour.counts.get(FailureKind.THROTTLED, 0),
        p50_us=None if hour is None else hour.p50_us,
        p95_us=None if hour is None else hour.p95_us,
        usual_us=None if facts.slow is None else facts.slow.usual_us,
        breaker="closed" if standing is None else standing.breaker,
        allowance=at_once if standing is None else standing.allowance or at_once,
        at_once=at_once,
        rate=None if rate is None else f"{rate.count} in {rate.per}",
        rate_use=None if rate is None else _use(rate, attempts_in(facts.span)),
    )


def _use(rate: Rate, attempts: int) -> float:
    return min(1.0, attempts * rate.interval_us / SPAN_US)
