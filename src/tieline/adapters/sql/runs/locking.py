"""Locking: a batch comes in; every lane that it touches is locked at once, in one order.

Where transactions run side by side, two that locked lanes one after the other as they needed them
would wait for each other in a ring.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from tieline.adapters.sql.runs.execution import Owned
from tieline.adapters.sql.statement import Steps, put
from tieline.model.command import Command
from tieline.model.commands import Admission, Ingest, Remember, Settle


def lock_lanes(batch: Sequence[Command[Any]], owned: Collection[Owned]) -> Steps[None]:
    """Lock the lanes that runs of *batch* join, and those that *owned* runs may leave."""
    joined = {
        (run.tenant, run.flow, run.lane)
        for command in batch
        for admission in _admissions(command)
        for run in admission.runs
        if run.lane is not None
    }
    left = {(own.tenant, own.flow, own.lane) for own in owned if own.lane is not None}
    yield from put("lane_lock", sorted(joined | left))


def _admissions(command: Command[Any]) -> Iterable[Admission]:
    match command:
        case Ingest(admissions=admissions):
            return admissions
        case Remember(progress=progress) | Settle(progress=progress):
            return progress.emitted
        case _:
            return ()
