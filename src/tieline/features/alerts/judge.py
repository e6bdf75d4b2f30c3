"""Alert judge: the store and the connections are looked at; whoever must know is told, once.

Any number of processes may judge: the store takes one judgement a turn, and only whoever stored it
tells people. What was told is stored as well, so a restart neither forgets an alert nor repeats
it; only a process that dies between telling and storing that it told makes it heard twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import orjson

from tieline.model.base.errors import CallFailed
from tieline.model.base.ids import Micros
from tieline.model.calls.call import Egress, HttpRequest
from tieline.model.hub.flow import FlowSpec, HubSpec, Source
from tieline.model.people.alert import AlertRow, AlertState, KeepAlerts, KnownAlerts, unwritten
from tieline.model.runs.facts import AlertMoved, PassFailed
from tieline.model.views.gauges import GuardGauges
from tieline.model.views.rows import ConnectionStateRow, WorkerRow
from tieline.model.views.series import ListSources, Point, ReadSums, SourceRow
from tieline.model.views.views import (
    InspectStore,
    ListConnectionStates,
    ReadKnownAlerts,
    ReadSigns,
)
from tieline.model.views.work_lists import CountWaiting
from tieline.operations.call_times import SPAN_US, slow_connections
from tieline.operations.fleet_signs import fleet_signs, parts_missing
from tieline.ports.clock import Clock
from tieline.ports.http import HttpClient
from tieline.ports.journal import Journal
from tieline.ports.observer import Observer
from tieline.ports.views import Views
from tieline.rules.fleet.blocked import RECENT_US
from tieline.rules.formats.id_time import made_us
from tieline.rules.inbound.cadence import longest_pause_us
from tieline.rules.watch.alerts import (
    MINUTE_US,
    AlertLimits,
    AllSigns,
    BlockedSign,
    ConnectionSign,
    FlowSign,
    Judgement,
    SourceSign,
    judged,
    messages,
    refused_only,
    told_reason,
    wrong_now,
)
from tieline.rules.watch.fleet import FleetProblem, problems
from tieline.rules.watch.notify import memory_of, notes_of, reached, to_try, tried

EVERY_S = 20.0
INSPECT_US = 10 * MINUTE_US
"""Tries of so long count for the error ratio."""

LIMITS = AlertLimits()


@dataclass(frozen=True, slots=True)
class AlertJudgeParts:
    """What the alarm works with."""

    hub: HubSpec
    journal: Journal
    views: Views
    http: HttpClient
    clock: Clock
    observer: Observer
    guards: Callable[[Micros], Iterable[GuardGauges]]
    """How the connections stand in this process, for what the store does not know yet."""
    disk_free: Callable[[], float | None]
    limits: AlertLimits = LIMITS
    has_parts: bool = False
    """Whether tables of the store have parts that have to be made."""
    webhook: str | None = None
    clean: Callable[[str], str] = str
    """Takes secrets out of a text."""
    unwritten: Callable[[], str | None] = lambda: None
    """Why this process could not write to the store last; None: it could."""
    firing: Callable[[dict[str, int]], None] | None = None
    """Told how many alerts of each kind fire."""
    slowness: Callable[[dict[str, float]], None] | None = None
    """Told of slow connections, how many times as long as usual their calls take."""


class AlertJudge:
    """Judges, and tells."""

    def __init__(self, parts: AlertJudgeParts) -> None:
        self._parts = parts
        self._began_us = parts.clock.now_us()
        self._inspect_us = 0
        self._short: tuple[FleetProblem, ...] = ()
        self._has_told_unwritten = False

    async def pass_(self) -> float:
        """One judgement."""
        parts = self._parts
        now_us = parts.clock.now_us()
        await self._tell_unwritten(now_us)
        wrong = wrong_now(await self._look(now_us), parts.limits)
        book = await parts.views.read(ReadKnownAlerts())
        judgement = judged(book.rows, wrong, now_us)
        notes = notes_of(book.memory)
        now_told = to_try(judgement.to_tell, notes, now_us)
        owners = {row.owner for row in now_told}
        if judgement.changed or judgement.forgotten or owners:
            rows = tuple(self._cleaned(row) for row in judgement.changed)
            notes = tried(notes, owners, now_us)
            command = KeepAlerts(book.turn, memory_of(notes), rows, judgement.forgotten)
            if not (await parts.journal.commit(command)).count:
                return EVERY_S  # another process was faster, and tells
            book = replace(book, turn=book.turn + 1, memory=command.memory)
        self._tell_log(judgement.moved)
        await self._tell_people(now_told, book, now_us)
        self._count(book, judgement)
        return EVERY_S

    async def _tell_unwritten(self, now_us: Micros) -> None:
        """That the store cannot be written is told once, from memory."""
        trouble = self._parts.unwritten()
        if trouble is None or self._has_told_unwritten:
            self._has_told_unwritten = trouble is not None
            return
        self._has_told_unwritten = True
        row = unwritten(trouble, now_us)
        self._tell_log((row,))
        if self._parts.webhook is not None:
            for _, text in messages(self._parts.hub.name, (row,)):
                await self._post(self._parts.webhook, text)

    def _cleaned(self, row: AlertRow) -> AlertRow:
        return replace(row, reason=self._parts.clean(row.reason))

    def _count(self, book: KnownAlerts, judgement: Judgement) -> None:
        if self._parts.firing is None:
            return
        rows = {row.key: row for row in (*book.rows, *judgement.changed)}
        kinds = [row.kind for row in rows.values() if row.state == AlertState.FIRING]
        self._parts.firing({kind: kinds.count(kind) for kind in kinds})

    # --- telling --------------------------------------------------------------------------------

    def _tell_log(self, moved: Iterable[AlertRow]) -> None:
        for row in moved:
            said = self._parts.clean(told_reason(row))
            fact = AlertMoved(row.kind, row.subject, row.owner, row.state, said)
            self._parts.observer.saw(fact)

    async def _tell_people(
        self, rows: tuple[AlertRow, ...], book: KnownAlerts, now_us: Micros
    ) -> None:
        """Tell each owner; without an address the log is all there is."""
        parts, told = self._parts, set()
        for owner, text in messages(parts.hub.name, rows):
            if parts.webhook is None or await self._post(parts.webhook, text):
                told.add(owner)
        if not told:
            return
        memory = memory_of(reached(notes_of(book.memory), told))
        kept = tuple(replace(row, told_us=now_us) for row in rows if row.owner in told)
        cleaned = tuple(self._cleaned(row) for row in kept)
        await parts.journal.commit(KeepAlerts(book.turn, memory, cleaned))

    async def _post(self, webhook: str, text: str) -> bool:
        """Whether the message arrived."""
        parts = self._parts
        body = orjson.dumps({"text": parts.clean(text)})
        try:
            answer = await parts.http.send(_request(webhook, body))
        except CallFailed as failed:
            said = parts.clean(f"the alert webhook could not be reached: {failed.detail}")
            parts.observer.saw(PassFailed("alerts", said))
            return False
        if answer.status >= 300:
            said = f"the alert webhook answered {answer.status}"
            parts.observer.saw(PassFailed("alerts", said))
            return False
        return True

    # --- looking --------------------------------------------------------------------------------

    async def _look(self, now_us: Micros) -> AllSigns:
        parts = self._parts
        signs = await parts.views.read(ReadSigns(now_us - SPAN_US))
        sums = await parts.views.read(ReadSums("connection", now_us - SPAN_US, now_us))
        heard = await parts.views.read(ListSources(now_us))
        dead = dict(signs.dead)
        ages = {age.flow: now_us - made_us(age.run_id) for age in signs.ages}
        hub = parts.hub
        flows = tuple(
            FlowSign(name, _owner(hub, name), dead.get(name, 0), ages.get(name))
            for name in sorted({*hub.flows, *dead, *ages})
        )
        standings = await parts.views.read(ListConnectionStates())
        states = {guard.connection: guard.state for guard in parts.guards(now_us)}
        states |= {row.connection: _state(row) for row in standings}
        waiting = dict(await parts.views.read(CountWaiting()))
        slow = await slow_connections(parts.views, sums, now_us)
        if parts.slowness is not None:
            parts.slowness({name: times.factor for name, times in slow.items()})
        connections = tuple(
            replace(
                _connection_sign(hub, name, sums[name].counts if name in sums else {}, states),
                waiting=waiting.get(name, 0),
                slow=slow.get(name),
            )
            for name in hub.connections
        )
        ages_of = dict.fromkeys(ages, 1)
        came = await parts.views.read(ReadSums("source", now_us - SPAN_US, now_us))
        fleet = await fleet_signs(parts.views, now_us, ages_of, hub)
        return AllSigns(
            flows=flows,
            connections=connections,
            sources=self._sources(heard, came, now_us),
            disk_free_share=parts.disk_free(),
            fleet=(*problems(fleet), *await self._of_parts()),
            blocked=tuple(_blocked_signs(hub, fleet.workers, now_us)),
        )

    async def _of_parts(self) -> tuple[FleetProblem, ...]:
        """Looked at rarely: a part is made days before it is needed."""
        now_us = self._parts.clock.monotonic_us()
        if self._parts.has_parts and now_us >= self._inspect_us:
            self._inspect_us = now_us + INSPECT_US
            self._short = parts_missing(await self._parts.views.read(InspectStore()))
        return self._short

    def _sources(
        self, heard: Iterable[SourceRow], came: Mapping[str, Point], now_us: Micros
    ) -> tuple[SourceSign, ...]:
        rows = {row.name: row for row in heard}
        return tuple(
            replace(
                self._source_sign(source, rows.get(name), now_us),
                refused=refused_only(came[name].counts) if name in came else 0,
            )
            for name, source in self._parts.hub.heard().items()
        )

    def _source_sign(self, source: Source, row: SourceRow | None, now_us: Micros) -> SourceSign:
        """A source that never delivered is quiet since this process began to look."""
        last_us = self._began_us if row is None else row.last_us
        rhythm_us = longest_pause_us(row, source.expect_every)
        flows = self._parts.hub.flows.values()
        owner = _owners(flow for flow in flows if flow.source.name == source.name)
        is_declared = source.expect_every is not None
        return SourceSign(source.name, owner, now_us - last_us, rhythm_us, is_declared)


def _connection_sign(
    hub: HubSpec, name: str, counts: Mapping[str, int], states: Mapping[str, str]
) -> ConnectionSign:
    tries = sum(counts.values())
    failures = tries - counts.get("done", 0)
    owner = _owners(flow for flow in hub.flows.values() if name in flow.uses)
    state, credential = states.get(name, "closed"), hub.connections[name].credential
    return ConnectionSign(name, owner, tries, failures, state, credential=credential)


def _blocked_signs(
    hub: HubSpec, workers: Iterable[WorkerRow], now_us: Micros
) -> Iterator[BlockedSign]:
    """The latest of each flow."""
    told: set[str] = set()
    for worker in workers:
        if worker.blocked is None or now_us - (worker.blocked_us or 0) > RECENT_US:
            continue
        flow = worker.blocked_flow
        subject = f"worker:{worker.id}" if flow is None else f"flow:{flow}"
        if subject not in told:
            told.add(subject)
            owner = "" if flow is None else _owner(hub, flow)
            yield BlockedSign(subject, owner, f"{worker.blocked} ({worker.about})")


def _state(row: ConnectionStateRow) -> str:
    """How all workers stand with a connection, in the words of one guard."""
    return "unhealthy" if row.refusals else row.breaker


def _owner(hub: HubSpec, flow: str) -> str:
    spec = hub.flows.get(flow)
    return "" if spec is None else spec.owner


def _owners(flows: Iterable[FlowSpec]) -> str:
    """Everybody whose flows are concerned."""
    return ", ".join(sorted({flow.owner for flow in flows if flow.owner}))


def _request(address: str, body: bytes) -> HttpRequest:
    """A POST to the very place that the operator named, which may be inside the network."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    return HttpRequest(
        "POST",
        address,
        (("content-type", "application/json"), ("user-agent", "tieline/0.1")),
        body,
        egress=Egress((f"[{host}]:{port}" if ":" in host else f"{host}:{port}",)),
    )
