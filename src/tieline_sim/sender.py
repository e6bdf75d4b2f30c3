"""Sender: events come in; signed webhooks go out, again and again until someone says 2xx.

At least once and bounded: an event is given up after ``max_attempts``. Scripted sender faults bend
a single event: a copy is added (duplicate, forged, stale) or it lets others overtake (reorder).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from tieline_sim.attempts import Attempt, Target, seal
from tieline_sim.client import Client, place
from tieline_sim.deliveries import Delivery, State, Tally, Tone
from tieline_sim.events import Blueprint, Event, Voice
from tieline_sim.faults import Fault, FaultBook

SHORTEST_NAP_SECONDS = 0.001  # timers below a millisecond fire at once and would spin
REFILL_SECONDS = 0.002  # how often a generator without a rate looks whether there is room


@dataclass(frozen=True, slots=True)
class Parts:
    """What a sender is given."""

    vendor: str
    voice: Voice
    faults: FaultBook
    now_us: Callable[[], int]
    record: Callable[[bytes], None] | None = None


class _Held:
    """An attempt that waits until others have overtaken it."""

    __slots__ = ("attempt", "behind")

    def __init__(self, attempt: Attempt, behind: int) -> None:
        self.attempt = attempt
        self.behind = behind


class Sender:
    """The announcing side of one vendor."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._queue: deque[Attempt] = deque()
        self._held: list[_Held] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._offered = 0
        self._running = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._target: Target | None = None
        self._client: Client | None = None
        self.pending = 0  # attempts and generators that are not finished
        self.tally = Tally()
        self.deliveries: list[Delivery] = []

    def aim(self, target: Target) -> None:
        """Send to this target from now on; what waits for a retry goes there too."""
        agent = f"tieline-sim-{self._parts.vendor}/1"
        client = Client(place(target.url, agent), target.options.timeout_seconds)
        if self._client is not None:
            self._client.close()
        self._target, self._client = target, client
        for _ in range(len(self._queue)):
            self._run_more()

    @property
    def aimed(self) -> bool:
        return self._target is not None

    def offer(self, events: Iterable[Event]) -> None:
        """Queue events in this order."""
        for event in events:
            self._offered += 1
            due_at_us = self._parts.now_us()
            attempt = Attempt(event, Delivery(event, number=self._offered, due_at_us=due_at_us))
            fault = self._parts.faults.for_event(event.type, event.body)
            if fault is None:
                self._genuine(attempt)
            else:
                self._bend(attempt, fault)

    def generate(self, blueprint: Blueprint, numbers: range, rate_per_second: float) -> None:
        """Make and queue events in the background; rate 0 is as fast as they are taken."""
        self._opened()
        self._start(self._generate(blueprint, numbers, rate_per_second))

    async def idle(self, timeout_seconds: float) -> bool:
        """Wait until nothing is pending; False when that took too long."""
        try:
            await asyncio.wait_for(self._quiet.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            self._client.close()

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _opened(self) -> None:
        self.pending += 1
        self._quiet.clear()

    def _closed(self) -> None:
        self.pending -= 1
        if self.pending == 0:
            self._quiet.set()

    async def _generate(self, blueprint: Blueprint, numbers: range, rate: float) -> None:
        loop = asyncio.get_running_loop()
        started, done = loop.time(), 0
        while done < len(numbers):
            if rate > 0:
                due = int((loop.time() - started) * rate) + 1
            else:
                due = done + max(0, self._room())
            self.offer(self._parts.voice.generated(n, blueprint) for n in numbers[done:due])
            done = min(due, len(numbers))
            wait = started + done / rate - loop.time() if rate > 0 else REFILL_SECONDS
            await asyncio.sleep(max(SHORTEST_NAP_SECONDS, wait))
        self._closed()

    def _room(self) -> int:
        parallel = self._target.options.concurrency if self._target else 0
        return 2 * parallel - len(self._queue)

    def _genuine(self, attempt: Attempt) -> None:
        self.deliveries.append(attempt.delivery)
        self._put(attempt)

    def _put(self, attempt: Attempt) -> None:
        self._opened()
        self._enqueue(attempt)

    def _enqueue(self, attempt: Attempt) -> None:
        self._queue.append(attempt)
        self._run_more()

    def _bend(self, attempt: Attempt, fault: Fault) -> None:
        match fault.kind:
            case "duplicate":
                self._genuine(attempt)
                self._repeat(replace(attempt, tone=Tone.DUPLICATE), fault)
            case "reorder":
                self._hold(attempt, fault)
            case _:
                tone = Tone.FORGED if fault.kind == "forge" else Tone.STALE
                self._put(replace(attempt, tone=tone, fault=fault))
                if not fault.params["only"]:
                    self._genuine(attempt)

    def _repeat(self, copy: Attempt, fault: Fault) -> None:
        gap = float(fault.params["gap_seconds"])
        for nth in range(1, int(fault.params["times"])):
            self._opened()
            self._after(gap * nth, self._enqueue, copy)

    def _hold(self, attempt: Attempt, fault: Fault) -> None:
        self.deliveries.append(attempt.delivery)
        self._opened()
        held = _Held(attempt, int(fault.params["behind"]))
        self._held.append(held)
        self._after(float(fault.params["seconds"]), self._release, held)

    def _release(self, held: _Held) -> None:
        if held in self._held:
            self._held.remove(held)
            self._queue.appendleft(held.attempt)
            self._run_more()

    def _overtaken(self, by: Delivery) -> None:
        for held in tuple(self._held):
            held.behind -= by.number > held.attempt.delivery.number
            if held.behind <= 0:
                self._release(held)

    def _after(self, seconds: float, call: Callable[[Any], None], argument: object) -> None:
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, call, argument)
        else:
            call(argument)

    def _run_more(self) -> None:
        if self._target is not None and self._running < self._target.options.concurrency:
            self._running += 1
            self._start(self._run())

    async def _run(self) -> None:
        """Make attempts until none is waiting, or until fewer may run at the same time."""
        while self._queue and self._target is not None and self._client is not None:
            if self._running > self._target.options.concurrency:
                break
            await self._try(self._queue.popleft(), self._target, self._client)
        self._running -= 1

    async def _try(self, attempt: Attempt, target: Target, client: Client) -> None:
        started_us = self._parts.now_us()
        if attempt.tone is Tone.GENUINE:
            self._begin(attempt.delivery, started_us)
        headers, body = seal(attempt, target, self._parts.voice, started_us // 1_000_000)
        status = await client.post(headers, body)
        self.tally.answered(attempt.tone, status)
        if attempt.tone is Tone.GENUINE:
            self._settle(attempt, status, target, started_us)
        else:
            self._closed()

    def _begin(self, delivery: Delivery, started_us: int) -> None:
        delivery.attempts += 1
        if delivery.attempts > 1:
            self.tally.retries += 1
            return
        delivery.sent_at_us = started_us
        self.tally.sent += 1
        self.tally.lag_us.append(started_us - delivery.due_at_us)

    def _settle(self, attempt: Attempt, status: int, target: Target, started_us: int) -> None:
        delivery = attempt.delivery
        if self._held and delivery.attempts == 1:
            self._overtaken(delivery)
        if 200 <= status < 300:
            self._accepted(delivery, started_us)
        elif delivery.attempts >= target.options.max_attempts:
            delivery.state = State.GIVEN_UP
            self.tally.given_up += 1
        else:
            wait = target.options.wait_seconds(delivery.attempts)
            self._after(wait, self._enqueue, attempt)
            return
        self._closed()

    def _accepted(self, delivery: Delivery, started_us: int) -> None:
        delivery.acked_at_us = self._parts.now_us()
        delivery.state = State.ACCEPTED
        self.tally.accepted += 1
        self.tally.ack_us.append(delivery.acked_at_us - started_us)
        if self._parts.record is not None:
            self._parts.record(delivery.line(self._parts.vendor))
