"""Flow: what an author declared, as data: sources, contracts, flows and the hub around them."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from tieline.model.calls.policy import Drift
from tieline.model.calls.rate import Rate
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.schedule import Schedule
from tieline.model.hub.tenant_rule import (
    EachTenant,
    PathTenant,
    SecretTenant,
    TenantRule,
    labelled,
)
from tieline.model.hub.tenants import NO_TENANTS, TenantsSpec
from tieline.model.inbound.body import DEFAULT_BODY_LIMITS, MOST_DEPTH, BodyLimits
from tieline.model.inbound.signature import WebhookScheme
from tieline.model.runs.run import HeadPolicy

LIVE_PRIORITY = 5
REPLAY_PRIORITY = 9
CONCURRENCY = 256
FIRED = "schedule.fired"
"""The event type of every schedule."""


@dataclass(frozen=True, slots=True)
class PayloadMemory:
    """How a typed payload is remembered that would be another one if it were made again."""

    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]
    """Raises ValueError where the contract has changed since."""


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
    memory: PayloadMemory | None = None
    """Of a contract that fills fields by ``default_factory``: its values are made once a run."""
    label: str = field(init=False)
    """``name@version``, as stored with events."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", f"{self.name}@{self.version}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where events come from. Each kind of source is a class of its own; what the engine, the
    checks and the pages have to know of any source, they ask of it here."""

    name: str
    """One name stands for one source in the whole hub."""
    kind: ClassVar[str]
    """What people call it: ``webhook``."""
    is_heard: ClassVar[bool] = False
    """Whether others decide when something comes: it is counted, and its silence is told."""
    agreed: ClassVar[str] = "settings"
    """What flows that share it must say alike."""
    remedy: ClassVar[str] = "say the same in both"
    """What to do about flows that do not."""

    @property
    def expect_every(self) -> timedelta | None:
        """A longer silence raises the alarm; None: the hub learns what is usual."""
        return None

    @property
    def unverified(self) -> bool:
        """Whether anybody may send to it."""
        return False

    @property
    def place(self) -> str:
        """The path to which others deliver; empty: the hub fetches by itself."""
        return ""

    @property
    def about(self) -> str:
        """What it is, in a sentence for people."""
        return f"A {self.kind}."

    @property
    def proof(self) -> str:
        """How it is known that what comes is from there, in words."""
        return ""

    @property
    def whose(self) -> str:
        """How it is known on whose behalf something came, in words; empty: on nobody's."""
        return ""

    @property
    def pace(self) -> str:
        """How much of it is taken in, in words; empty: all."""
        return ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The vault's names of what must never be shown."""
        return ()

    def mistakes(self) -> Iterator[str]:
        """What is wrong with how it was declared."""
        yield from ()


@dataclass(frozen=True, slots=True)
class WebhookSource(Source):
    """Deliveries at ``/in/<name>``, verified by *scheme*."""

    kind: ClassVar[str] = "webhook"
    is_heard: ClassVar[bool] = True
    agreed: ClassVar[str] = "unverified, max_… limits, expect_every, tenant or rate"
    scheme: WebhookScheme
    signing: str
    """The vault's name of the secrets."""
    unverified: bool = False
    limits: BodyLimits = DEFAULT_BODY_LIMITS
    expect_every: timedelta | None = None
    tenant: TenantRule | None = None
    """Where a delivery says whose it is; None: all of them are on nobody's behalf."""
    rate: Rate | None = None
    """Authentic deliveries that one process takes in; those beyond are told when to come back."""

    @property
    def place(self) -> str:
        return f"/in/{self.name}/<tenant>" if self.tenant == PathTenant() else f"/in/{self.name}"

    @property
    def about(self) -> str:
        return f"Where deliveries come in at {self.place}."

    @property
    def proof(self) -> str:
        if self.unverified:
            return "not verified: anybody may send to this source"
        return "signature over the raw bytes"

    @property
    def whose(self) -> str:
        return "" if self.tenant is None else f"said by {self.tenant.about}"

    @property
    def pace(self) -> str:
        if self.rate is None:
            return ""
        return f"{self.rate.count} in {self.rate.per}, {self.rate.burst} at once, by each process"

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.signing, f"{self.signing}-verify")

    def mistakes(self) -> Iterator[str]:
        if not self.scheme.schemes and not self.unverified:
            yield (
                f"webhooks of {self.name!r} are not signed; choose a signed source, "
                "or say unverified=True to accept what anybody sends"
            )
        yield from _mistaken_limits(self.name, self.limits)
        yield from _mistaken_charset(self.name, self.scheme.charset)
        if self.expect_every is not None and self.expect_every.total_seconds() <= 0:
            yield f"expect_every of {self.name!r} is {self.expect_every}; use a time above zero"


def _mistaken_limits(name: str, limits: BodyLimits) -> Iterator[str]:
    if limits.bytes < 1:
        yield f"max_body_bytes of {name!r} is {limits.bytes}; use 1 or more"
    if limits.keys < 1:
        yield f"max_keys of {name!r} is {limits.keys}; use 1 or more"
    if not 1 <= limits.depth <= MOST_DEPTH:
        yield f"max_depth of {name!r} is {limits.depth}; use 1 to {MOST_DEPTH}"


def _mistaken_charset(name: str, charset: str) -> Iterator[str]:
    try:
        "".encode(charset)
    except LookupError:
        yield (
            f"charset of the webhooks of {name!r} is {charset!r}, which nobody knows; "
            'use one such as "utf-8" or "windows-1252"'
        )


@dataclass(frozen=True, slots=True)
class ScheduleSource(Source):
    """Firings of a clock."""

    kind: ClassVar[str] = "schedule"
    agreed: ClassVar[str] = "times, missed policies or tenants"
    remedy: ClassVar[str] = "give one of them another name="
    schedule: Schedule
    each: EachTenant | None = None
    """For whom it fires; None: once, on nobody's behalf."""

    @property
    def about(self) -> str:
        if self.each is None:
            return "A schedule."
        return f"A schedule that fires for each of {', '.join(self.each.names) or 'all tenants'}."


@dataclass(frozen=True, slots=True)
class TopicSource(Source):
    """Events that flows emit."""

    kind: ClassVar[str] = "topic"
    name: str = "topic"


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """A flow as declared."""

    name: str
    function: Callable[..., Awaitable[None]]
    call: Callable[[Any, Any], Awaitable[None]]
    """The function, given a payload and a run."""
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
    awaits: frozenset[str] = frozenset()
    """Texts beside a ``wait_for`` in the function: the types of event that it may wait for."""
    emits: frozenset[str] = frozenset()
    """The types of event that stand as texts in its ``emit``, and are not ``optional=True``."""
    starts: bool = False
    """Whether the function says ``start``: it may wait for the end of a run."""


@dataclass(frozen=True, slots=True)
class HubSpec:
    """Everything a hub declares, checked and frozen; docs, checks and the engine read the same."""

    name: str
    flows: Mapping[str, FlowSpec]
    connections: Mapping[str, ConnectionSpec]
    tenants: TenantsSpec = NO_TENANTS
    code: str = ""
    """Digest of the files that it was loaded from; empty: it was made elsewhere."""
    left_out: tuple[str, ...] = ()
    """Files beside the hub's that declare flows on it and were not imported."""

    def sources(self) -> dict[str, Source]:
        """Every source that a flow listens to, by name."""
        return {flow.source.name: flow.source for flow in self.flows.values()}

    def heard(self) -> dict[str, Source]:
        """Those where others decide when something comes."""
        return {name: source for name, source in self.sources().items() if source.is_heard}

    def secrets_of(self, door: WebhookSource) -> tuple[str, ...]:
        """The vault's names of what can vouch for a delivery, also of tenants in the code."""
        if not isinstance(door.tenant, SecretTenant | PathTenant):
            return (door.signing,)
        return (door.signing, *(labelled(door.signing, name) for name in self.tenants.names))

    def webhooks(self) -> dict[str, WebhookSource]:
        """Those that have a door of their own."""
        return {n: s for n, s in self.sources().items() if isinstance(s, WebhookSource)}
