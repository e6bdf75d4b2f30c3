"""Flow run: one event for one flow comes in; the run that it caused, at rest, goes out.

For people at work, on a store that nobody else has open: the process is a worker without doors, and
ends once the run has. What else waits in that store goes on meanwhile.
"""

import asyncio
from dataclasses import replace

from tieline.compose.process import Running, running
from tieline.model.base.errors import CommandRefused, SettingsError
from tieline.model.base.ids import NO_TENANT, RunId, TenantId
from tieline.model.base.json_text import json_text
from tieline.model.base.value import value
from tieline.model.commands import Ingest
from tieline.model.fleet.role import ProcessRole
from tieline.model.hub.flow import HubSpec
from tieline.model.views.details import RunDetail
from tieline.model.views.views import ShowRun
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.rules.store.name import is_postgres
from tieline.settings.settings import Settings

LOOK_S = 0.05
AT_WORK = frozenset({"ready", "running"})


@value
class EventToRun:
    """What shall have happened, for whom."""

    flow: str
    type: str | None
    """None: the flow's own, if that is no pattern."""
    data: object
    tenant: str | None = None


async def flow_run(hub: HubSpec, settings: Settings, given: EventToRun) -> RunDetail:
    """Execute it until it ends, or waits for something else. Raises SettingsError, StoreError, and
    CommandRefused for what the flow would not take."""
    flow = hub.flows.get(given.flow)
    if flow is None:
        known = ", ".join(sorted(hub.flows))
        raise SettingsError("the flow", given.flow, f"this hub has {known}")
    if is_postgres(settings.store):
        wanted = "a file: others may be at work there; use tieline send, to the hub that runs"
        raise SettingsError("the store", settings.store, wanted)
    type_ = given.type or flow.type
    if "*" in type_:
        raise SettingsError("--type", type_, "say which type the event has")
    roles = (ProcessRole.WORKER, ProcessRole.SCHEDULER)
    async with running(hub, settings.model_copy(update={"roles": roles})) as it:
        run_id = await _stored(it, given, type_)
        return await _at_rest(it, run_id)


async def _stored(it: Running, given: EventToRun, type_: str) -> RunId:
    parts = it.parts
    event_id = parts.ids.event()
    source = parts.hub.flows[given.flow].source.name
    tenant = TenantId(given.tenant) if given.tenant else NO_TENANT
    origin = EventOrigin(tenant, source, parts.clock.now_us(), f"by hand {event_id}")
    told = Occurrence(type_, f"by hand {event_id}", given.data, json_text(given.data))
    admitted = parts.admitter.admit([told], origin)
    (one,) = admitted.admissions
    own = tuple(run for run in one.runs if run.flow == given.flow)
    if not own:
        why = admitted.reason or f"it takes {parts.hub.flows[given.flow].type!r}, not {type_!r}"
        raise CommandRefused(f"{given.flow} does not take this event: {why}")
    await parts.journal.commit(Ingest((replace(one, runs=own),)))
    parts.back.look()
    return own[0].id


async def _at_rest(it: Running, run_id: RunId) -> RunDetail:
    while True:
        detail = await it.parts.views.read(ShowRun(run_id))
        if detail.run.state not in AT_WORK:
            return detail
        await asyncio.sleep(LOOK_S)
