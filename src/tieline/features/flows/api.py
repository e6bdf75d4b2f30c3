"""Declared: flows, connections, sources and workers, as declared and as they stand."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from tieline.features.flows import declared_lines as overview
from tieline.model.base.ids import Micros, WorkerId
from tieline.model.views.declared import ConnectionLine, FlowLine
from tieline.model.views.rows import PauseRow, WorkCount, WorkerRow
from tieline.model.views.series import ListSources, SourceRow
from tieline.model.views.views import CountWork, ListPauses, ListWorkers
from tieline.model.views.work_lists import ListConnections, ShowWorker, WorkerDetail
from tieline.operations import decide
from tieline.rules.inbound.cadence import silent_ones
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import NotifyingJournal, Why
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint, Handler
from tieline.surfaces.api.filters import check_names
from tieline.surfaces.api.lists import LONGEST, Listed, Listing, by_key, named


class FlowQuery(Listing):
    """Which flows."""

    owner: str | None = Field(None, max_length=LONGEST)
    source: str | None = Field(None, max_length=LONGEST)
    connection: str | None = Field(None, max_length=LONGEST, description="That call it.")
    paused: bool | None = Field(None, description="Whether somebody paused it.")


class ConnectionQuery(Listing):
    """Which connections."""

    connector: str | None = Field(None, max_length=LONGEST)
    flow: str | None = Field(None, max_length=LONGEST, description="That it calls.")
    paused: bool | None = Field(None, description="Whether somebody paused it.")


class SourceQuery(Listing):
    """Which sources."""

    silent: bool | None = Field(None, description="Whether the pause is longer than any of late.")


class PauseQuery(Listing):
    """Which pauses."""

    kind: Literal["flow", "connection", "tenant"] | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """What is held, by whom and why."""

    kind: str
    name: str
    actor: str
    reason: str
    since_us: Micros
    fresh: bool
    """False: somebody held it before, and their word stands."""


async def list_flows(ask: ApiRequest) -> Listed[FlowLine]:
    """Flows by name."""
    q: FlowQuery = ask.query
    await check_names(ask)
    lines = [
        line
        for line in await flow_lines(ask)
        if q.owner in {None, line.owner}
        and q.source in {None, line.source}
        and q.connection in {None, *line.uses}
        and q.paused in {None, line.paused is not None}
    ]
    return by_key(ask, lines, lambda line: line.name)


async def flow_lines(ask: ApiRequest) -> tuple[FlowLine, ...]:
    """All of them."""
    views = ask.parts.views
    counted, pauses = await views.read(CountWork()), await views.read(ListPauses())
    return overview.flows(ask.parts.hub, counted, pauses)


async def show_flow(ask: ApiRequest) -> FlowLine:
    """One flow."""
    return named(await flow_lines(ask), "flow", ask.path["name"])


async def list_connections(ask: ApiRequest) -> Listed[ConnectionLine]:
    """Connections by name; never their secrets."""
    q: ConnectionQuery = ask.query
    await check_names(ask)
    lines = [
        line
        for line in await connection_lines(ask)
        if q.connector in {None, line.connector}
        and q.flow in {None, *line.used_by}
        and q.paused in {None, line.paused is not None}
    ]
    return by_key(ask, lines, lambda line: line.name)


async def connection_lines(ask: ApiRequest) -> tuple[ConnectionLine, ...]:
    """All of them."""
    hub = ask.parts.hub
    found = await ask.parts.views.read(ListConnections(tuple(sorted(hub.connections))))
    return overview.connections(hub, found, ask.now_us())


async def show_connection(ask: ApiRequest) -> ConnectionLine:
    """One connection."""
    return named(await connection_lines(ask), "connection", ask.path["name"])


async def list_sources(ask: ApiRequest) -> Listed[SourceRow]:
    """Entry points as they were heard of, by name."""
    q: SourceQuery = ask.query
    now_us = ask.now_us()
    rows = await ask.parts.views.read(ListSources(now_us))
    silent = silent_ones(rows, ask.parts.hub, now_us)
    wanted = [row for row in rows if q.silent in {None, row.name in silent}]
    return by_key(ask, wanted, lambda row: row.name)


async def list_workers(ask: ApiRequest) -> Listed[WorkerRow]:
    """Processes that execute runs, by id, so the eldest first."""
    return by_key(ask, await ask.parts.views.read(ListWorkers()), lambda row: row.id)


async def show_worker(ask: ApiRequest) -> WorkerDetail:
    """One of them, with the runs that it executes."""
    return await ask.parts.views.read(ShowWorker(WorkerId(ask.path["id"])))


async def list_pauses(ask: ApiRequest) -> Listed[PauseRow]:
    """What is paused."""
    q: PauseQuery = ask.query
    rows = await ask.parts.views.read(ListPauses())
    wanted = [row for row in rows if q.kind in {None, row.kind}]
    return by_key(ask, wanted, lambda row: f"{row.kind}:{row.name}")


async def count_work(ask: ApiRequest) -> WorkCount:
    """How much is unfinished, by flow and state."""
    return await ask.parts.views.read(CountWork())


def pause(kind: str) -> Handler:
    """Hold the work of a flow, or the calls of a connection."""

    async def handler(ask: ApiRequest) -> Paused:
        name, by = ask.path["name"], ask.by(ask.body.reason)
        fresh = await decide.pause(NotifyingJournal(ask), ask.parts.hub, kind, name, by)
        rows = await ask.parts.views.read(ListPauses())
        row = next(
            (row for row in rows if (row.kind, row.name) == (kind, name)),
            PauseRow(kind, name, by.actor, by.reason, by.at_us),
        )
        return Paused(row.kind, row.name, row.actor, row.reason, row.since_us, fresh)

    return handler


def resume(kind: str) -> Handler:
    """Let it go on."""

    async def handler(ask: ApiRequest) -> dict[str, str]:
        await decide.resume(NotifyingJournal(ask), kind, ask.path["name"], ask.by(ask.body.reason))
        return {"resumed": f"{kind}:{ask.path['name']}"}

    return handler


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_GONE = ("not-found",)
_CHANGE = ("not-found", "conflict")
_WORDS = dict[str, str]
ENDPOINTS = (
    Endpoint("GET", "/flows", _READ, "List flows", list_flows, Listed[FlowLine],
             query=FlowQuery),
    Endpoint("GET", "/flows/{name}", _READ, "Show a flow", show_flow, FlowLine, problems=_GONE),
    Endpoint("POST", "/flows/{name}/pause", _OPERATE, "Pause the work of a flow", pause("flow"),
             Paused, body=Why, problems=_CHANGE),
    Endpoint("POST", "/flows/{name}/resume", _OPERATE, "Resume a flow", resume("flow"),
             _WORDS, body=Why, problems=_CHANGE),
    Endpoint("GET", "/connections", _READ, "List connections", list_connections,
             Listed[ConnectionLine], query=ConnectionQuery),
    Endpoint("GET", "/connections/{name}", _READ, "Show a connection", show_connection,
             ConnectionLine, problems=_GONE),
    Endpoint("POST", "/connections/{name}/pause", _OPERATE, "Pause the calls of a connection",
             pause("connection"), Paused, body=Why, problems=_CHANGE),
    Endpoint("POST", "/connections/{name}/resume", _OPERATE, "Resume the calls of a connection",
             resume("connection"), _WORDS, body=Why, problems=_CHANGE),
    Endpoint("GET", "/sources", _READ, "List sources", list_sources, Listed[SourceRow],
             query=SourceQuery),
    Endpoint("GET", "/workers", _READ, "List workers", list_workers, Listed[WorkerRow],
             query=Listing),
    Endpoint("GET", "/workers/{id}", _READ, "Show a worker", show_worker, WorkerDetail,
             problems=_GONE),
    Endpoint("GET", "/pauses", _READ, "List what is paused", list_pauses,
             Listed[PauseRow], query=PauseQuery),
    Endpoint("GET", "/work-counts", _READ, "Count what is unfinished", count_work, WorkCount),
)  # fmt: skip
