"""Admit: a vouched-for delivery comes in; its events, each with the runs it causes, go out."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.ids import NO_TENANT, UNNAMED, Micros, ReceiptId, ReplayId, TenantId
from tieline.model.base.reason_text import storable
from tieline.model.base.value import value
from tieline.model.commands import Admission
from tieline.model.hub.flow import ContractSpec, FlowSpec, HubSpec
from tieline.model.inbound.event import Event, Mention
from tieline.model.inbound.receipt import UNREADABLE, Verdict
from tieline.model.runs.run import NewRun
from tieline.model.runs.waits import Waits, waits_for_event
from tieline.pipeline.deliveries import DeliveryReader
from tieline.pipeline.hooks import AfterAdmit
from tieline.pipeline.occurrences import LONGEST_NAME
from tieline.pipeline.occurrences import Occurrence as Occurrence
from tieline.ports.ids import Ids
from tieline.ports.tenants import EVERYBODY, TenantBook
from tieline.rules.formats.trace import begun
from tieline.rules.inbound.batch import numbered, untaken
from tieline.rules.inbound.routing import flows_for
from tieline.rules.inbound.tenant import NOBODYS, unknown_tenant
from tieline.rules.privacy.hidden_key import forms_asked, hidden_key
from tieline.rules.privacy.sensitive import values_of, without
from tieline.rules.runs.event_waits import event_keys

LONGEST_LANE = 256


@value
class RunStart:
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
    starts: tuple[RunStart, ...]
    verdict: Verdict
    reason: str | None
    tenant: TenantId = NO_TENANT
    """Whose the delivery is; of several the first that is not known, else the first."""


@value
class EventOrigin:
    """Where an event comes from, for its envelope."""

    tenant: TenantId
    source: str
    recorded_us: Micros
    correlation: str
    traceparent: str | None = None
    receipt_id: ReceiptId | None = None
    cause: str | None = None


Match = tuple[FlowSpec, Any]
"""A flow that takes an event, and the payload in the flow's own form."""


class Admitter:
    """Turns occurrences into events and runs, by the hub's declarations."""

    def __init__(  # noqa: PLR0913 - each is one thing that admission knows
        self,
        hub: HubSpec,
        ids: Ids,
        *,
        dedupe_us: int,
        traced: float = 0.0,
        after: Sequence[AfterAdmit] = (),
        tenants: TenantBook = EVERYBODY,
    ) -> None:
        """*traced* is the share of events that begin a trace and are traced in full (0 to 1).

        *after* are the hooks of features (``pipeline/hooks.py``); *tenants* is who is known.
        """
        self.traced = traced
        self._after = tuple(after)
        self._flows = tuple(hub.flows.values())
        self._tenants = tenants
        self._awaited = frozenset(event_keys(self._flows))
        self._ids = ids
        self._dedupe_us = dedupe_us
        self._routes: dict[tuple[str, str], tuple[FlowSpec, ...]] = {}
        self.deliveries = DeliveryReader(hub, tenants)

    def deliver(self, found: Sequence[Occurrence], origin: EventOrigin) -> Admitted:
        """The events of a delivery that was read."""
        admitted = self.admit(found, origin)
        return self._going_on(admitted) if self._after else admitted

    def unread(self, found: Occurrence, fault: PayloadRejected, origin: EventOrigin) -> Admitted:
        """An authentic delivery that nobody could read: kept aside whole, until somebody can."""
        event = self._envelope(found, origin, None)
        expires_us = origin.recorded_us + self._dedupe_us
        reason = f"{UNREADABLE}: {fault.fault}: {fault.detail}"
        admission = Admission(event, expires_us=expires_us, digest=found.digest)
        return Admitted((admission,), (), Verdict.QUARANTINED, reason, event.tenant)

    def _going_on(self, admitted: Admitted) -> Admitted:
        """What features let go on."""
        left: Sequence[Admission] = admitted.admissions
        for hook in self._after:
            left = hook(left)
        runs = {run.id for admission in left for run in admission.runs}
        starts = tuple([start for start in admitted.starts if start.run.id in runs])
        verdict = admitted.verdict
        if verdict is Verdict.ACCEPTED and not starts:
            verdict = Verdict.UNMATCHED
        return Admitted(tuple(left), starts, verdict, admitted.reason, admitted.tenant)

    def admit(self, found: Sequence[Occurrence], origin: EventOrigin) -> Admitted:
        """Give each occurrence its envelope, its runs and its business names."""
        admissions: list[Admission] = []
        starts: list[RunStart] = []
        faults: list[str] = []
        strangers: dict[str, TenantId] = {}
        for number, occurrence in enumerate(found, 1):
            payload, before = occurrence.payload, len(faults)
            matches: list[Match] = []
            if occurrence.stranger is None:
                flows = self._flows_for(origin.source, occurrence.type)
                matches = self._matches(flows, payload, faults)
            else:
                strangers[occurrence.stranger] = occurrence.tenant or origin.tenant
            if len(faults) > before:
                faults[before] = numbered(faults[before], number, len(found))
            event = self._envelope(occurrence, origin, _label(matches))
            own = [
                RunStart(self._run(flow, event, typed), flow, event, payload, typed)
                for flow, typed in matches
            ]
            runs = tuple([start.run for start in own])
            expires_us = origin.recorded_us + self._dedupe_us
            named = _mentions(event, matches)
            wakes = _wakes(event.type, named) if event.type in self._awaited else ()
            told = (occurrence.digest, occurrence.by_body)
            admissions.append(Admission(event, runs, named, expires_us, wakes, *told))
            starts += own
        concluded = _concluded(admissions, faults, strangers, origin.tenant)
        return Admitted(tuple(admissions), tuple(starts), *concluded)

    def flow(self, name: str | None) -> FlowSpec | None:
        """The flow of this name, if it is declared."""
        return next((flow for flow in self._flows if flow.name == name), None)

    def runs_again(
        self, event: Event, payload: Any, *, flow: str | None, replay: ReplayId | None
    ) -> tuple[list[RunStart], list[str]]:
        """The runs that *event* would cause today, for a replay; and why some would not start."""
        if event.tenant == UNNAMED:
            return [], [NOBODYS]
        if not self._tenants.knows(event.tenant):
            return [], [unknown_tenant(event.tenant)]
        faults: list[str] = []
        routed = self._flows_for(event.source, event.type)
        flows = tuple(one for one in routed if flow is None or one.name == flow)
        starts = [
            RunStart(self._run(match, event, typed, replay), match, event, payload, typed)
            for match, typed in self._matches(flows, payload, faults)
        ]
        return starts, faults

    def _envelope(self, occurrence: Occurrence, origin: EventOrigin, contract: str | None) -> Event:
        event_id = self._ids.event()
        return Event(
            event_id,
            occurrence.tenant or origin.tenant,
            origin.source,
            occurrence.type,
            occurrence.identity,
            origin.recorded_us,
            origin.correlation,
            origin.traceparent or begun(event_id, self.traced),
            origin.receipt_id,
            origin.cause,
            contract,
            occurrence.data,
        )

    def _matches(self, flows: tuple[FlowSpec, ...], payload: Any, faults: list[str]) -> list[Match]:
        """Those of *flows* that take *payload*, with its typed form; what does not fit is noted."""
        typed: dict[str, Any] = {}
        matches: list[Match] = []
        for flow in flows:
            contract = flow.contract
            if contract is None:
                matches.append((flow, payload))
                continue
            label = contract.label
            if label not in typed:
                try:
                    typed[label] = contract.parse(payload)
                except Exception as error:  # noqa: BLE001 - validators are the author's code
                    why = without(_why(contract, error), values_of(payload, contract.sensitive))
                    faults.append(f"{label} for flow {flow.name}: {why}")
                    continue
            matches.append((flow, typed[label]))
        return matches

    def _flows_for(self, source: str, event_type: str) -> tuple[FlowSpec, ...]:
        route = (source, event_type)
        found = self._routes.get(route)
        if found is None:
            found = flows_for(self._flows, source=source, event_type=event_type)
            if len(self._routes) < 10_000:  # types come from outside: no growth without bound
                self._routes[route] = found
        return found

    def _run(
        self, flow: FlowSpec, event: Event, typed: Any, replay: ReplayId | None = None
    ) -> NewRun:
        deadline = None
        if flow.deadline is not None:
            deadline = event.recorded_us + int(flow.deadline.total_seconds() * 1e6)
        return NewRun(
            self._ids.run(),
            event.tenant,
            flow.name,
            event.id,
            flow.priority,
            None if flow.ordered_by is None else _lane(typed, flow),
            event.recorded_us,
            deadline,
            replay,
        )


def _lane(typed: Any, flow: FlowSpec) -> str | None:
    """The ordering key; a long or sensitive one by its hash, which orders just as well.

    None where the event has no value there: nothing is before or behind it.
    """
    field = flow.ordered_by or ""
    key = getattr(typed, field)
    if key is None:
        return None
    text = storable(str(key))
    is_shown = flow.contract is None or field not in flow.contract.sensitive
    if is_shown and len(text) <= LONGEST_LANE:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _label(matches: Sequence[Match]) -> str | None:
    """The contract that an event was held against: that of the first flow that has one."""
    for flow, _ in matches:
        if flow.contract is not None:
            return flow.contract.label
    return None


def _why(contract: ContractSpec, error: Exception) -> str:
    """The faults of a payload; of a validator that broke only the kind: it may quote values."""
    if isinstance(error, ValueError):
        return contract.explain(error)
    return f"its validator raised {type(error).__name__}"


def _mentions(event: Event, matches: Sequence[Match]) -> tuple[Mention, ...]:
    """The business names in the payload, by the contracts' keys."""
    seen: dict[tuple[str, str], Mention] = {}
    for flow, typed in matches:
        contract = flow.contract
        for field, kind in () if contract is None else contract.keys:
            value = getattr(typed, field)
            if value is not None and (kind, name := storable(str(value))) not in seen:
                is_hidden = contract is not None and field in contract.sensitive
                key = hidden_key(name) if is_hidden else name[:LONGEST_NAME]
                seen[kind, name] = Mention(kind, key, event.id, "", event.recorded_us)
    return tuple(seen.values())


def _wakes(type_: str, named: Sequence[Mention]) -> tuple[Waits, ...]:
    """Under which names runs may wait for an event; a run whose own payload calls the key sensitive
    waits for its hash."""
    keys = dict.fromkeys(form for mention in named for form in forms_asked(mention.key))
    return tuple([waits_for_event(type_, key) for key in keys])


def _concluded(
    admissions: Sequence[Admission],
    faults: Sequence[str],
    strangers: Mapping[str, TenantId],
    tenant: TenantId,
) -> tuple[Verdict, str | None, TenantId]:
    """What becomes of a delivery with these events; *tenant* is whose it is without any."""
    if strangers and not faults:
        return Verdict.UNMATCHED, "; ".join(strangers), next(iter(strangers.values()))
    taken = [bool(admission.runs) for admission in admissions]
    verdict = _verdict(any(taken), bool(faults))
    reason = "; ".join([*faults, *strangers]) or None
    if len(taken) > 1 and verdict is Verdict.ACCEPTED:
        reason = untaken(taken)
    return verdict, reason, admissions[0].event.tenant if admissions else tenant


def _verdict(has_runs: bool, has_faults: bool) -> Verdict:  # noqa: FBT001 - a table of two facts
    if has_faults:
        return Verdict.QUARANTINED
    return Verdict.ACCEPTED if has_runs else Verdict.UNMATCHED
