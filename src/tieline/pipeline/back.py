"""Back: ready runs are claimed, executed in this process's places, and settled."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tieline.model.base.ids import Micros, TenantId, WorkerId
from tieline.model.base.json_text import json_text
from tieline.model.commands import Admission, Claim, Progress, Promote
from tieline.model.hub.flow import FlowSpec, HubSpec
from tieline.model.runs.facts import RunStarted
from tieline.model.runs.run import (
    ClaimedRun,
    Dead,
    HeadPolicy,
    Held,
    Outcome,
    RetryAt,
    Returned,
    Waiting,
)
from tieline.pipeline.admit import Admitter, EventOrigin, Occurrence
from tieline.pipeline.call import Calls
from tieline.pipeline.dispatch import Dispatched, dispatch
from tieline.pipeline.execution import DONE, execute
from tieline.pipeline.run import LiveRun
from tieline.pipeline.settle import NEVER_BEGAN, Execution, Settler
from tieline.pipeline.steps.parts import StepParts
from tieline.pipeline.steps.stop import Lost, leave_alone
from tieline.ports.tenants import EverybodyKnown, TenantBook
from tieline.rules.formats.json_limits import ADMITTED, parse
from tieline.rules.runs.ending import discreet_outcome
from tieline.rules.runs.hops import TOPIC
from tieline.rules.runs.lost_claims import PLACES, places_of
from tieline.rules.runs.refused_settle import failed_inside

MOST_TOLD = 10
"""How often an execution is told that its time is over, once a second; then it is given up."""
OVER_TIME = (
    "the flow catches the end of its time ({} for one execution) and goes on: write "
    "`except Exception` instead of `except:` or `except BaseException`, then resolve this run with "
    "--retry, or with --give-up"
)
GIVE_BACK_S = 5.0
"""How long a stop waits for runs that were called off, and for the store to take them back."""
CALLS_OFF = 10
"""How often a run is called off that does not end."""


@dataclass(frozen=True, slots=True)
class RunCapacity:
    """How many runs this process executes at a time, and how many it claims at once."""

    at_once: int = 1024
    claim: int = 100


@dataclass(slots=True)
class ExecutingRun:
    """A run in one of this process's places."""

    claimed: ClaimedRun
    task: "asyncio.Task[None] | None" = None
    live: LiveRun | None = None
    """While its function is executed; not before and not while its end is stored."""
    told_over: int = 0
    """How often it was told that its time is over."""
    is_given_up: bool = False
    """Its end is stored by somebody else: its flow does not come to one."""


class Back:
    """The executing half of a hub, as the ``Hands`` of the front half and as a worker."""

    def __init__(
        self, hub: HubSpec, admitter: Admitter, calls: Calls, parts: StepParts, settler: Settler
    ) -> None:
        self.worker: WorkerId = parts.ids.worker()
        self.places = RunCapacity()
        self.signals = parts.signals
        self.paused: Collection[str] = frozenset()
        """Flows that an operator holds."""
        self.tenants: TenantBook = EverybodyKnown()
        self.closing = False
        self._hub = hub
        self._admitter = admitter
        self._calls = calls
        self._parts = parts
        self._settler = settler
        self._busy = 0
        self._busy_by_flow: Counter[str] = Counter()
        self._working: dict[str, ExecutingRun] = {}
        self._behind: Collection[str] = frozenset()
        """Flows with ready runs in the store for which there was no place."""
        self._claiming = asyncio.Lock()
        self._is_drained = False
        self._turn = 0
        self._on_trial = 0
        """Of the places for runs that have lost claims, those that are taken."""

    # --- places (the Hands of the front half) ---------------------------------------------------

    def reserve(self, flows: Sequence[FlowSpec], tenants: Collection[TenantId]) -> bool:
        if self.closing or self._busy + len(flows) > self.places.at_once:
            return False
        if not all(map(self.tenants.is_free, tenants)):
            return False
        now_us = self._parts.clock.now_us()
        for flow in flows:
            if flow.name in self._behind or self._room(flow, now_us) < 1:
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
        self._start(Dispatched(run, flow, payload, typed), run)

    def start_anew(self, run: ClaimedRun) -> None:
        self._start(dispatch(self._hub, run), run)

    def _take_place(self, flow: str) -> None:
        self._busy += 1
        self._busy_by_flow[flow] += 1

    def _return_place(self, flow: str) -> None:
        self._busy -= 1
        self._busy_by_flow[flow] -= 1
        if flow in self._behind:
            self._look_for_more(flow)

    def _look_for_more(self, flow: str) -> None:
        """Claim again once half of the places are free: a claim for each place costs too much."""
        spec = self._hub.flows.get(flow)
        most = self.places.at_once if spec is None else spec.concurrency
        if self._busy_by_flow[flow] * 2 <= most and self._busy * 2 <= self.places.at_once:
            self.signals.look.set()

    def _room(self, flow: FlowSpec, now_us: Micros) -> int:
        """How many more runs of *flow* may start: none while all it could do is wait."""
        if flow.name in self.paused:
            return 0
        room = flow.concurrency - self._busy_by_flow[flow.name]
        for name in flow.uses:
            room = min(room, self._calls.guard(self._hub.connections[name]).room(now_us))
        return room

    # --- passes: each does one bounded thing and says how much it was -----------------------------

    async def claim_pass(self) -> tuple[int, bool]:
        """Claim ready runs into free places; returns how many, and whether more may be ready."""
        async with self._claiming:
            free = self.places.at_once - self._busy
            now_us = self._parts.clock.now_us()
            flows = self._hub.flows.values()
            room = {f.name: self._room(f, now_us) for f in flows}
            room = {name: count for name, count in room.items() if count > 0}
            if free <= 0 or not room or self.closing or not self._parts.may_start_effects():
                self._behind = frozenset(self._hub.flows)
                return 0, True
            is_shut = len(room) < len(self._hub.flows)
            self._turn += 1
            limit = min(free, self.places.claim)
            trials = PLACES - self._on_trial
            limits = self.tenants.limits
            command = Claim(self.worker, limit, room, now_us, self._turn, limits, trials)
            claimed = await self._parts.journal.commit(command)
            for run in claimed.runs:
                self._take_place(run.flow)
                self._start(dispatch(self._hub, run), run)
            all_flows = frozenset(self._hub.flows)
            self._behind = all_flows if claimed.more else all_flows - room.keys()
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

        One look a second over all, instead of a timer for each; who goes on is told again.
        """
        now_us = self._parts.clock.monotonic_us()
        over = [
            (working, working.live)
            for working in self._working.values()
            if working.live is not None and working.live.has_taken_too_long(now_us)
        ]
        for working, live in over:
            live.is_over_time = True
            working.told_over += not live.threads
            if working.told_over > MOST_TOLD:
                live.give_up()
                self._give_up(working, OVER_TIME.format(live.ready.flow.time_limit))
            elif working.task is not None:
                working.task.cancel()
        return len(over)

    # --- one run --------------------------------------------------------------------------------

    def _start(self, ready: Dispatched | Dead, claimed: ClaimedRun) -> None:
        if self._is_drained:  # too late: whoever opens the store next finds it
            self._return_place(claimed.flow)
            return
        self._on_trial += places_of(claimed.lost)
        working = self._working[claimed.id] = ExecutingRun(claimed)
        working.task = self._parts.loop.create_task(self._work(working, ready))

    async def _work(self, working: ExecutingRun, ready: Dispatched | Dead) -> None:
        claimed = working.claimed
        try:
            if isinstance(ready, Dead):
                await self._settle(claimed, ready, Progress())
            else:
                await self._execute(working, ready)
        except (Exception, GeneratorExit) as error:  # noqa: BLE001 - no bug of ours may leave a run that nobody executes
            await self._fail(working, error)
        finally:
            if not working.is_given_up:
                self._leave(working)

    def _leave(self, working: ExecutingRun) -> None:
        claimed = working.claimed
        self._on_trial -= places_of(claimed.lost)
        self._return_place(claimed.flow)
        if not self.tenants.is_free(claimed.tenant):
            self.signals.look.set()  # its next run may have waited for this one's end
        if self._working.get(claimed.id) is working:
            del self._working[claimed.id]

    def _give_up(self, working: ExecutingRun, reason: str) -> None:
        """Store the end of a run whose flow does not come to one; the flow is left where it is."""
        live = working.live
        if live is None or working.is_given_up:
            return
        working.is_given_up, working.live = True, None
        if working.task is not None:
            leave_alone(working.task)
        working.task = self._parts.loop.create_task(self._hold(working, live, reason))

    async def _hold(self, working: ExecutingRun, live: LiveRun, reason: str) -> None:
        try:
            live.steps.close()
            await live.steps.at_rest()
            held = discreet_outcome(Held(reason), live.clean)
            await self._settle(working.claimed, held, live.steps.take())
        finally:
            self._leave(working)

    async def _fail(self, working: ExecutingRun, error: BaseException) -> None:
        """A mistake of ours, or what closes every coroutine that it passes, with an outcome in it.

        What it did is settled all the same.
        """
        if asyncio.current_task(self._parts.loop) is not working.task:
            raise error  # nobody executes it any more: it is being thrown away
        done = Progress() if working.live is None else working.live.steps.take()
        working.live = None
        failure = discreet_outcome(failed_inside(error), self._parts.clean)
        await self._settle(working.claimed, failure, done)

    async def _execute(self, working: ExecutingRun, ready: Dispatched) -> None:
        live = working.live = LiveRun(ready, self._publish, self._parts)
        live.on_given_up = partial(self._give_up, working)
        began = Execution(self._parts.clock.now_us(), live.steps.reference)
        self._parts.observer.saw(RunStarted(ready.claimed, began.began_us, began.reference))
        try:
            outcome = await execute(live)
        except (Lost, asyncio.CancelledError):
            if working.is_given_up:
                return
            # Somebody else has it, or may have it, or this process stops. If it is still ours,
            # it must not stay with a worker that does not execute it.
            working.live = None
            await self._settler.give_back(ready.claimed, live.steps.take())
            live.let_go()
            return
        if working.is_given_up:
            return
        if outcome is not DONE:
            outcome = discreet_outcome(outcome, live.clean)
        working.live = None
        goes_on = not isinstance(outcome, Returned)
        await self._settle(ready.claimed, outcome, live.steps.take(goes_on=goes_on), began)
        live.let_go()

    async def _settle(
        self,
        run: ClaimedRun,
        outcome: Outcome,
        progress: Progress,
        execution: Execution = NEVER_BEGAN,
    ) -> None:
        flow = self._hub.flows.get(run.flow)
        head_policy = HeadPolicy.BLOCK if flow is None else flow.on_dead_head
        settled = await self._settler.settle(run, outcome, progress, head_policy, execution)
        if settled is not None and settled.woke:
            self.signals.look.set()
        if isinstance(outcome, RetryAt | Waiting) and outcome.due_us is not None:
            self.expect(outcome.due_us)
        elif isinstance(outcome, Waiting) and outcome.on is not None:
            self._calls.recheck(outcome.on)

    def clock_was_set(self) -> None:
        """Look at once what is due by it, and let no connection wait for a time of before."""
        now_us = self._parts.clock.now_us()
        self.expect(now_us)
        for guard in self._calls.guards:
            guard.clock_was_set(now_us)

    def expect(self, due_us: Micros) -> None:
        """A run will be due then."""
        known = self.signals.next_due_us
        if known is None or due_us < known:
            self.signals.next_due_us = due_us
            self.signals.due_changed.set()

    def _publish(self, type_: str, data: object, identity: str, run: ClaimedRun) -> Admission:
        """An emitted event, with the runs of the flows that listen to its topic."""
        if not type_.isprintable():
            raise ValueError(f"the type of an event is {type_!r}; use visible characters")
        body = json_text(data)
        text = body.decode()
        if (told := self._parts.clean(text)) != text:
            body, data = told.encode(), parse(told.encode(), ADMITTED)
        origin = EventOrigin(
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

    def executed_by(self, task: "asyncio.Task[Any]") -> ClaimedRun | None:
        """The run whose flow function *task* executes; may be asked from any thread."""
        for working in self._working.copy().values():
            if working.task is task:
                return working.claimed
        return None

    def lose(self, run_id: str) -> None:
        """Stop executing a run that was cancelled or taken away."""
        working = self._working.get(run_id)
        if working is not None and working.live is not None:
            _call_off(working)

    async def drain(self, seconds: float) -> int:
        """Finish what is running within *seconds*, then give the rest back; returns how many."""
        self.closing = True
        async with self._claiming:
            pass  # a claim that was under way has started its runs
        await self._until_empty(seconds)
        left = list(self._working.values())
        for _ in range(CALLS_OFF):  # a flow may catch its end and go on for a while
            for working in self._working.values():
                _call_off(working)
            await self._until_empty(GIVE_BACK_S / CALLS_OFF)
        self._is_drained = True
        for working in self._working.values():
            if working.task is not None:
                working.task.cancel()
        return len(left)

    async def _until_empty(self, seconds: float) -> None:
        tasks = [working.task for working in self._working.values() if working.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)


def _call_off(working: ExecutingRun) -> None:
    if working.live is not None and working.task is not None:
        working.live.is_called_off = True
        working.task.cancel()
