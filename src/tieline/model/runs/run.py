"""Run: one execution of a flow for one event, its states, steps, attempts and outcomes."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from tieline.model.base.ids import EventId, Micros, ReplayId, RunId, TenantId
from tieline.model.base.value import value
from tieline.model.calls.call import Effect
from tieline.model.inbound.event import Event
from tieline.model.runs.waits import EventWait, RunWait, Waits


class RunState(StrEnum):
    """Where a run is. The legal moves are the table in ``rules/runs/transitions.py``."""

    READY = "ready"
    RUNNING = "running"
    RETRYING = "retrying"
    WAITING = "waiting"
    HELD = "held"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


RETRIED = "retried"
"""The resolution of a dead run that was queued again; if it dies again, somebody has to decide."""
UNDECIDED: frozenset[str | None] = frozenset({None, RETRIED})
"""Resolutions of a dead run that waits for a decision."""


class HeadPolicy(StrEnum):
    """What a lane does when its first run is dead."""

    BLOCK = "block"
    """The lane stands still until somebody retries or discards the dead run."""
    SKIP = "skip"
    """The next run of the lane goes on."""


class NewRun(NamedTuple):
    """A run to be inserted with its event."""

    id: RunId
    tenant: TenantId
    flow: str
    event_id: EventId
    priority: int
    """0 is served first; live traffic is 5, replay 9."""
    lane: str | None
    """The ordering key; runs of one (tenant, flow, lane) go one at a time, in order."""
    created_us: Micros
    deadline_us: Micros | None
    """When the sweeper ends it, whatever it is doing."""
    replay_id: ReplayId | None = None
    generation: int = 0
    """Grows only when an operator asks for the effects as new actions."""


class StepState(StrEnum):
    """What is remembered of a step."""

    INTENT = "intent"
    """An effect is about to be tried; found after a crash, its outcome is unknown."""
    FAILED = "failed"
    """The last try did not apply; it may be tried again."""
    DONE = "done"
    """The result is remembered: the step never runs again."""
    REFUSED = "refused"
    """The provider said no for good; the same error is raised again until somebody retries."""


class StepRecord(NamedTuple):
    """One row of the step table, in column order. Identity: (run, name, key)."""

    run_id: RunId
    name: str
    key: str
    """The author's ``key=``, or ``#n`` for the n-th use of the name."""
    state: StepState
    effect: Effect
    fingerprint: str
    """Hash of the arguments (``rules/fingerprint.py``)."""
    effect_key: str | None
    """What the provider sees as the idempotency key; equal over retry, crash and replay."""
    tries: int
    result: bytes | None
    started_us: Micros
    finished_us: Micros | None
    """When it ended. Of an intent: when its try began. Of a failed one: when the first try began
    that may have been applied, if there was any."""
    arguments: bytes | None = None
    """What it was asked for, without what must not be told; kept of runs that go on later."""


class StepArguments(NamedTuple):
    """What a step was asked for, in the order of the statement that keeps it."""

    run_id: RunId
    name: str
    key: str
    arguments: bytes


class AttemptRecord(NamedTuple):
    """One row of the attempt table: a try, as it went."""

    run_id: RunId
    step: str
    key: str
    number: int
    connection: str | None
    at_us: Micros
    took_us: int
    status: int | None
    outcome: str
    """``done`` or a ``FailureKind`` or ``in-doubt``."""
    retry_us: Micros | None
    detail: str | None
    trace: str | None


class ExchangeRecord(NamedTuple):
    """One row of the exchange table: what was sent and answered at a try, redacted and cut."""

    run_id: RunId
    step: str
    key: str
    number: int
    at_us: Micros
    request: str
    answer: str | None


@value
class Returned:
    """The flow returned."""


@value
class RetryAt:
    """A transient failure: again at ``due_us``."""

    due_us: Micros
    reason: str
    counts: bool = False
    """Whether it uses one of the run's own tries (a step's tries are counted in the step)."""


@value
class Waiting:
    """Nothing failed; the run goes on at ``due_us``, or when what it waits ``on`` lets it."""

    due_us: Micros | None
    on: Waits | None
    reason: str
    unless: EventWait | RunWait | None = None
    """Of a wait for an event or a run: what is stored already, however shortly before, ends it."""


@value
class Held:
    """Only a person can say whether the effect happened or what to do."""

    reason: str
    step: tuple[str, str] | None = None
    """The (name, key) of the step in question, when it is about one."""


@value
class Dead:
    """It will not succeed by itself. ``kind`` groups like failures."""

    kind: str
    reason: str
    evidence: str = ""


Outcome = Returned | RetryAt | Waiting | Held | Dead


class RunClaim(NamedTuple):
    """Which run a worker owns, and under which epoch: every write about the run carries it."""

    tenant: TenantId
    """Leads, as it does in the keys of the store."""
    run_id: RunId
    epoch: int


@value
class ClaimedRun:
    """A run this worker owns until it settles it: all that is needed to execute it."""

    id: RunId
    tenant: TenantId
    flow: str
    epoch: int
    """The fencing token: every later write carries it and is refused once it is stale."""
    tries: int
    """Failed tries of the flow function itself so far."""
    created_us: Micros
    deadline_us: Micros | None
    lane: str | None
    replay_id: ReplayId | None
    generation: int
    event: Event
    body: bytes | None
    """The receipt's body, when the event keeps no payload of its own."""
    steps: Sequence[StepRecord] = ()
    """What earlier executions of this run, or of the run it replays, remember."""
    lost: int = 0
    """How many executions in a row ended with their process."""

    @property
    def claim(self) -> RunClaim:
        """With which its worker writes."""
        return RunClaim(self.tenant, self.id, self.epoch)
