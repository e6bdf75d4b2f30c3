"""Facts: what happened, as data; observers turn them into logs, metrics and traces."""

from tieline.model.call import FailureKind
from tieline.model.receipt import Verdict
from tieline.model.run import RunState
from tieline.model.value import value


@value
class Received:
    """A delivery was answered."""

    source: str
    verdict: Verdict
    status: int
    reason: str | None
    event_id: str | None
    took_us: int


@value
class CallTried:
    """One try of a call ended."""

    connection: str
    operation: str
    run_id: str | None
    number: int
    status: int | None
    outcome: FailureKind | str
    took_us: int


@value
class RunSettled:
    """One execution of a run ended."""

    flow: str
    run_id: str
    event_id: str
    state: RunState
    reason: str | None
    took_us: int
    """From the event's recording to now."""


@value
class ClaimLost:
    """A run was taken from its worker while it was executed; what it did not store is dropped."""

    run_id: str
    epoch: int


@value
class ConnectionMoved:
    """A connection's guard changed: breaker opened or closed, credential refused or accepted."""

    connection: str
    state: str
    reason: str


@value
class StoreTrouble:
    """The store could not commit; what was accepted is safe, new work is refused meanwhile."""

    reason: str


@value
class PassFailed:
    """A background pass raised; it is tried again, with growing pauses."""

    name: str
    error: str


Fact = Received | CallTried | RunSettled | ClaimLost | ConnectionMoved | StoreTrouble | PassFailed
