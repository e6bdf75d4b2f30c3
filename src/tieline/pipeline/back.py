"""Back: ready runs are claimed, executed in this process's places, and settled."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tieline.model.commands import Admission, Claim, GiveBack, Progress, Promote
from tieline.model.flow import FlowSpec, HubSpec
from tieline.model.ids import Micros, WorkerId
from tieline.model.run import ClaimedRun, Dead, HeadPolicy, RetryAt, Waiting
from tieline.pipeline.admit import Admitter, Occurrence, Origin, to_json
from tieline.pipeline.call import Calls
from tieline.pipeline.dispatch import Dispatched, dispatch
from tieline.pipeline.run import Execution, LiveRun, execute
from tieline.pipeline.settle import Settler
from tieline.pipeline.step import StepParts
from tieline.pipeline.stop import Lost

TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Places:
    """How many runs this process executes at a time, and how many it claims at once."""

    at_once: int = 1024
    claim: int = 100


class Back:
    """The executing half of a hub, as the ``Hands`` of the front half and as a worker."""

    def __init__(
        self, hub: HubSpec, admitter: Admitter, calls: Calls, parts: StepParts, settler: Settler
    ) -> None:
        self.worker: WorkerId = parts.ids.worker()
        self.places = Places()
        self.signals = parts.signals
        self.paused: Collection[str] = frozenset()
        """Flows that an operator holds."""
        self.closing = False
        self._hub = hub
        self._admitter = admitter
        self._calls = calls
        self._parts = parts
        self._settler = settler
        self._busy = 0
        self._busy_by_flow: Counter[str] = Counter()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._claims: dict[str, ClaimedRun] = {}
        self._live: dict[str, LiveRun] = {}
        self._turn = 0

    # --- places (the Hands of the front half) ---------------------------------------------------

    def reserve(self, flows: Sequence[FlowSpec]) -> bool:
        now_us = self._parts.clock.now_us()
        if self.closing or self._busy + len(flows) > self.places.at_once:
            return False
        if any(self._room(flow, now_us) < 1 for flow in flows):
            return False
        for flow in flows:
            self._take_place(flow.name)
        return True

    def release(self, flows: Sequence[FlowSpec]) -> None:
        for flow in flows:
            self._return_place(flow.name)

    def look(self) -> None:
        self.signals.look.set()

    def start(self, run: ClaimedRun, flow: FlowSpec, payload: Any, typed: Any) -> None:
        self._start(Dispatched(run, flow, payload, typed))

    def _take_place(self, flow: str) -> None:
        self._busy += 1
        self._busy_by_flow[flow] += 1

    def _return_place(self, flow: str) -> None:
        self._busy -= 1
        self._busy_by_flow[flow] -= 1

    def _room(self, flow: FlowSpec, now_us: Micros) -> int:
        """How many more runs of *flow* may start: none while all it could do is wait."""
        if flow.name in self.paused:
            return 0
        for name in flow.uses:
            if self._calls.guard(self._hub.connections[name]).is_closed_to_new_runs(now_us):
                return 0
        return flow.concurrency - self._busy_by_flow[flow.name]

    # --- passes: each does one bounded thing and says how much it was -----------------------------

    async def claim_pass(self) -> tuple[int, bool]:
        """Claim ready runs into free places; returns how many, and whether more may be ready."""
        free = self.places.at_once - self._busy
        now_us = self._parts.clock.now_us()
        room = {f.name: self._room(f, now_us) for f in self._hub.flows.values()}
        room = {name: count for name, count in room.items() if count > 0}
        if free <= 0 or not room or self.closing:
            return 0, True
        is_shut = len(room) < len(self._hub.flows)
        self._turn += 1
        limit = min(free, self.places.claim)
        command = Claim(self.worker, limit, room, now_us, self._turn)
        claimed = await self._parts.journal.commit(command)
        for run in claimed.runs:
            self._take_place(run.flow)
            self._start(dispatch(self._hub, run), run)
        return len(claimed.runs), claimed.more or is_shut

    async def due_pass(self) -> int:
        """Make due runs ready; returns how many."""
        promoted = await self._parts.journal.commit(Promote(self._parts.clock.now_us()))
        self.signals.next_due_us = promoted.next_due_us
        if promoted.count:
            self.signals.look.set()
        return promoted.count

    def limit_pass(self) -> int:
        """End executions that take longer than their flow allows; returns how many.

        One look a second over all of them, instead of a timer for each.
        """
        now_us = self._parts.clock.now_us()
        over = [live for live in self._live.values() if live.has_taken_too_long(now_us)]
        for live in over:
            live.is_over_time = True
            self._tasks[live.id].cancel()
        return len(over)

    # --- one run --------------------------------------------------------------------------------

    def _start(self, ready: Dispatched | Dead, claimed: ClaimedRun | None = None) -> None:
        run = ready.claimed if isinstance(ready, Dispatched) else claimed
        if run is None:
            raise AssertionError("a run that cannot be dispatched was started without its claim")
        self._claims[run.id] = run
        task = self._parts.loop.create_task(self._work_one(run, ready))
        self._tasks[run.id] = task

    async def _work_one(self, run: ClaimedRun, ready: Dispatched | Dead) -> None:
        try:
            if isinstance(ready, Dead):
                await self._settle(run, ready, Progress(), HeadPolicy.BLOCK)
            else:
                await self._execute(ready)
        except Lost:
            pass  # somebody else owns it, or an operator ended it: nothing of ours is written
        finally:
            self._return_place(run.flow)
            self._tasks.pop(run.id, None)
            self._claims.pop(run.id, None)
            self._live.pop(run.id, None)

    async def _execute(self, ready: Dispatched) -> None:
        execution = Execution(
            ready.claimed, ready.flow, ready.payload, ready.typed, self._publish, self._parts
        )
        live = self._live[ready.claimed.id] = LiveRun(execution)
        outcome = await execute(live)
        await self._settle(ready.claimed, outcome, live.steps.take(), ready.flow.on_dead_head)

    async def _settle(
        self,
        run: ClaimedRun,
        outcome: Any,
        progress: Progress,
        head_policy: HeadPolicy,
    ) -> None:
        settled = await self._settler.settle(run, outcome, progress, head_policy)
        if settled is not None and settled.woke:
            self.signals.look.set()
        if isinstance(outcome, RetryAt | Waiting) and outcome.due_us is not None:
            self._due(outcome.due_us)

    def _due(self, due_us: Micros) -> None:
        known = self.signals.next_due_us
        if known is None or due_us < known:
            self.signals.next_due_us = due_us
            self.signals.due_changed.set()

    def _publish(self, type_: str, data: object, identity: str, run: ClaimedRun) -> Admission:
        """An emitted event, with the runs of the flows that listen to its topic."""
        body = to_json(data)
        origin = Origin(
            tenant=run.tenant,
            source=TOPIC,
            recorded_us=self._parts.clock.now_us(),
            correlation=run.event.correlation,
            traceparent=run.event.traceparent,
            cause=run.id,
        )
        admitted = self._admitter.admit([Occurrence(type_, identity, data, body)], origin)
        if admitted.reason is not None:
            raise ValueError(f"emitted {type_!r} does not fit: {admitted.reason}")
        return admitted.admissions[0]

    # --- ending ---------------------------------------------------------------------------------

    @property
    def busy(self) -> int:
        """Runs in this process's places."""
        return self._busy

    def lose(self, run_id: str) -> None:
        """Stop executing a run that was cancelled or taken away."""
        task = self._tasks.get(run_id)
        if task is not None:
            task.cancel()

    async def drain(self, seconds: float) -> int:
        """Finish what is running within *seconds*, then give the rest back; returns how many."""
        self.closing = True
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        left = list(self._claims.values())
        unfinished = [task for task in self._tasks.values() if not task.done()]
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        if left:
            claims = tuple((run.id, run.epoch) for run in left)
            await self._parts.journal.commit(GiveBack(claims, self._parts.clock.now_us()))
        return len(left)
