"""Testing: a hub's flows run in a plain test; calls are answered by the test or really sent.

    async with tieline.testing.plain(hub, answers={"books": books_answers}) as run:
        await post_invoice(InvoicePaid(...), run)
    assert run.emitted == [("invoice.posted", {"invoice_id": "in_1"})]

No engine, no store, no memory: every step executes, in the order in which the flow asks for it.
"""

import inspect
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from tieline.adapters.http.client import PooledHttpClient
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.vault.fixed import FixedVault
from tieline.authoring.hub import Hub
from tieline.model.base.errors import CallRefused, Hold, RunFailed, SettingsError, WaitTimeout
from tieline.model.base.ids import NO_TENANT, EventId, TenantId
from tieline.model.base.json_text import json_text, json_value
from tieline.model.calls.call import Call, Egress, HttpAnswer
from tieline.model.calls.outcome import ProviderRefused, Succeeded, Verdict
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.flow import ContractSpec, FlowSpec, HubSpec, TopicSource
from tieline.model.inbound.event import Event
from tieline.model.runs.let_through import LetThrough
from tieline.pipeline.answered import told_inside
from tieline.pipeline.call import Calls
from tieline.pipeline.steps.direct_call import DirectCaller
from tieline.ports.awaited import AWAITED, Awaited
from tieline.ports.caller import CURRENT, Caller
from tieline.ports.run import StartedRun
from tieline.rules.declared.arguments import exact
from tieline.rules.inbound.routing import wants
from tieline.rules.outbound.outcome import classify, classify_inside
from tieline.rules.runs.effects import effect_of
from tieline.rules.runs.references import reference_text
from tieline.rules.runs.starting import startable
from tieline.rules.runs.topics import check_emitted, is_heard, said_unheard

Answers = Callable[[Call], HttpAnswer | Awaitable[HttpAnswer]]
"""Answers one connection's calls; anything but a 2xx is raised as the engine would raise it."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMESPACE = UUID("6f1b6a52-5d6c-4d0e-9a3e-0d6c2f6d9b11")


def answer(status: int = 200, json: object = None, **headers: str) -> HttpAnswer:
    """An answer for use in tests: ``answer(201, {"id": "e_1"}, location="/entries/e_1")``."""
    given = tuple((name.replace("_", "-").lower(), value) for name, value in headers.items())
    body = b"" if json is None else json_text(json)
    return HttpAnswer(status, (("content-type", "application/json"), *given), body)


@dataclass(slots=True)
class PlainRun:
    """A run without an engine (``tieline.Run``): steps are executed, nothing is remembered."""

    id: str
    event: Event
    payload: Any
    at: datetime
    calls: list[tuple[str, Call]] = field(default_factory=list)
    """Every call made, with its connection's name."""
    steps: list[str] = field(default_factory=list)
    emitted: list[tuple[str, object]] = field(default_factory=list)
    slept: list[timedelta] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """What the flow wrote down for those who run the hub."""
    said: list[str] = field(default_factory=list)
    """What it said to whom it is about."""
    passes: Mapping[str, str] = field(default_factory=dict)
    """The holds that somebody let through: reason, and the words with which they did."""
    events: dict[tuple[str, str], list[object]] = field(default_factory=dict)
    """What ``wait_for`` finds, by type and key, one payload after the other; what is not there
    never comes."""
    waited: list[tuple[str, str]] = field(default_factory=list)
    """What was waited for, by type and key."""
    started: list[str] = field(default_factory=list)
    """The flows of which a run was started; none of them is executed."""
    failing: dict[str, str] = field(default_factory=dict)
    """Why runs of these flows end dead; the others are done."""
    flows: Mapping[str, FlowSpec] = field(default_factory=dict)
    listeners: Sequence[tuple[str, ContractSpec]] = ()
    """The types that flows of the hub listen to, with the contracts that they expect."""
    awaited: Awaited = field(default_factory=Awaited)
    """What the flow asked for; at the end of the block it has waited for all of it."""
    unheard: list[str] = field(default_factory=list)
    """What was emitted that no flow takes, and was not ``optional``."""
    _uuids: int = 0

    @exact
    def step(
        self, name: str, fn: Callable[..., Any], *args: Any, key: Any = None
    ) -> Coroutine[Any, Any, Any]:
        return self.awaited.note(self._step(name, fn, args, key), f"run.step({name!r})")

    async def _step(
        self, name: str, fn: Callable[..., Any], args: tuple[Any, ...], key: str | None
    ) -> Any:
        self.steps.append(name if key is None else f"{name} {key}")
        value = fn(*args)
        if inspect.isawaitable(value):
            value = await value
        return json_value(json_text(value))

    def hold(self, reason: object, *, key: object = None) -> Coroutine[Any, Any, LetThrough]:
        asked = Hold(reason, key=key)
        return self.awaited.note(self._hold(asked), f"run.hold({asked.reason!r})")

    async def _hold(self, asked: Hold) -> LetThrough:
        passed = self.let_through(asked.reason)
        if passed is None:
            raise asked
        return passed

    def let_through(self, reason: object, *, key: object = None) -> LetThrough | None:
        words = self.passes.get(Hold(reason).reason)
        return None if words is None else LetThrough("a test", self.at, words)

    @exact
    def sleep(
        self,
        duration: timedelta,
        *,
        key: Any = None,
    ) -> Coroutine[Any, Any, None]:
        return self.awaited.note(self._sleep(duration), "run.sleep")

    async def _sleep(self, duration: timedelta) -> None:
        self.slept.append(duration)
        self.at += duration

    @exact
    def wait_for(
        self,
        type: str,  # noqa: A002 - the field's own word
        *,
        key: object,
        within: timedelta | None = None,
    ) -> Coroutine[Any, Any, Any]:
        reference_text("wait_for: key", key)
        return self.awaited.note(self._wait_for(type, key, within), f"run.wait_for({type!r})")

    async def _wait_for(self, type: str, key: object, within: timedelta | None) -> Any:  # noqa: A002
        self.waited.append((type, str(key)))
        left = self.events.get((type, str(key)), [])
        if left:
            return json_value(json_text(left.pop(0)))
        if within is None:
            raise LookupError(f"the test gives no event {type!r} with key {str(key)!r}")
        self.at += within
        raise WaitTimeout(f"{type} with key {key}", within)

    @exact
    def start(
        self, flow: Callable[..., Any] | str, payload: object, *, key: Any = None
    ) -> Coroutine[Any, Any, StartedRun]:
        return self.awaited.note(self._start(flow, payload), "run.start")

    async def _start(self, flow: Callable[..., Any] | str, payload: object) -> StartedRun:
        name, type_ = startable(self.flows, flow)
        await self.emit(type_, payload)
        self.started.append(name)
        return PlainStartedRun(f"{self.id}-{len(self.started)}", name, self.failing.get(name))

    @exact
    def emit(
        self,
        type: str,  # noqa: A002 - the field's own word
        data: object,
        *,
        key: Any = None,
        optional: bool = False,
    ) -> Coroutine[Any, Any, None]:
        asked = self._emit(type, data, optional=optional)
        return self.awaited.note(asked, f"run.emit({type!r})")

    async def _emit(self, type: str, data: object, *, optional: bool) -> None:  # noqa: A002 - as above
        check_emitted(type)
        if not optional and not is_heard(self.flows.values(), type):
            self.unheard.append(type)
        document = json_value(json_text(data))
        for wanted, contract in self.listeners:
            if wants(wanted, type):
                _check_fit(type, document, contract)
        self.emitted.append((type, document))

    def log(self, words: object) -> None:
        self.lines.append(str(words))

    def say(self, words: str) -> None:
        self.said.append(words)

    def refer(self, **names: object) -> None:
        self.references.extend(
            (kind, reference_text(f"refer: {kind}", value)) for kind, value in names.items()
        )

    def now(self) -> datetime:
        return self.at

    def uuid(self) -> UUID:
        self._uuids += 1
        return uuid5(NAMESPACE, f"{self.id}:{self._uuids}")


@dataclass(frozen=True, slots=True)
class PlainStartedRun:
    """A run that a test does not execute."""

    id: str
    flow: str
    fails: str | None

    async def end(self) -> None:
        if self.fails is not None:
            raise RunFailed(self.id, self.flow, "dead", self.fails)


class _Answering:
    """Answers calls from the test's own functions; what it has no function for is really sent."""

    def __init__(self, run: PlainRun, answers: Mapping[str, Answers], outside: Caller) -> None:
        self._run = run
        self._answers = answers
        self._outside = outside

    async def call(self, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        self._run.calls.append((connection.name, call))
        function = self._answers.get(connection.name)
        if function is None:
            return await self._outside.call(connection, call)
        found = function(call)
        given = await found if inspect.isawaitable(found) else found
        verdict = _verdict(connection, call, given)
        if isinstance(verdict, Succeeded):
            return given
        reason = getattr(verdict, "reason", f"HTTP {given.status}")
        kind = getattr(verdict, "kind", None)
        if isinstance(verdict, ProviderRefused):
            raise CallRefused(verdict.kind, reason, given.status)
        raise ConnectionError(f"{connection.name}: {kind}: {reason}")


def _verdict(connection: ConnectionSpec, call: Call, given: HttpAnswer) -> Verdict:
    """What the engine would make of the answer, of its body too."""
    effect = effect_of(connection.connector, call)
    said = told_inside(connection.connector, call, given)
    if said is not None:
        return classify_inside(said, given, effect=effect, now_us=0)
    return classify(given, method=call.method, effect=effect, now_us=0)


class _Redirected:
    """Sends a connection's calls to another address, such as a simulated vendor's."""

    def __init__(self, inner: Caller, base_urls: Mapping[str, str]) -> None:
        self._inner = inner
        self._base_urls = base_urls

    async def call(self, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        base_url = self._base_urls.get(connection.name)
        if base_url is not None:
            egress = Egress((*connection.egress.allow, "127.0.0.1"))
            connection = replace(connection, base_url=base_url.rstrip("/"), egress=egress)
        return await self._inner.call(connection, call)


@asynccontextmanager
async def plain(  # noqa: PLR0913 - each keyword is one thing a test may set
    hub: Hub,
    *,
    answers: Mapping[str, Answers] | None = None,
    base_urls: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    payload: Any = None,
    at: datetime | None = None,
    passes: Mapping[str, str] | None = None,
    tenant: str = NO_TENANT,
) -> AsyncIterator[PlainRun]:
    """A run to hand to a flow function, and a caller for its connections while the block lasts.

    ``answers`` gives functions that answer a connection's calls; ``base_urls`` sends them to
    another address; ``secrets`` holds the vault's values by name; ``passes`` has the holds
    that somebody let through, by reason: any other raises Hold; ``tenant`` is on whose behalf it
    runs (``run.event.tenant``). Raises DeclarationError when the hub has mistakes, SettingsError
    for a connection that it does not have, and, at the end of the block, AssertionError for a
    call, step, sleep or event that was asked for and never awaited, or an event that nobody takes.
    """
    spec = hub.spec()
    must_have(spec, (*(answers or {}), *(base_urls or {})))
    ids, clock = SystemIds(), SystemClock()
    http = PooledHttpClient()
    calls = Calls(http, FixedVault(secrets or {}), clock, CountingObserver())
    outside = _Redirected(DirectCaller(calls, clock, ids), base_urls or {})
    started = at or EPOCH + timedelta(microseconds=clock.now_us())
    run = PlainRun(str(ids.run()), _event(ids.event(), TenantId(tenant)), payload, started)
    run.listeners, run.flows = _listeners(spec), spec.flows
    run.passes = passes or {}
    token = CURRENT.set(_Answering(run, answers or {}, outside))
    asked = AWAITED.set(run.awaited)
    try:
        yield run
        if forgotten := run.awaited.forgotten():
            raise AssertionError(f"never awaited: {'; '.join(forgotten)}")
        if run.unheard:
            raise AssertionError("; ".join(map(said_unheard, dict.fromkeys(run.unheard))))
    finally:
        run.awaited.drop()
        AWAITED.reset(asked)
        CURRENT.reset(token)
        await http.close()


def must_have(hub: HubSpec, connections: Iterable[str]) -> None:
    """Raises SettingsError for a name of none of the hub's connections."""
    for name in connections:
        if name not in hub.connections:
            known = ", ".join(sorted(hub.connections)) or "none"
            raise SettingsError("connection", name, f"the hub has {known}")


def _listeners(hub: HubSpec) -> list[tuple[str, ContractSpec]]:
    return [
        (flow.type, flow.contract)
        for flow in hub.flows.values()
        if isinstance(flow.source, TopicSource) and flow.contract is not None
    ]


def _check_fit(event_type: str, document: object, contract: ContractSpec) -> None:
    try:
        contract.parse(document)
    except ValueError as error:
        why = f"{contract.label}: {contract.explain(error)}"
        raise ValueError(f"emitted {event_type!r} does not fit {why}") from None


def _event(event_id: EventId, tenant: TenantId) -> Event:
    return Event(event_id, tenant, "test", "test", "test", 0, "test", None, None, None, None, None)
