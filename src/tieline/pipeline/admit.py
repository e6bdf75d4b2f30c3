"""Admit: a vouched-for delivery comes in; its events, each with the runs it causes, go out."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Protocol

import orjson

from tieline.model.call import Headers
from tieline.model.commands import Admission
from tieline.model.event import Event, Mention
from tieline.model.flow import ContractSpec, FlowSpec, HubSpec, WebhookSource
from tieline.model.ids import Micros, ReceiptId, ReplayId, Tenant
from tieline.model.receipt import Verdict
from tieline.model.run import NewRun
from tieline.model.signature import BodyForm, EventFacts
from tieline.model.value import value
from tieline.ports.ids import Ids
from tieline.rules.delivery_body import read_body
from tieline.rules.event_shape import read, split
from tieline.rules.routing import flows_for

UNKNOWN_TYPE = "unknown"
LONGEST_LANE = 256
LONGEST_NAME = 255


class Body(Protocol):
    """The body of a delivery: as it came, and the very same object again unless it was decoded."""

    @property
    def raw(self) -> bytes: ...

    @property
    def decoded(self) -> bytes: ...


@value
class Start:
    """What the fast path hands over in memory for a run that is claimed at once."""

    run: NewRun
    flow: FlowSpec
    event: Event
    payload: Any
    typed: Any


@value
class Admitted:
    """What a delivery, a firing or an emitted fact comes to."""

    admissions: tuple[Admission, ...]
    starts: tuple[Start, ...]
    verdict: Verdict
    reason: str | None


@value
class Origin:
    """Where an event comes from, for its envelope."""

    tenant: Tenant
    source: str
    recorded_us: Micros
    correlation: str
    traceparent: str | None = None
    receipt_id: ReceiptId | None = None
    cause: str | None = None


@value
class Occurrence:
    """One event before it has an envelope."""

    type: str
    identity: str
    payload: Any
    data: bytes | None
    """The payload as JSON; None when the receipt's body is exactly that."""


class Admitter:
    """Turns occurrences into events and runs, by the hub's declarations."""

    def __init__(self, hub: HubSpec, ids: Ids, *, dedupe_us: int) -> None:
        self._flows = tuple(hub.flows.values())
        self._ids = ids
        self._dedupe_us = dedupe_us
        self._routes: dict[tuple[str, str], tuple[FlowSpec, ...]] = {}

    def deliver(
        self, door: WebhookSource, body: Body, headers: Headers, origin: Origin
    ) -> Admitted:
        """The events of a delivery. Raises PayloadRejected for a body that cannot be read."""
        return self.admit(occurrences(door, body, headers), origin)

    def admit(self, found: Sequence[Occurrence], origin: Origin) -> Admitted:
        """Give each occurrence its envelope, its runs and its business names."""
        admissions: list[Admission] = []
        starts: list[Start] = []
        faults: list[str] = []
        for occurrence in found:
            event = self._envelope(occurrence, origin)
            own, fault = self._starts(event, occurrence.payload)
            contract = next((s.flow.contract.label for s in own if s.flow.contract), None)
            event = event if contract is None else event._replace(contract=contract)
            admissions.append(
                Admission(
                    event=event,
                    runs=tuple(start.run for start in own),
                    mentions=_mentions(event, own),
                    expires_us=origin.recorded_us + self._dedupe_us,
                )
            )
            starts.extend(own)
            faults.extend(fault)
        verdict = _verdict(bool(starts), bool(faults))
        return Admitted(tuple(admissions), tuple(starts), verdict, "; ".join(faults) or None)

    def runs_again(
        self, event: Event, payload: Any, *, flow: str | None, replay: ReplayId | None
    ) -> tuple[list[Start], list[str]]:
        """The runs that *event* would cause today, for a replay; and why some would not start."""
        starts, faults = self._starts(event, payload, replay=replay)
        return [s for s in starts if flow is None or s.flow.name == flow], faults

    def _envelope(self, occurrence: Occurrence, origin: Origin) -> Event:
        return Event(
            self._ids.event(),
            origin.tenant,
            origin.source,
            occurrence.type,
            occurrence.identity,
            origin.recorded_us,
            origin.correlation,
            origin.traceparent,
            origin.receipt_id,
            origin.cause,
            None,
            occurrence.data,
        )

    def _starts(
        self, event: Event, payload: Any, *, replay: ReplayId | None = None
    ) -> tuple[list[Start], list[str]]:
        typed: dict[str, Any] = {}
        starts, faults = [], []
        for flow in self._flows_for(event.source, event.type):
            value = payload
            if flow.contract is not None:
                try:
                    value = typed.get(flow.contract.label) or flow.contract.parse(payload)
                except Exception as error:  # noqa: BLE001 - validators are the author's code
                    why = _why(flow.contract, error)
                    faults.append(f"{flow.contract.label} for flow {flow.name}: {why}")
                    continue
                except Exception as error:  # noqa: BLE001 - an author's own validator
                    why = f"its own code raised {type(error).__name__}"
                    faults.append(f"{flow.contract.label} for flow {flow.name}: {why}")
                    continue
                typed[flow.contract.label] = value
            starts.append(Start(self._run(flow, event, value, replay), flow, event, payload, value))
        return starts, faults

    def _flows_for(self, source: str, event_type: str) -> tuple[FlowSpec, ...]:
        route = (source, event_type)
        found = self._routes.get(route)
        if found is None:
            found = flows_for(self._flows, source=source, event_type=event_type)
            if len(self._routes) < 10_000:  # types come from outside: no growth without bound
                self._routes[route] = found
        return found

    def _run(self, flow: FlowSpec, event: Event, value: Any, replay: ReplayId | None) -> NewRun:
        deadline = None
        if flow.deadline is not None:
            deadline = event.recorded_us + int(flow.deadline.total_seconds() * 1e6)
        return NewRun(
            self._ids.run(),
            event.tenant,
            flow.name,
            event.id,
            flow.priority,
            _lane(flow, value),
            event.recorded_us,
            deadline,
            replay,
        )


def occurrences(door: WebhookSource, body: Body, headers: Headers) -> list[Occurrence]:
    """What a delivery says happened. Raises PayloadRejected for a body that cannot be read."""
    scheme = door.scheme
    document = read_body(scheme.body, body.decoded)
    stored_as_it_is = scheme.body is BodyForm.JSON and body.raw is body.decoded
    found = []
    for index, part in enumerate(split(scheme.shape, document)):
        facts = read(scheme.shape, headers, part)
        data = None if stored_as_it_is and facts.data is document else to_json(facts.data)
        identity = _identity(facts, body.decoded, index)
        found.append(Occurrence(_type(facts), identity, facts.data, data))
    return found


def _type(facts: EventFacts) -> str:
    """What the provider calls it; ``unknown`` for a name that nobody could write in a flow."""
    name = facts.type
    return name if name and len(name) <= LONGEST_NAME and name.isprintable() else UNKNOWN_TYPE


def to_json(document: object) -> bytes:
    """*document* as JSON bytes. Raises TypeError when it is none."""
    try:
        return orjson.dumps(document)
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(document, separators=(",", ":")).encode()


def _identity(facts: EventFacts, body: bytes, index: int) -> str:
    """The provider's event id; a hash of the body where it gives none."""
    if facts.id and len(facts.id) <= LONGEST_NAME and facts.id.isprintable():
        return facts.id
    digest = hashlib.sha256(body).hexdigest()
    return f"sha256:{digest}" if index == 0 else f"sha256:{digest}:{index}"


def _why(contract: ContractSpec, error: Exception) -> str:
    """The faults of a payload; of a validator that broke only the kind, since it may quote values."""
    if isinstance(error, ValueError):
        return contract.explain(error)
    return f"its validator raised {type(error).__name__}"


def _lane(flow: FlowSpec, value: Any) -> str | None:
    if flow.ordered_by is None:
        return None
    text = str(getattr(value, flow.ordered_by))
    if len(text) <= LONGEST_LANE:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _mentions(event: Event, starts: Sequence[Start]) -> tuple[Mention, ...]:
    """The business names in the payload, by the contracts' keys."""
    seen: dict[tuple[str, str], Mention] = {}
    for start in starts:
        if start.flow.contract is None:
            continue
        for field, kind in start.flow.contract.keys:
            value = getattr(start.typed, field)
            if value is not None and (kind, str(value)) not in seen:
                key = str(value)[:255]
                seen[kind, key] = Mention(kind, key, event.id, "", event.recorded_us)
    return tuple(seen.values())


def _verdict(has_runs: bool, has_faults: bool) -> Verdict:  # noqa: FBT001 - a table of two facts
    if has_faults:
        return Verdict.QUARANTINED
    return Verdict.ACCEPTED if has_runs else Verdict.UNMATCHED
