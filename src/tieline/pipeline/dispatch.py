"""Dispatch: a claimed run comes in; its flow and the argument of its function go out."""

from typing import Any

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.value import value
from tieline.model.hub.flow import FlowSpec, HubSpec
from tieline.model.runs.run import ClaimedRun, Dead
from tieline.ports.sealer import is_sealed
from tieline.rules.formats.json_limits import ADMITTED, parse
from tieline.rules.privacy.hidden_key import hidden_key
from tieline.rules.privacy.sensitive import values_of, without
from tieline.rules.runs.ending import dead_of, words

LONGEST_REFERENCE = 128


@value
class Dispatched:
    """A run with what it needs to be executed."""

    claimed: ClaimedRun
    flow: FlowSpec
    payload: Any
    typed: Any


def dispatch(hub: HubSpec, claimed: ClaimedRun) -> Dispatched | Dead:
    """Find the flow and read the payload again; Dead where either is no longer there."""
    flow = hub.flows.get(claimed.flow)
    if flow is None:
        return Dead("flow-gone", f"this hub has no flow {claimed.flow!r}; declare it, then retry")
    data = claimed.event.data if claimed.event.data is not None else claimed.body
    if data is None:
        return Dead("payload-purged", "the payload of the event has been purged by retention")
    if is_sealed(data):
        return Dead("payload-sealed", "the payload is sealed and the vault lacks its key 'sealing'")
    try:
        payload = parse(data, ADMITTED)
        typed = payload if flow.contract is None else flow.contract.parse(payload)
    except PayloadRejected as error:
        return Dead("payload-unreadable", str(error))
    except ValueError as error:
        why = str(error) if flow.contract is None else flow.contract.explain(error)
        why = without(why, sensitive_in(flow, payload))
        return Dead("contract", f"the payload no longer fits {_label(flow)}: {why}")
    except Exception as error:  # noqa: BLE001 - an author's own validator may raise anything
        reason = f"{_label(flow)} could not judge the payload: {words(error)}"
        dead = dead_of("contract-failed", reason, error)
        values = sensitive_in(flow, payload)
        return Dead(dead.kind, without(dead.reason, values), without(dead.evidence, values))
    return Dispatched(claimed, flow, payload, typed)


def sensitive_in(flow: FlowSpec, payload: Any) -> tuple[str, ...]:
    """The values of *payload* that its contract calls sensitive."""
    return () if flow.contract is None else values_of(payload, flow.contract.sensitive)


def reference_of(flow: FlowSpec, typed: Any) -> str | None:
    """The first business name in a payload, such as ``order:84219``, for people's searches."""
    contract = flow.contract
    if contract is None or not contract.keys:
        return None
    field, kind = contract.keys[0]
    key = getattr(typed, field, None)
    if key is None:
        return None
    shown = hidden_key(str(key)) if field in contract.sensitive else key
    return f"{kind}:{shown}"[:LONGEST_REFERENCE]


def _label(flow: FlowSpec) -> str:
    return "its flow" if flow.contract is None else flow.contract.label
