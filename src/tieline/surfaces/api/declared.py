"""Declared: flows, connections, sources, schedules and workers, as declared and as they stand."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from pydantic import Field

from tieline.model.commands import ScheduleRow
from tieline.model.errors import NotFound
from tieline.model.ids import WorkerId
from tieline.model.view_lists import ShowWorker, WorkerDetail
from tieline.model.view_rows import PauseRow, WorkCount, WorkerRow
from tieline.model.view_series import ListSources, SourceRow
from tieline.model.views import CountCalls, CountWork, ListPauses, ListSchedules, ListWorkers
from tieline.operations import decide, overview
from tieline.operations.overview import ConnectionLine, FlowLine
from tieline.rules.access import Permission
from tieline.surfaces.api.deciding import Reacting, Why
from tieline.surfaces.api.endpoint import Ask, Endpoint, Handler, Strict
from tieline.surfaces.api.lists import LONGEST


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


class FlowQuery(Strict):
    """Which flows."""

    owner: str | None = Field(None, max_length=LONGEST)


async def list_flows(ask: Ask) -> tuple[FlowLine, ...]:
    """Flows by name."""
    views = ask.parts.views
    counted, pauses = await views.read(CountWork()), await views.read(ListPauses())
    owner = getattr(ask.query, "owner", None)
    lines = overview.flows(ask.parts.hub, counted, pauses)
    return tuple(line for line in lines if owner is None or line.owner == owner)


async def show_flow(ask: Ask) -> FlowLine:
    """One flow."""
    return _named(await list_flows(ask), "flow", ask.path["name"])


async def list_connections(ask: Ask) -> tuple[ConnectionLine, ...]:
    """Connections by name; never their secrets."""
    views = ask.parts.views
    calls, pauses = await views.read(CountCalls()), await views.read(ListPauses())
    return overview.connections(ask.parts.hub, calls, pauses)


async def show_connection(ask: Ask) -> ConnectionLine:
    """One connection."""
    return _named(await list_connections(ask), "connection", ask.path["name"])


async def list_sources(ask: Ask) -> tuple[SourceRow, ...]:
    """Entry points as they were heard of."""
    return await ask.parts.views.read(ListSources(ask.now_us()))


async def list_schedules(ask: Ask) -> tuple[ScheduleRow, ...]:
    """Schedules, the next to fire first."""
    return await ask.parts.views.read(ListSchedules())


async def show_schedule(ask: Ask) -> ScheduleRow:
    """One schedule."""
    return _named(await list_schedules(ask), "schedule", ask.path["name"])


async def list_workers(ask: Ask) -> tuple[WorkerRow, ...]:
    """Processes that execute runs, the liveliest first."""
    return await ask.parts.views.read(ListWorkers())


async def show_worker(ask: Ask) -> WorkerDetail:
    """One of them, with the runs that it holds."""
    return await ask.parts.views.read(ShowWorker(WorkerId(ask.path["id"])))


async def list_pauses(ask: Ask) -> tuple[PauseRow, ...]:
    """What somebody holds."""
    return await ask.parts.views.read(ListPauses())


async def count_work(ask: Ask) -> WorkCount:
    """How much is unfinished, by flow and state."""
    return await ask.parts.views.read(CountWork())


def pause(kind: str) -> Handler:
    """Hold the work of a flow, or the calls of a connection."""

    async def handler(ask: Ask) -> PauseRow:
        name, by = ask.path["name"], ask.by(ask.body.reason)
        await decide.pause(Reacting(ask), ask.parts.hub, kind, name, by)
        rows = await ask.parts.views.read(ListPauses())
        return next(
            (row for row in rows if (row.kind, row.name) == (kind, name)),
            PauseRow(kind, name, by.actor, by.reason, by.at_us),
        )

    return handler


def resume(kind: str) -> Handler:
    """Let it go on."""

    async def handler(ask: Ask) -> dict[str, str]:
        await decide.resume(Reacting(ask), kind, ask.path["name"], ask.by(ask.body.reason))
        return {"resumed": f"{kind}:{ask.path['name']}"}

    return handler


def _named(lines: Iterable[N], kind: str, name: str) -> N:
    """The one of this name. Raises NotFound."""
    found = next((line for line in lines if line.name == name), None)
    if found is None:
        raise NotFound(kind, name)
    return found


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_GONE = ("not-found",)
_CHANGE = ("not-found", "conflict")
_WORDS = dict[str, str]
ENDPOINTS = (
    Endpoint("GET", "/flows", _READ, "List flows", list_flows, tuple[FlowLine, ...],
             query=FlowQuery),
    Endpoint("GET", "/flows/{name}", _READ, "Show a flow", show_flow, FlowLine, problems=_GONE),
    Endpoint("POST", "/flows/{name}/pause", _OPERATE, "Hold the work of a flow", pause("flow"),
             PauseRow, body=Why, problems=_CHANGE),
    Endpoint("POST", "/flows/{name}/resume", _OPERATE, "Let a flow go on", resume("flow"),
             _WORDS, body=Why, problems=_CHANGE),
    Endpoint("GET", "/connections", _READ, "List connections", list_connections,
             tuple[ConnectionLine, ...]),
    Endpoint("GET", "/connections/{name}", _READ, "Show a connection", show_connection,
             ConnectionLine, problems=_GONE),
    Endpoint("POST", "/connections/{name}/pause", _OPERATE, "Hold the calls of a connection",
             pause("connection"), PauseRow, body=Why, problems=_CHANGE),
    Endpoint("POST", "/connections/{name}/resume", _OPERATE, "Let a connection's calls go on",
             resume("connection"), _WORDS, body=Why, problems=_CHANGE),
    Endpoint("GET", "/sources", _READ, "List sources", list_sources, tuple[SourceRow, ...]),
    Endpoint("GET", "/schedules", _READ, "List schedules", list_schedules,
             tuple[ScheduleRow, ...]),
    Endpoint("GET", "/schedules/{name}", _READ, "Show a schedule", show_schedule, ScheduleRow,
             problems=_GONE),
    Endpoint("GET", "/workers", _READ, "List workers", list_workers, tuple[WorkerRow, ...]),
    Endpoint("GET", "/workers/{id}", _READ, "Show a worker", show_worker, WorkerDetail,
             problems=_GONE),
    Endpoint("GET", "/pauses", _READ, "List what somebody holds", list_pauses,
             tuple[PauseRow, ...]),
    Endpoint("GET", "/work", _READ, "Count what is unfinished", count_work, WorkCount),
)  # fmt: skip
