"""Hub: connections and flows are declared on it; checked, they become one frozen HubSpec."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tieline.authoring.check import mistakes_in
from tieline.authoring.checked import checked
from tieline.authoring.connection import Connection
from tieline.authoring.contract import Contract, spec_of
from tieline.authoring.declaration import (
    FlowDeclaration,
    FlowDeclarer,
    awaited_by,
    emitted_by,
    says_start,
    uses_of,
)
from tieline.authoring.environment import Environment, placed
from tieline.authoring.flow_arguments import with_run
from tieline.authoring.source import NOWHERE, SourceDeclaration
from tieline.authoring.tenant_check import mistakes_of_tenants
from tieline.model.base.errors import DeclarationError, ScheduleError, SettingsError
from tieline.model.base.ids import TenantId
from tieline.model.calls.call import Egress, Timeouts
from tieline.model.calls.policy import Drift
from tieline.model.calls.rate import Rate
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.hub.connection import ConnectionSpec, Connector
from tieline.model.hub.flow import (
    CONCURRENCY,
    FIRED,
    LIVE_PRIORITY,
    FlowSpec,
    HubSpec,
    ScheduleSource,
    TopicSource,
)
from tieline.model.hub.schedule import MissedPolicy, Schedule
from tieline.model.hub.tenant_rule import EachTenant
from tieline.model.hub.tenants import NO_TENANTS, TenantBudget, TenantsSpec
from tieline.model.inbound.signature import EventShape, TokenScheme, WebhookScheme
from tieline.model.runs.run import HeadPolicy
from tieline.rules.runs.schedule import check

UNKNOWN = Connector(
    "unknown",
    "https://unknown.invalid",
    webhook=WebhookScheme("unknown", (TokenScheme("authorization"),), EventShape(), ""),
)
"""Stands where there should be a connector and is none: one mistake is told, not five."""


class Hub:
    """Where an author declares connections and flows. Nothing registers itself anywhere else."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._connections: list[Connection] = []
        self._decorators: list[FlowDeclarer] = []
        self._tenants: list[TenantsSpec] = []

    @checked(name="unnamed", connector=UNKNOWN)
    def connect(  # noqa: PLR0913 - each is one well-known dial of a connection
        self,
        name: str,
        connector: Connector,
        *,
        credential: str | None = None,
        signing: str | None = None,
        base_url: str | None = None,
        timeout: timedelta | None = None,
        retry: RetryPolicy | None = None,
        rate: Rate | None = None,
        at_once: int | None = None,
        allow: tuple[str, ...] = (),
        max_answer_bytes: int = 1024 * 1024,
        confirm_after: timedelta | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Connection:
        """Connect an account at a system.

        ``credential`` and ``signing`` are names in the vault (``signing`` defaults to
        ``<name>-signing``); ``timeout`` bounds a whole call; ``allow`` lists internal addresses
        this connection may reach (host, host:port, IP or CIDR); ``confirm_after`` is how long after
        an unknown outcome a ``confirm=`` looks at the earliest; ``headers`` go out with every call,
        such as an API version or the account that is meant, and never a secret.
        """
        known = connector.timeouts
        timeouts = known
        if timeout is not None:
            timeouts = Timeouts(connect=min(known.connect, timeout), total=timeout)
        connection = Connection(
            ConnectionSpec(
                name=name,
                connector=connector,
                base_url=(base_url or connector.base_url).rstrip("/"),
                credential=credential,
                signing=signing or f"{name}-signing",
                timeouts=timeouts,
                retry=retry or connector.retry,
                rate=rate or connector.rate,
                at_once=connector.at_once if at_once is None else at_once,
                egress=Egress(allow),
                max_answer_bytes=max_answer_bytes,
                confirm_after=connector.confirm_after if confirm_after is None else confirm_after,
                headers=tuple((name.lower(), text) for name, text in (headers or {}).items()),
            )
        )
        self._connections.append(connection)
        return connection

    @checked(cron="@daily")
    def schedule(
        self,
        cron: str,
        *,
        zone: str = "UTC",
        missed: MissedPolicy = MissedPolicy.RUN_ONCE,
        name: str | None = None,
        each: EachTenant | Sequence[str] | None = None,
    ) -> SourceDeclaration:
        """Firings by the clock: five cron fields or ``@daily`` and the like, in time zone *zone*.

        A firing that was due while nobody ran is noticed: it runs once, or is skipped, as
        *missed* says. The name defaults to ``schedule:<cron> <zone>``. With *each* it fires once
        for each tenant: ``Tenant.every()``, or their names.
        """
        label = f"schedule:{name or f'{cron} {zone}'}"
        schedule = Schedule(cron, zone, missed)
        try:
            check(schedule)
        except ScheduleError as error:
            return SourceDeclaration(None, FIRED, mistakes=(str(error),))
        if each is not None and not isinstance(each, EachTenant):
            if not each:
                mistake = f"each of {label!r} is {each!r}; use Tenant.every() or a list of names"
                return SourceDeclaration(None, FIRED, mistakes=(mistake,))
            each = EachTenant(tuple(each))
        return SourceDeclaration(ScheduleSource(label, schedule, each), FIRED)

    def tenants(
        self,
        *names: str,
        rate: Rate | None = None,
        at_once: int | None = None,
        queue: int | None = None,
    ) -> None:
        """Declare on whose behalf this hub works: shops, customers, subsidiaries.

        Others become known by ``tieline tenants add``. ``rate``, ``at_once`` and ``queue`` are what
        each of them may take: deliveries, runs at the same time, runs that may wait.
        """
        known = tuple(TenantId(name) for name in names)
        self._tenants.append(TenantsSpec(known, TenantBudget(rate, at_once, queue)))

    @checked(type="*")
    def topic(
        self,
        type: str,  # noqa: A002 - the field's own word
        *,
        contract: type[Contract] | None = None,
    ) -> SourceDeclaration:
        """Events of *type* that flows emit with ``run.emit``."""
        return SourceDeclaration(TopicSource(), type, contract)

    @checked(on=NOWHERE)
    def flow(  # noqa: PLR0913 - each is one well-known dial of a flow
        self,
        *,
        on: SourceDeclaration,
        name: str | None = None,
        ordered_by: str | None = None,
        on_dead_head: HeadPolicy = HeadPolicy.BLOCK,
        owner: str = "",
        priority: int = LIVE_PRIORITY,
        concurrency: int = CONCURRENCY,
        deadline: timedelta | None = None,
        time_limit: timedelta = timedelta(minutes=10),
        retry: RetryPolicy | None = None,
        drift: Drift = Drift.HOLD,
    ) -> FlowDeclarer:
        """Declare the decorated async function as a flow.

        ``ordered_by`` names a field of the contract: runs with the same value go one at a time,
        in order; ``on_dead_head`` says whether a dead one blocks those behind it. ``deadline``
        ends a run that is older, ``time_limit`` one execution of the function. ``concurrency``
        counts runs at once in each process, so a fleet may run that many times its workers.
        """

        decorator = FlowDeclarer(
            {
                "name": name,
                "on": on,
                "ordered_by": ordered_by,
                "on_dead_head": on_dead_head,
                "owner": owner,
                "priority": priority,
                "concurrency": concurrency,
                "deadline": deadline,
                "time_limit": time_limit,
                "retry": retry or RetryPolicy(),
                "drift": drift,
            }
        )
        self._decorators.append(decorator)
        return decorator

    def place(self, name: str, place: Environment) -> None:
        """Let the place where this hub runs say otherwise of connection *name*.

        Raises SettingsError for a connection that the hub does not have.
        """
        connection = next((c for c in self._connections if c.name == name), None)
        if connection is None:
            known = ", ".join(c.name for c in self._connections) or "none"
            raise SettingsError("connections", name, f"the hub has {known}")
        connection.spec = placed(connection.spec, place)

    def spec(self) -> HubSpec:
        """Check every declaration. Raises DeclarationError, which names all mistakes at once."""
        flows = [flow for decorator in self._decorators for flow in decorator.flows]
        mistakes = [
            *mistakes_in(self.name, self._connections, self._decorators),
            *mistakes_of_tenants(self._tenants, flows),
        ]
        if mistakes:
            raise DeclarationError(mistakes)
        contracts = {d.on.contract: spec_of(d.on.contract) for d in flows if d.on.contract}
        return HubSpec(
            name=self.name,
            flows={d.name: _flow_spec(d, contracts) for d in flows},
            connections={c.name: c.spec for c in self._connections},
            tenants=next(iter(self._tenants), NO_TENANTS),
        )


def _flow_spec(declared: FlowDeclaration, contracts: dict[Any, Any]) -> FlowSpec:
    source = declared.on.source
    if source is None:
        raise AssertionError("a flow without a source passed the check")
    return FlowSpec(
        name=declared.name,
        function=declared.function,
        call=with_run(declared.function),
        source=source,
        type=declared.on.event_type,
        contract=contracts.get(declared.on.contract),
        ordered_by=declared.ordered_by,
        on_dead_head=declared.on_dead_head,
        owner=declared.owner,
        priority=declared.priority,
        concurrency=declared.concurrency,
        deadline=declared.deadline,
        time_limit=declared.time_limit,
        retry=declared.retry,
        drift=declared.drift,
        uses=tuple(sorted(c.name for c in uses_of(declared.function))),
        doc=(declared.function.__doc__ or "").strip(),
        awaits=frozenset(awaited_by(declared.function)),
        emits=frozenset(emitted_by(declared.function)),
        starts=says_start(declared.function),
    )
