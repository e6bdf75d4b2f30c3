"""Facts: what happened, as data; observers turn them into logs, metrics and traces.

A fact is made once and shared by every observer. The hot ones carry the run or event that they are
about instead of a copy of its fields: who needs a correlation id looks it up there. Observers show
of those only names and ids, never a payload. Texts in a fact are redacted before it is made.
"""

from typing import Literal

from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.inbound.event import Event
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import ClaimedRun, RunState

# --- the front half ---------------------------------------------------------------------------


@value
class Received:
    """A delivery was answered: taken, refused, recognised as a duplicate or quarantined."""

    source: str
    verdict: Verdict
    status: int
    reason: str | None
    event_id: str | None
    took_us: int
    at_us: Micros = 0
    """When it was answered."""
    receipt_id: str | None = None
    event: Event | None = None
    """Its first event; of a duplicate the envelope that was thrown away."""
    reference: str | None = None
    """The first business name in it, such as ``order:84219``."""
    correlation: str | None = None
    """The sender's own, where there is no event that has it."""
    scheme: str = "http"
    """How the sender reached us, as far as the hub knows."""


@value
class ScheduleFired:
    """A firing of a schedule was stored, or skipped (no event)."""

    schedule: str
    due_us: Micros
    missed: int
    """Firings that were due while nobody ran."""
    event_id: str | None


# --- the back half ----------------------------------------------------------------------------


@value
class RunStarted:
    """One execution of a run began."""

    run: ClaimedRun
    at_us: Micros
    reference: str | None


@value
class StepTried:
    """One try of an author's own step ended."""

    run: ClaimedRun
    step: str
    number: int
    outcome: str
    """``done`` or ``failed``."""
    reason: str | None
    at_us: Micros
    took_us: int
    span: str | None = None
    """Its span id, on which hangs what it did."""


@value
class ThreadAwaited:
    """A plain function of a step had to wait for a thread."""

    flow: str
    waited_us: int
    size: int
    """Threads for steps in this process (``step_threads``)."""
    share: int
    """So many of them one flow may have."""


@value
class CallTried:
    """One try of a call ended."""

    connection: str
    operation: str
    """Method and the shape of the path: never a value in it."""
    run_id: str | None
    number: int
    status: int | None
    outcome: FailureKind | str
    took_us: int
    system: str = ""
    """The connector's name."""
    at_us: Micros = 0
    reason: str | None = None
    retry_after_us: int | None = None
    """For how long the provider asked to be left alone."""
    run: ClaimedRun | None = None
    """None: a call outside any run."""
    reference: str | None = None
    span: str | None = None
    """The span id that the call carried in its ``traceparent``, where the trace is sampled."""
    base_url: str = ""
    """Where the connection goes; the operation is below it."""
    parent: str | None = None
    """The span of the author's step that it was made in, if it was."""


@value
class RunSettled:
    """One execution of a run ended: done, dead, held, or to go on later."""

    flow: str
    run_id: str
    event_id: str
    state: RunState
    reason: str | None
    took_us: int
    """From the event's recording, or a replayed run's own, to now."""
    kind: str | None = None
    """Of a dead run: the class of its failure."""
    due_us: Micros | None = None
    """Of a retry that is planned: when."""
    at_us: Micros = 0
    began_us: Micros = 0
    """When this execution began; 0: it did not, the run could not even be dispatched."""
    run: ClaimedRun | None = None
    reference: str | None = None


@value
class ClaimLost:
    """A run was taken from its worker while it was executed; what it did not store is dropped."""

    run_id: str
    epoch: int


@value
class DeadlinePassed:
    """The sweeper ended a run that had outlived its deadline: a dead letter."""

    run_id: str


@value
class RunsRescued:
    """Runs were taken from workers that have fallen silent."""

    count: int


@value
class LostClaimsHeld:
    """A run is held: too many of its executions in a row ended with their process."""

    run_id: str
    flow: str
    reason: str


@value
class ConnectionMoved:
    """A connection's guard changed: breaker opened or closed, credential refused or accepted."""

    connection: str
    state: str
    """``paused``, ``unhealthy``, ``open``, ``probing`` or ``closed``."""
    reason: str


# --- the store, people and the process itself ---------------------------------------------------


@value
class Committed:
    """A batch of commands is on disk."""

    commands: int
    took_us: int


@value
class StoreTrouble:
    """The store could not commit; what was accepted is safe, new work is refused meanwhile."""

    reason: str


@value
class StoreAtRisk:
    """A setting of the store's server under which what was acknowledged can be lost."""

    reason: str


@value
class ReplayMoved:
    """A replay stored runs, or came to its end."""

    replay_id: str
    state: str
    admitted: int
    """Runs stored by this bite."""


@value
class DecisionMade:
    """A person decided something, and it is on disk."""

    action: str
    subject: str
    actor: str
    reason: str


@value
class AlertMoved:
    """An alert of the hub's own began to fire, or ended."""

    kind: str
    subject: str
    owner: str
    state: str
    reason: str


@value
class PassFailed:
    """A background pass raised; it is tried again, with growing pauses."""

    name: str
    error: str


@value
class LoopBlocked:
    """The loop of this process has stood still; told while it does, by something beside it."""

    words: str
    flow: str | None
    run_id: str | None


@value
class ProcessMoved:
    """This process is ready, or stops."""

    state: Literal["ready", "stopping"]
    about: str


Fact = (
    Received | ScheduleFired
    | RunStarted | StepTried | CallTried | RunSettled | ClaimLost | DeadlinePassed | RunsRescued
    | LostClaimsHeld | ConnectionMoved | StoreAtRisk
    | Committed | StoreTrouble | ReplayMoved | DecisionMade | AlertMoved | PassFailed | ProcessMoved
    | LoopBlocked | ThreadAwaited
)  # fmt: skip
