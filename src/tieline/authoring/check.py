"""Check: everything declared on a hub comes in; every mistake in it goes out, in words."""

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from tieline.authoring.connection import Connection
from tieline.authoring.contract import Contract
from tieline.authoring.declaration import FlowDeclaration, parameters_of, uses_of
from tieline.model.flow import WebhookSource

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
NAME_RULE = (
    "use 1 to 64 lower-case letters, digits, '_', '-' or '.', beginning with a letter or digit"
)
HIGHEST_PRIORITY, LOWEST_PRIORITY = 0, 8


def mistakes_in(
    hub: str, connections: Sequence[Connection], flows: Sequence[FlowDeclaration]
) -> list[str]:
    """Every mistake, in the order of declaration; empty when the hub can run."""
    known = {id(connection) for connection in connections}
    names = {connection.name for connection in connections}
    return [
        *_of_name("hub", hub),
        *_twice("connection", [c.name for c in connections]),
        *(text for c in connections for text in _of_connection(c)),
        *_twice("flow", [f.name for f in flows]),
        *(text for f in flows for text in _of_flow(f, known, names)),
        *_of_contracts([f.on.contract for f in flows if f.on.contract]),
        *_of_doors(flows),
    ]


def _of_name(kind: str, name: str) -> Iterator[str]:
    if not NAME.fullmatch(name):
        yield f"{kind} {name!r}: the name cannot be used; {NAME_RULE}"


def _twice(kind: str, names: Sequence[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{kind} {name!r} is declared {count} times; give each its own name"


def _of_connection(connection: Connection) -> Iterator[str]:
    spec = connection.spec
    yield from _of_name("connection", spec.name)
    parts = urlsplit(spec.base_url)
    if spec.base_url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        yield (
            f"connection {spec.name!r}: base_url is {spec.base_url!r}; "
            "use an absolute http(s) URL such as https://api.acme.example"
        )
    if spec.at_once < 1:
        yield f"connection {spec.name!r}: at_once is {spec.at_once}; use 1 or more"


def _of_flow(flow: FlowDeclaration, known: set[int], names: set[str]) -> Iterator[str]:
    yield from (f"flow {flow.name!r}: {text}" for text in _of_function(flow))
    yield from (f"flow {flow.name!r}: {text}" for text in _of_source(flow, names))
    yield from (f"flow {flow.name!r}: {text}" for text in _of_order(flow))
    yield from (f"flow {flow.name!r}: {text}" for text in _of_numbers(flow))
    for connection in uses_of(flow.function):
        if id(connection) not in known:
            yield (
                f"flow {flow.name!r}: it calls connection {connection.name!r}, which this hub "
                f"has not connected; it has {_listed(names)}"
            )
    yield from _of_name("flow", flow.name)


def _of_function(flow: FlowDeclaration) -> Iterator[str]:
    if not inspect.iscoroutinefunction(inspect.unwrap(flow.function)):
        yield "its function is not `async def`"
    count = len(parameters_of(flow.function))
    if count not in {1, 2}:
        yield f"its function takes {count} parameters; it is given a payload and, if wanted, a run"


def _of_source(flow: FlowDeclaration, names: set[str]) -> Iterator[str]:
    on = flow.on
    if on.problem is not None:
        yield on.problem
    if on.connection is not None and on.connection not in names:
        yield f"its source is connection {on.connection!r}, which is not one of {_listed(names)}"
    if on.connection is not None and on.source is None:
        yield f"connection {on.connection!r} has a connector that knows no webhooks"
    if isinstance(on.source, WebhookSource):
        signs = bool(on.source.scheme.schemes)
        if not signs and not on.source.unverified:
            yield (
                f"webhooks of {on.connection!r} are not signed; choose a signed source, "
                "or say unverified=True to accept what anybody sends"
            )
    if isinstance(on.contract, type) and not issubclass(on.contract, Contract):
        yield f"its contract {on.contract.__name__} is not a Contract"


def _of_order(flow: FlowDeclaration) -> Iterator[str]:
    field, contract = flow.ordered_by, flow.on.contract
    if field is None:
        return
    if contract is None:
        yield f"ordered_by is {field!r}, but its source has no contract that could have that field"
    elif field not in contract.model_fields:
        fields = _listed(set(contract.model_fields))
        yield f"ordered_by is {field!r}, but contract {contract.contract_name!r} has {fields}"


def _of_numbers(flow: FlowDeclaration) -> Iterator[str]:
    if not HIGHEST_PRIORITY <= flow.priority <= LOWEST_PRIORITY:
        yield (
            f"priority is {flow.priority}; use {HIGHEST_PRIORITY} (first) "
            f"to {LOWEST_PRIORITY} (last)"
        )
    if flow.concurrency < 1:
        yield f"concurrency is {flow.concurrency}; use 1 or more"
    if flow.time_limit.total_seconds() <= 0:
        yield f"time_limit is {flow.time_limit}; use a time above zero"
    if flow.deadline is not None and flow.deadline.total_seconds() <= 0:
        yield f"deadline is {flow.deadline}; use a time above zero"


def _of_contracts(contracts: Sequence[type[Contract]]) -> Iterator[str]:
    by_label: dict[tuple[str, int], type[Contract]] = {}
    for contract in contracts:
        label = (contract.contract_name, contract.contract_version)
        first = by_label.setdefault(label, contract)
        if first is not contract:
            yield (
                f"contract {label[0]!r} version {label[1]} is declared by both "
                f"{first.__name__} and {contract.__name__}; raise the version of one"
            )


def _of_doors(flows: Sequence[FlowDeclaration]) -> Iterator[str]:
    """Flows may share a webhook source, but then they must agree on how it is guarded."""
    doors: dict[str, tuple[str, WebhookSource]] = {}
    for flow in flows:
        source = flow.on.source
        if not isinstance(source, WebhookSource):
            continue
        first, agreed = doors.setdefault(source.name, (flow.name, source))
        if agreed != source:
            yield (
                f"flows {first!r} and {flow.name!r} both listen to {source.name!r}, but with "
                "different unverified or max_body_bytes; say the same in both"
            )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
