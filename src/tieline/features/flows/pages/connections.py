"""Connections: accounts at other systems: health, the latest tries and errors, and pausing them."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.flows.connection_lines import connection_facts
from tieline.features.flows.pages.pauses import holding
from tieline.model.base.errors import NotFound
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.views.gauges import GuardGauges
from tieline.model.views.rows import PauseRow
from tieline.model.views.series import Point
from tieline.model.views.views import Window
from tieline.model.views.work_lists import ConnectionHealth, ListAttempts
from tieline.rules.people.access import Permission
from tieline.rules.runs.waiting import why_shut
from tieline.rules.watch import connection_health as words
from tieline.rules.watch.slow_calls import CallTimes
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import rows_of, slowest_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

BADGES = {
    words.PAUSED: "paused",
    words.OPEN: "dead",
    words.REJECTED: "dead",
    words.UNUSED: "ready",
    words.FAILING: "dead",
    words.SLOW: "retrying",
    words.UNSTEADY: "retrying",
}
"""Which badge a word of health is shown in; a healthy one in that of what is done."""


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

    slow: CallTimes | None = None
    """How slow it is, where it is slow against its own past."""

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
    hub, now_us = desk.parts.hub, desk.now_us
    flows = (await desk.standing()).counted.flows
    guards = {guard.connection: guard for guard in desk.parts.guards(now_us)}
    rows = []
    for facts in await connection_facts(desk.parts.views, hub, now_us):
        health, guard = facts.health, guards.get(facts.health.name)
        word = words.PAUSED if health.paused is not None else _sign(guard) or facts.word
        used_by = tuple(f.name for f in hub.flows.values() if health.name in f.uses)
        spec = hub.connections.get(health.name)
        shut = why_shut(health.name, _pauses(health), health.standings, now_us)
        ready = sum(count.ready for count in flows if count.flow in used_by)
        queued = ready if shut is not None and health.paused is None else 0
        rows.append(
            ConnectionStatus(
                health,
                spec,
                word,
                BADGES.get(word, "done"),
                facts.hour,
                used_by,
                guard,
                shut,
                queued,
                facts.slow,
            )
        )
    return rows


def _pauses(health: ConnectionHealth) -> tuple[PauseRow, ...]:
    return () if health.paused is None else (health.paused,)


def _sign(guard: GuardGauges | None) -> str | None:
    """What the guard of this process knows, in the same words; the store may learn it later."""
    state = None if guard is None else guard.state
    return {
        "open": words.OPEN,
        "probing": words.OPEN,
        "unhealthy": words.REJECTED,
    }.get(state or "")


def _tries(point: Point) -> int:
    words = point.counts.items()
    return sum(count for word, count in words if word != "throttled" and word[:5] != "most-")
