"""API: a connection is probed, and how that went is read."""

from pydantic import Field

from tieline.features.probes.model import ListProbes, ProbeConnection, ProbeRow, ShowProbe
from tieline.features.probes.rules import path_of
from tieline.model.base.errors import NotFound
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import Why
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
from tieline.surfaces.api.lists import Listed, Listing, by_key


class ProbeAsk(Why):
    """What to ask of the other side."""

    path: str = Field("/", max_length=1000, description="Read by GET, with our credential.")


async def probe(ask: ApiRequest) -> ProbeRow:
    """Have it asked at once; the answer stands there soon."""
    body: ProbeAsk = ask.body
    name, path = ask.path["name"], path_of(body.path, name="path")
    if name not in ask.parts.hub.connections:
        raise NotFound("connection", name)
    await ask.parts.carry_out(ProbeConnection(name, ask.by(body.reason), path))
    return await ask.parts.views.read(ShowProbe(name))


async def show_probe(ask: ApiRequest) -> ProbeRow:
    """How its latest probe went."""
    return await ask.parts.views.read(ShowProbe(ask.path["name"]))


async def list_probes(ask: ApiRequest) -> Listed[ProbeRow]:
    """The latest probe of each connection that had one."""
    return by_key(ask, await ask.parts.views.read(ListProbes()), lambda row: row.connection)


ENDPOINTS = (
    Endpoint("POST", "/connections/{name}/probe", Permission.OPERATE, "Ask the other side now",
             probe, ProbeRow, body=ProbeAsk, problems=("not-found",)),
    Endpoint("GET", "/connections/{name}/probe", Permission.READ, "Show the latest probe",
             show_probe, ProbeRow, problems=("not-found",)),
    Endpoint("GET", "/probes", Permission.READ, "List the latest probes", list_probes,
             Listed[ProbeRow], query=Listing),
)  # fmt: skip
