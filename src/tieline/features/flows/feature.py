"""Flows and connections: what the hub declares, beside what the store knows of it."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.reading import work_lists as more
from tieline.features.flows import checks
from tieline.features.manifest import Answers, Feature
from tieline.model.views.declared import AskConnections, AskFlows
from tieline.model.views.work_lists import CountWaiting, ListConnections
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.model.views.declared import ConnectionLine, FlowLine
    from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
    from tieline.surfaces.console.frame import Pages


async def _flows(ask: "ApiRequest", _: AskFlows) -> "tuple[FlowLine, ...]":
    from tieline.features.flows.api import flow_lines

    return await flow_lines(ask)


async def _connections(ask: "ApiRequest", _: AskConnections) -> "tuple[ConnectionLine, ...]":
    from tieline.features.flows.api import connection_lines

    return await connection_lines(ask)


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.flows import api as declared

    return declared.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.flows.cli import connections, flows

    app.add_typer(flows.app, name="flows")
    app.add_typer(connections.app, name="connections")


def _pages() -> "Pages":
    from tieline.features.flows.pages import connections, flows
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink, paused

    return Pages(
        lambda desk: (*flows.routes(desk), *connections.routes(desk)),
        menu=(
            MenuItem(
                "System",
                MenuLink("/flows", "Flows", "flow", tone="wait", says="paused"),
                paused("flow"),
            ),
            MenuItem(
                "System",
                MenuLink("/connections", "Connections", "connection", tone="wait", says="paused"),
                paused("connection"),
            ),
        ),
    )


FLOWS = Feature(
    name="flows",
    says="Shows the flows and connections that a hub declares, and how they stand.",
    questions=(
        Answers(AskFlows, needs=Permission.READ, by_hub=_flows),
        Answers(AskConnections, needs=Permission.READ, by_hub=_connections),
        Answers(ListConnections, more.connections, needs=Permission.READ),
        Answers(CountWaiting, more.waiting, needs=Permission.READ),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    checks=(checks.of_flows,),
)
