"""Declared lines: one line a flow or connection, of what is declared and what is stored."""

from collections.abc import Iterable

from tieline.model.base.ids import Micros
from tieline.model.hub.flow import FlowSpec, HubSpec
from tieline.model.views.declared import ConnectionLine, FlowLine
from tieline.model.views.rows import FlowCount, PauseRow, WorkCount
from tieline.model.views.work_lists import ConnectionHealth
from tieline.rules.runs.waiting import why_shut


def flows(
    hub: HubSpec | None, counted: WorkCount, pauses: Iterable[PauseRow]
) -> tuple[FlowLine, ...]:
    """Every flow that is declared, has unfinished work or is paused."""
    held = {pause.name: pause for pause in pauses if pause.kind == "flow"}
    counts = {count.flow: count for count in counted.flows}
    declared = {} if hub is None else hub.flows
    names = sorted({*declared, *counts, *held})
    return tuple(
        _flow(name, declared.get(name), hub, held.get(name), counts.get(name, FlowCount(name)))
        for name in names
    )


def _flow(
    name: str,
    spec: FlowSpec | None,
    hub: HubSpec | None,
    paused: PauseRow | None,
    count: FlowCount,
) -> FlowLine:
    declared = None if hub is None else spec is not None
    if spec is None:
        return FlowLine(name, declared, None, None, None, None, None, (), paused, count)
    return FlowLine(
        name,
        declared,
        spec.source.name,
        spec.type,
        spec.owner or None,
        spec.doc or None,
        spec.ordered_by,
        spec.uses,
        paused,
        count,
        spec.concurrency,
    )


def connections(
    hub: HubSpec | None, found: Iterable[ConnectionHealth], now_us: Micros
) -> tuple[ConnectionLine, ...]:
    """Every connection that is declared, was called lately or is paused."""
    known = {health.name: health for health in found}
    declared = {} if hub is None else hub.connections
    return tuple(
        _connection(name, hub, known.get(name), now_us) for name in sorted({*declared, *known})
    )


def _connection(
    name: str, hub: HubSpec | None, health: ConnectionHealth | None, now_us: Micros
) -> ConnectionLine:
    spec = None if hub is None else hub.connections.get(name)
    health = health or ConnectionHealth(name, None, None, 0, ())
    pauses = () if health.paused is None else (health.paused,)
    return ConnectionLine(
        name=name,
        declared=None if hub is None else spec is not None,
        connector=None if spec is None else spec.connector.name,
        base_url=None if spec is None else spec.base_url,
        credential=None if spec is None else spec.credential,
        used_by=_used_by(hub, name),
        paused=health.paused,
        calls=health.calls,
        waiting=health.waiting,
        shut=why_shut(name, pauses, health.standings, now_us),
    )


def _used_by(hub: HubSpec | None, connection: str) -> tuple[str, ...]:
    if hub is None:
        return ()
    return tuple(flow.name for flow in hub.flows.values() if connection in flow.uses)
