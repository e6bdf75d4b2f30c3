"""Engine: a hub's flows run in a test by the real engine, on a store of their own, in no time.

    async with tieline.testing.engine(hub, answers={"books": books}) as run:
        done = await run(post_invoice, InvoicePaid(...))
    assert done.state == "done"

Admission, memory, retries, effects, lanes, holds: everything is as in a hub that serves. The clock
is the test's: a run that sleeps or waits for its next attempt goes on at once, that much later.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from pydantic import BaseModel

from tieline.adapters.system.ids import SystemIds
from tieline.adapters.system.simulated_clock import SimulatedClock
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.vault.fixed import FixedVault
from tieline.authoring.hub import Hub
from tieline.compose.parts import Parts, ProcessPorts, assemble_on_file
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import NO_TENANT, EventId, RunId, TenantId
from tieline.model.base.json_text import json_text
from tieline.model.calls.call import Call
from tieline.model.commands import Ingest
from tieline.model.hub.flow import FlowSpec, HubSpec
from tieline.model.views.details import RunDetail
from tieline.model.views.views import ListRuns, ShowEvent, ShowRun, Window
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.ports.crash_points import go_on
from tieline.testing.answering import AnsweringClient
from tieline.testing.plain import Answers

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
PATIENCE_S = 60.0
"""How long one execution may really take."""
MOST_ROUNDS = 10_000
CREDENTIAL = "a-credential-of-the-test"


@dataclass(frozen=True, slots=True)
class ExecutedRun:
    """One run, as it stands."""

    id: str
    flow: str
    state: str
    """``done``, ``dead``, ``held``, ``cancelled``; or ``waiting``, ``retrying``, ``ready`` for one
    that does not go on within the time that was given."""
    reason: str | None
    """Why it is dead, held or waiting."""
    steps: tuple[str, ...]
    """What it remembers, by name, in the order in which it came about."""
    emitted: tuple[tuple[str, Any], ...]
    """The events that it emitted: type and payload."""
    attempts: int
    """Calls that were made, repeats too."""
    detail: RunDetail
    """All that the store knows of it."""


@dataclass(slots=True)
class EngineRun:
    """Brings events to a hub that a test runs, and executes what comes of them."""

    hub: HubSpec
    parts: Parts
    clock: SimulatedClock
    client: AnsweringClient
    _sent: int = field(default=0, init=False)

    @property
    def calls(self) -> list[tuple[str, Call]]:
        """Every call that went out, with its connection's name."""
        return self.client.calls

    async def __call__(  # noqa: PLR0913 - each is one thing that an event may have
        self,
        flow: Callable[..., Any] | str,
        payload: object = None,
        *,
        type: str | None = None,  # noqa: A002 - the field's own word
        id: str | None = None,  # noqa: A002 - as above
        tenant: str = NO_TENANT,
        within: timedelta = DAY,
    ) -> ExecutedRun:
        """An event comes with *payload*, and *flow* alone takes it; returns its run.

        What it emits goes to every flow that listens. *type* is needed where the flow takes a
        pattern; *id* is the event's identity: a second event of one identity is a repeat. *within*
        is how far the clock may go while runs sleep, wait or are attempted again.
        Raises SettingsError for what no flow of the hub is, ValueError for a payload that the
        flow's contract does not take, and AssertionError for a call that nobody answers.
        """
        spec = self._spec(flow)
        type_ = spec.type if type is None else type
        if "*" in type_:
            right = f"{spec.name} takes a pattern: give the type of the event, type='…'"
            raise SettingsError("type", type_, right)
        found, origin = self._occurrence(spec.source.name, type_, payload, id, tenant)
        event_id = await self._take(found, origin, spec.name)
        await self.settle(within)
        for row in (await self.parts.views.read(ShowEvent(event_id))).runs:
            if row.flow == spec.name:
                return await self.read(row.id)
        raise AssertionError(f"no run of {spec.name} came of {event_id}")

    async def deliver(  # noqa: PLR0913 - as above
        self,
        source: str,
        type: str,  # noqa: A002 - as above
        payload: object = None,
        *,
        id: str | None = None,  # noqa: A002 - as above
        tenant: str = NO_TENANT,
        within: timedelta = DAY,
    ) -> list[ExecutedRun]:
        """An event comes of *source*, behind its door; returns the runs of all flows that take it.

        Raises what a call of this raises, and SettingsError for a source that the hub lacks.
        """
        if source not in self.hub.sources():
            known = ", ".join(sorted(self.hub.sources())) or "none"
            raise SettingsError("source", source, f"the hub listens to {known}")
        event_id = await self._take(*self._occurrence(source, type, payload, id, tenant))
        await self.settle(within)
        rows = (await self.parts.views.read(ShowEvent(event_id))).runs
        return [await self.read(row.id) for row in rows]

    async def settle(self, within: timedelta = DAY) -> None:
        """Go on until nothing is left to do, or nothing before *within* is over."""
        until_us = self.clock.now_us() + within // MICROSECOND
        for _ in range(MOST_ROUNDS):
            await self._work()
            due_us = await self._next_due_us()
            if due_us is None or due_us > until_us:
                break
            self.clock.at_us = max(self.clock.at_us, due_us)
            await self._make_due()
        if self.client.unanswered:
            name, _, what = self.client.unanswered[0].partition(" ")
            self.client.unanswered.clear()
            raise AssertionError(
                f"{name} is called ({what}), and the test does not answer: give engine(hub, "
                f'answers={{"{name}": lambda call: answer(200, …)}}), or '
                f'base_urls={{"{name}": "http://127.0.0.1:…"}}'
            )

    async def advance(self, duration: timedelta) -> None:
        """Let time pass, and whatever comes of it happen."""
        end_us = self.clock.now_us() + duration // MICROSECOND
        await self.settle(duration)
        self.clock.at_us = end_us
        await self._make_due()
        await self.settle(timedelta())

    async def read(self, run_id: str) -> ExecutedRun:
        """A run as it stands now. Raises NotFound."""
        detail = await self.parts.views.read(ShowRun(RunId(run_id)))
        caused = (await self.parts.views.read(ShowEvent(detail.event.id))).caused
        own = [event for event in caused if event.cause == run_id]
        emitted = [(event.type, await self._payload(event.id)) for event in own]
        run = detail.run
        names = tuple(step.name for step in detail.steps)
        return ExecutedRun(
            run.id,
            run.flow,
            run.state,
            run.reason,
            names,
            tuple(emitted),
            len(detail.attempts),
            detail,
        )

    async def runs(self, flow: Callable[..., Any] | str | None = None) -> list[ExecutedRun]:
        """Every run, or those of one flow, oldest first; at most 500."""
        name = None if flow is None else self._spec(flow).name
        page = await self.parts.views.read(ListRuns(flow=name, window=Window(limit=500)))
        return [await self.read(row.id) for row in sorted(page.rows, key=lambda row: row.id)]

    # --- inside -----------------------------------------------------------------------------------

    def _spec(self, flow: Callable[..., Any] | str) -> FlowSpec:
        name = flow if isinstance(flow, str) else getattr(flow, "__name__", repr(flow))
        for spec in self.hub.flows.values():
            if flow in (spec.name, spec.function):
                return spec
        known = ", ".join(sorted(self.hub.flows)) or "none"
        raise SettingsError("flow", name, f"the hub has {known}")

    def _occurrence(
        self, source: str, type_: str, payload: object, id_: str | None, tenant: str
    ) -> tuple[Occurrence, EventOrigin]:
        self._sent += 1
        data = _document(payload)
        identity = f"test-{self._sent}" if id_ is None else id_
        occurrence = Occurrence(type_, identity, orjson.loads(data), data)
        return occurrence, EventOrigin(TenantId(tenant), source, self.clock.now_us(), identity)

    async def _take(
        self, found: Occurrence, origin: EventOrigin, only: str | None = None
    ) -> EventId:
        admitted = self.parts.admitter.deliver([found], origin)
        if admitted.reason is not None:
            raise ValueError(f"{found.type} is not taken: {admitted.reason}")
        (admission,) = admitted.admissions
        if only is not None:
            own = tuple(run for run in admission.runs if run.flow == only)
            admission = replace(admission, runs=own)
        stored = await self.parts.journal.commit(Ingest((admission,)))
        return EventId(stored.event_id)

    async def _work(self) -> None:
        """Execute what is ready, until nothing is."""
        back = self.parts.back
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await self._at_rest()
                claimed, _ = await back.claim_pass()
                await self._at_rest()
                for waits in list(self.parts.calls.recovered):
                    self.parts.calls.recovered.discard(waits)
                    claimed += await self.parts.house.wake(waits)
                if claimed == 0 and not back.signals.look.is_set():
                    return
                back.signals.look.clear()

    async def _at_rest(self) -> None:
        while self.parts.back.busy:  # noqa: ASYNC110 - whoever executes tells nobody
            await asyncio.sleep(0.0005)

    async def _next_due_us(self) -> int | None:
        await self.parts.back.due_pass()
        return self.parts.back.signals.next_due_us

    async def _make_due(self) -> None:
        await self.parts.house.beat_pass()
        while await self.parts.back.due_pass():
            pass

    async def _payload(self, event_id: EventId) -> Any:
        whole = await self.parts.views.read(ShowEvent(event_id))
        return None if whole.event.data is None else orjson.loads(whole.event.data)


def _document(payload: object) -> bytes:
    if isinstance(payload, BaseModel):
        return payload.model_dump_json(by_alias=True).encode()
    return json_text(payload)


@asynccontextmanager
async def engine(
    hub: Hub,
    *,
    answers: Mapping[str, Answers] | None = None,
    base_urls: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> AsyncIterator[EngineRun]:
    """A hub on the real engine and a store of its own, gone at the end of the block.

    ``answers`` gives functions that answer a connection's calls, ``base_urls`` sends them to
    another address, such as a simulated vendor's; nothing else is called. ``secrets`` holds the
    vault's values by name; a connection whose credential is not among them has one all the same.
    ``at`` is when it begins. Raises DeclarationError when the hub has mistakes, SettingsError for a
    connection that it does not have.
    """
    spec = hub.spec()
    client = AnsweringClient(spec, answers or {}, base_urls or {})
    clock = SimulatedClock.at(at)
    credentials = {one.credential for one in spec.connections.values() if one.credential}
    vault = FixedVault(dict.fromkeys(credentials, CREDENTIAL) | dict(secrets or {}))
    outside = ProcessPorts(vault, CountingObserver(), clock, SystemIds(), go_on, http=client)
    with TemporaryDirectory(prefix="tieline-test-") as folder:
        parts = assemble_on_file(spec, Path(folder) / "tieline.db", outside)
        try:
            await parts.house.recover()
            await parts.holds.pass_()
            yield EngineRun(spec, parts, clock, client)
        finally:
            await parts.back.drain(0.2)
            await client.close()
            await parts.views.close()
            await parts.journal.close()
