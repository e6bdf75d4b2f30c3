"""What a hub declares, as people ask for it: flows and connections, and how their work stands."""

from dataclasses import dataclass

from tieline.model.views.rows import ConnectionCalls, FlowCount, PauseRow
from tieline.model.views.views import Question


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A flow: as declared, and how its work stands."""

    name: str
    declared: bool | None
    """None: the hub was not there to say."""
    source: str | None
    type: str | None
    owner: str | None
    doc: str | None
    ordered_by: str | None
    uses: tuple[str, ...]
    paused: PauseRow | None
    count: FlowCount
    concurrency: int | None = None
    """Runs of it at once, in each process; None: it is not declared here."""


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """A connection: as declared, and how its latest calls went."""

    name: str
    declared: bool | None
    connector: str | None
    base_url: str | None
    credential: str | None
    used_by: tuple[str, ...]
    paused: PauseRow | None
    calls: ConnectionCalls | None
    waiting: int = 0
    """Runs that wait for it, counted up to 1,000."""
    shut: str | None = None
    """Why it takes no calls now, to be said behind its name; None: nothing is known against it."""
    health: str = "not called yet"
    """In a word: ``paused``, ``circuit open``, ``credential rejected``, ``not called yet``,
    ``failing``, ``slow``, ``unsteady`` or ``healthy``."""
    attempts: int = 0
    """Of the last hour, over all processes."""
    failures: int = 0
    throttled: int = 0
    p50_us: int | None = None
    p95_us: int | None = None
    usual_us: int | None = None
    """How long half of its attempts took at most, where it is slow now."""
    breaker: str = "closed"
    allowance: int | None = None
    """Calls in flight at most, over all processes, as things are."""
    at_once: int | None = None
    """The same as declared."""
    rate: str | None = None
    """How many calls may be made in which time, as declared."""
    rate_use: float | None = None
    """The share of it that was used in the last five minutes, over all processes."""


@dataclass(frozen=True, slots=True)
class AskFlows(Question[tuple[FlowLine, ...]]):
    """The flows that the hub declares, and how their work stands."""


@dataclass(frozen=True, slots=True)
class AskConnections(Question[tuple[ConnectionLine, ...]]):
    """The connections that the hub declares, and how their calls went."""
