"""Capacity: whoever executes runs in this process; the fast path hands them over in memory."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from tieline.model.base.ids import TenantId, WorkerId
from tieline.model.hub.flow import FlowSpec
from tieline.model.runs.run import ClaimedRun


class Capacity(Protocol):
    """The role of free capacity.

    Promises: after ``reserve`` returned True there is a place for each of *flows*, until it is
    used by ``start`` or returned by ``release``.
    """

    worker: WorkerId

    def reserve(self, flows: Sequence[FlowSpec], tenants: Collection[TenantId]) -> bool:
        """Keep places for one run of each flow, on behalf of *tenants*; False keeps none."""
        ...

    def release(self, flows: Sequence[FlowSpec]) -> None:
        """Return places that will not be used."""
        ...

    def start(self, run: ClaimedRun, flow: FlowSpec, payload: Any, typed: Any) -> None:
        """Execute a run that this worker owns, in a reserved place; the objects are its own."""
        ...

    def start_anew(self, run: ClaimedRun) -> None:
        """The same, with a payload that is read from the run's event, as after a crash."""
        ...

    def look(self) -> None:
        """There may be ready work in the store: look soon."""
        ...
