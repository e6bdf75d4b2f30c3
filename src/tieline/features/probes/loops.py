"""Loops: whoever executes work takes the probes that people asked for, and makes the calls."""

import asyncio
from collections.abc import Iterator

from tieline.features.manifest import Engine, OnPath, ProcessBase, Repeats
from tieline.features.probes.model import EndProbe, ListProbes, ProbeRow, TakeProbe
from tieline.model.fleet.role import ProcessRole
from tieline.pipeline.hooks import PathHooks

LOOK_AGAIN_S = 5.0
"""A hint of another process may have been lost."""

WANTED_US = 600_000_000
"""Nobody waits any more for one that was asked for longer ago, while no worker was there."""


def on_path(_: ProcessBase) -> OnPath:
    """The loop, woken by what people order."""
    ordered = asyncio.Event()

    def loops(engine: Engine) -> Iterator[Repeats]:
        async def pass_() -> float:
            fresh_us = engine.clock.now_us() - WANTED_US
            for row in await engine.views.read(ListProbes()):
                is_wanted = row.begun_us is None and row.asked_us > fresh_us
                if is_wanted and row.connection in engine.hub.connections:
                    await _probe(engine, row)
            return LOOK_AGAIN_S

        yield Repeats("probes", pass_, role=ProcessRole.WORKER, once=False, wake=ordered)

    return OnPath(PathHooks(on_pauses=(ordered.set,)), loops)


async def _probe(engine: Engine, row: ProbeRow) -> None:
    begin = TakeProbe(row.connection, row.asked_us, engine.clock.now_us())
    if not (await engine.journal.commit(begin)).count:
        return
    said = await engine.prober.probe(engine.hub.connections[row.connection], row.path)
    await engine.journal.commit(
        EndProbe(
            row.connection,
            row.asked_us,
            said.outcome,
            said.status,
            said.took_us,
            said.detail,
            engine.clock.now_us(),
        )
    )
