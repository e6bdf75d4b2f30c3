"""Connections: accounts at other systems: health, the latest tries and errors, and pausing them."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.flows.pages.pauses import holding
from tieline.model.base.errors import NotFound
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.views.gauges import GuardGauges
from tieline.model.views.rows import PauseRow
from tieline.model.views.series import Point, ReadSums
from tieline.model.views.views import ListAlerts, Window
from tieline.model.views.work_lists import ConnectionHealth, ListAttempts, ListConnections
from tieline.rules.people.access import Permission
from tieline.rules.runs.waiting import why_shut
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import rows_of, slowest_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """A connection, and how it is in a word."""

    health: ConnectionHealth
    spec: ConnectionSpec | None
    word: str
    state: str
    """Which badge the word is shown in."""
    point: Point | None
    used_by: tuple[str, ...]
    guard: GuardGauges | None
    """How it stands in the process that shows the page."""
    shut: str | None = None
    """Why it takes no calls now, to be said behind its name."""
    queued: int = 0
    """Queued runs of flows that use it, while it keeps them from beginning."""

    @property
    def tries(self) -> int:
        """Of the last hour."""
        return 0 if self.point is None else _tries(self.point)

    @property
    def failures(self) -> int:
        """Of the last hour."""
        done = 0 if self.point is None else self.point.counts.get("done", 0)
        return max(0, self.tries - done)

    @property
    def throttled(self) -> int:
        """Answers 429 of the last hour."""
        return 0 if self.point is None else self.point.counts.get("throttled", 0)


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/connections``, one of them, and the tries."""

    @needs(Permission.READ)
    async def list_(request: Request) -> Response:
        return await desk.page(
            request, "connections.html", title="Connections", rows=await _rows(desk)
        )

    @needs(Permission.READ)
    async def show(request: Request) -> Response:
        name = request.path_params["name"]
        row = next((row for row in await _rows(desk) if row.health.name == name), None)
        if row is None:
            raise NotFound("connection", name)
        latest = await desk.read(ListAttempts(name, window=Window(limit=15)))
        return await desk.page(
            request,
            "connection.html",
            here="/connections",
            title=name,
            row=row,
            latest=latest.rows,
        )

    @needs(Permission.READ)
    async def attempts(request: Request) -> Response:
        of = asked(request, ("connection", "flow", "outcome", "order", "since"), desk.now_us)

        def tries(window: Window) -> ListAttempts:
            return ListAttempts(of.get("connection"), of.get("flow"), of.get("outcome"), window)

        if of.get("order") == "slowest":
            page = await slowest_of(desk, tries, of.window(), lambda row: row.took_us)
        else:
            page = await rows_of(desk, tries, of.window())
        hub = desk.parts.hub
        return await desk.page(
            request,
            "attempts.html",
            here="/connections",
            title="Attempts",
            of=of,
            latest=page.rows,
            pages=pages(of, page),
            connections=sorted(hub.connections),
            flows=sorted(hub.flows),
        )

    return [
        Route("/connections", list_),
        Route("/connections/{name}", show),
        *holding(desk, "connection"),
        Route("/attempts", attempts),
    ]


async def _rows(desk: PageParts) -> list[ConnectionStatus]:
    hub = desk.parts.hub
    now_us = desk.now_us
    found = await desk.read(ListConnections(tuple(sorted(hub.connections))))
    sums = await desk.read(ReadSums("connection", now_us - HOUR_US, now_us))
    alerts = await desk.read(ListAlerts())
    told = {row.subject: row.kind for row in alerts if row.subject.startswith("connection:")}
    flows = (await desk.standing()).counted.flows
    guards = {guard.connection: guard for guard in desk.parts.guards(now_us)}
    rows = []
    for health in found:
        guard = guards.get(health.name)
        sign = told.get(f"connection:{health.name}") or _sign(guard)
        word, state = _word(health, sign, sums.get(health.name))
        used_by = tuple(f.name for f in hub.flows.values() if health.name in f.uses)
        spec = hub.connections.get(health.name)
        shut = why_shut(health.name, _pauses(health), health.standings, now_us)
        ready = sum(count.ready for count in flows if count.flow in used_by)
        queued = ready if shut is not None and health.paused is None else 0
        rows.append(
            ConnectionStatus(
                health, spec, word, state, sums.get(health.name), used_by, guard, shut, queued
            )
        )
    return rows


def _pauses(health: ConnectionHealth) -> tuple[PauseRow, ...]:
    return () if health.paused is None else (health.paused,)


def _sign(guard: GuardGauges | None) -> str | None:
    """What the guard of this process knows, as the alert of it is called."""
    state = None if guard is None else guard.state
    return {
        "open": "breaker-open",
        "probing": "breaker-open",
        "unhealthy": "connection-unhealthy",
    }.get(state or "")


def _word(health: ConnectionHealth, alert: str | None, point: Point | None) -> tuple[str, str]:
    if health.paused is not None:
        return "paused", "paused"
    if alert == "breaker-open":
        return "circuit open", "dead"
    last = None if health.calls is None else health.calls.last_outcome
    if alert == "connection-unhealthy" or last == "unauthorised":
        return "credential rejected", "dead"
    if point is None or not _tries(point):
        return ("healthy", "done") if health.calls is not None else ("not called yet", "ready")
    share = 1 - point.counts.get("done", 0) / _tries(point)
    if share >= 0.5:
        return "failing", "dead"
    return ("unsteady", "retrying") if share >= 0.1 else ("healthy", "done")


def _tries(point: Point) -> int:
    words = point.counts.items()
    return sum(count for word, count in words if word != "throttled" and word[:5] != "most-")
