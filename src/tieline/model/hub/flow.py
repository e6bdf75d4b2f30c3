"""Flow: what an author declared, as data: sources, contracts, flows and the hub around them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tieline.model.calls.policy import Drift
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.schedule import Schedule
from tieline.model.inbound.signature import WebhookScheme
from tieline.model.runs.run import HeadPolicy

LIVE_PRIORITY = 5
REPLAY_PRIORITY = 9
FIRED = "schedule.fired"
"""The event type of every schedule."""


@dataclass(frozen=True, slots=True)
class ContractSpec:
    """A versioned shape that payloads are held against."""

    name: str
    version: int
    parse: Callable[[object], Any]
    """Returns the author's typed object. Raises ValueError; ``explain`` puts it into words."""
    explain: Callable[[ValueError], str]
    """The faults, with their paths and without the values."""
    keys: tuple[tuple[str, str], ...]
    """(field, reference kind): business names in the payload that a story is found by."""
    fields: frozenset[str]
    sensitive: frozenset[str] = frozenset()
    label: str = field(init=False)
    """``name@version``, as stored with events."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", f"{self.name}@{self.version}")


@dataclass(frozen=True, slots=True)
class WebhookSource:
    """Deliveries at ``/in/<name>``, verified by *scheme*."""

    name: str
    scheme: WebhookScheme
    signing: str
    """The vault's name of the secrets."""
    unverified: bool = False
    max_body_bytes: int = 1024 * 1024
    expect_every: timedelta | None = None
    """A longer silence raises the alarm; None: the hub learns what is usual."""


@dataclass(frozen=True, slots=True)
class ScheduleSource:
    """Firings of a clock."""

    name: str
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class TopicSource:
    """Events that flows emit."""

    name: str = "topic"


Source = WebhookSource | ScheduleSource | TopicSource


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """A flow as declared."""

    name: str
    function: Callable[..., Awaitable[None]]
    takes_run: bool
    """Whether the function has a second parameter for the run."""
    source: Source
    type: str
    """Event type, ``*`` or ``prefix.*``."""
    contract: ContractSpec | None
    ordered_by: str | None
    on_dead_head: HeadPolicy
    owner: str
    priority: int
    concurrency: int
    """Runs of this flow at the same time, in one process."""
    deadline: timedelta | None
    """A run older than this is ended by the sweeper."""
    time_limit: timedelta
    """One execution of the function may take this long."""
    retry: RetryPolicy
    drift: Drift
    uses: tuple[str, ...]
    """Names of the connections that the function mentions."""
    doc: str = ""


@dataclass(frozen=True, slots=True)
class HubSpec:
    """Everything a hub declares, checked and frozen; docs, checks and the engine read the same."""

    name: str
    flows: Mapping[str, FlowSpec]
    connections: Mapping[str, ConnectionSpec]

    def webhooks(self) -> dict[str, WebhookSource]:
        """Every webhook source by name."""
        sources = (flow.source for flow in self.flows.values())
        return {s.name: s for s in sources if isinstance(s, WebhookSource)}
