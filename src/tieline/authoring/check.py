"""Check: everything declared on a hub comes in; every mistake in it goes out, in words."""

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from tieline.authoring.connection import Connection
from tieline.authoring.contract import Contract
from tieline.authoring.contract_check import mistakes_of_contract
from tieline.authoring.declaration import FlowDeclaration, FlowDeclarer, uses_of
from tieline.authoring.flow_arguments import mistakes_of_parameters, payload_contract
from tieline.model.base.errors import ArgumentRefused, CallFailed
from tieline.model.base.wait_limit import LONGEST
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.flow import Source, TopicSource
from tieline.rules.outbound.egress import unreadable
from tieline.rules.outbound.own_headers import NOT_THEIRS, own_headers
from tieline.rules.outbound.target import parse_url
from tieline.rules.privacy.redact import redact_headers

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
NAME_RULE = (
    "use 1 to 64 lower-case letters, digits, '_', '-' or '.', beginning with a letter or digit"
)
TYPE = re.compile(r"\*|[^*]+\.\*|[^*]+")
HIGHEST_PRIORITY, LOWEST_PRIORITY = 0, 8
HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)
OUR_HEADERS = frozenset({*NOT_THEIRS, "connection", "content-type", "te", "upgrade"})
"""What a call has by itself, or what belongs to its body."""


def mistakes_in(
    hub: str, connections: Sequence[Connection], decorators: Sequence[FlowDeclarer]
) -> list[str]:
    """Every mistake, in the order of declaration; empty when the hub can run."""
    flows = [flow for decorator in decorators for flow in decorator.flows]
    known = {id(connection) for connection in connections}
    names = {connection.name for connection in connections}
    return [
        *_of_name("hub", hub),
        *_twice("connection", [c.name for c in connections]),
        *(text for c in connections for text in _of_connection(c)),
        *(text for d in decorators for text in _of_arguments(d)),
        *_twice("flow", [f.name for f in flows]),
        *(text for f in flows for text in _of_flow(f, known, names)),
        *_of_contracts([c for f in flows if (c := f.on.contract) is not None]),
        *_of_shared(flows),
    ]


def _of_name(kind: str, name: str) -> Iterator[str]:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield f"{kind} {name!r}: the name cannot be used; {NAME_RULE}"


def _twice(kind: str, names: Sequence[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{kind} {name!r} is declared {count} times; give each its own name"


def _of_connection(connection: Connection) -> Iterator[str]:
    spec = connection.spec
    yield from (f"connection {spec.name!r}: {text}" for text in connection.mistakes)
    yield from _of_name("connection", spec.name)
    if spec.base_url:
        yield from _of_base_url(spec)
    if spec.name == TopicSource().name:
        yield f"connection {spec.name!r}: the name is taken, by what flows emit; use another"
    if spec.credential == "":
        yield f"connection {spec.name!r}: credential is empty; name a secret, or leave it out"
    yield from _of_headers(spec)
    for entry in unreadable(spec.egress.allow):
        yield (
            f"connection {spec.name!r}: allow has {entry!r}; "
            "an entry is a host, host:port, IP address or CIDR network"
        )
    if spec.at_once < 1:
        yield f"connection {spec.name!r}: at_once is {spec.at_once}; use 1 or more"
    if spec.timeouts.total.total_seconds() <= 0:
        yield f"connection {spec.name!r}: timeout is {spec.timeouts.total}; use a time above zero"
    if spec.max_answer_bytes < 1:
        yield (
            f"connection {spec.name!r}: max_answer_bytes is {spec.max_answer_bytes}; use 1 or more"
        )


def _of_headers(spec: ConnectionSpec) -> Iterator[str]:
    known = spec.connector
    try:
        own_headers(
            dict(known.headers),
            auth=known.auth,
            has_credential=spec.credential is not None,
            idempotency_header=known.idempotency_header,
        )
    except ArgumentRefused as error:
        yield f"connection {spec.name!r}: its connector's {error}"
    yield from _of_own_headers(spec)


def _of_own_headers(spec: ConnectionSpec) -> Iterator[str]:
    """What is not a header, is not the author's, or would be a secret that everybody reads."""
    tracking = spec.connector.idempotency_header
    ours = {*OUR_HEADERS, *(() if tracking is None else (tracking.lower(),))}
    for name, text in spec.headers:
        what = f"connection {spec.name!r}: header {name!r}"
        if not HEADER_NAME.fullmatch(name):
            yield f"{what} is no name of a header; use letters, digits and '-'"
        elif name in ours:
            yield f"{what} is written by Tieline itself; leave it out"
        elif redact_headers(((name, text),)) != ((name, text),):
            yield f"{what} carries a secret; put it into the vault and name it by credential="
        elif not (isinstance(text, str) and text.isascii() and text.isprintable()):
            yield f"{what} is {text!r}; use a text of printable ASCII"


def _of_base_url(spec: ConnectionSpec) -> Iterator[str]:
    """What would let every call fail, or go elsewhere than its author meant."""
    parts = urlsplit(spec.base_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        yield (
            f"connection {spec.name!r}: base_url is {spec.base_url!r}; "
            "use an absolute http(s) URL such as https://api.acme.example"
        )
        return
    if "?" in spec.base_url or "#" in spec.base_url:
        yield (
            f"connection {spec.name!r}: base_url has a query or a '#', behind which no path can "
            "stand; end it before that, and give params= with each call"
        )
    try:
        parse_url(spec.base_url)
    except CallFailed as error:
        yield f"connection {spec.name!r}: base_url can never be called: {error}"


def _of_arguments(decorator: FlowDeclarer) -> Iterator[str]:
    for text in decorator.mistakes:
        yield f"flow {decorator.name or 'without a name'!r}: {text}"


def _of_flow(flow: FlowDeclaration, known: set[int], names: set[str]) -> Iterator[str]:
    parts = (
        _of_function(flow),
        _of_source(flow, names),
        _of_order(flow),
        _of_numbers(flow),
        _of_uses(flow, known, names),
    )
    yield from (f"flow {flow.name!r}: {text}" for part in parts for text in part)
    yield from _of_name("flow", flow.name)


def _of_function(flow: FlowDeclaration) -> Iterator[str]:
    if not inspect.iscoroutinefunction(inspect.unwrap(flow.function)):
        yield "its function is not `async def`"
    yield from mistakes_of_parameters(flow.function)
    expected = payload_contract(flow.function)
    if expected is not None and expected is not flow.on.contract:
        has = getattr(flow.on.contract, "__name__", "no contract")
        name = expected.__name__
        yield f"its payload is annotated {name}, but its source has {has}; write contract={name}"


def _of_uses(flow: FlowDeclaration, known: set[int], names: set[str]) -> Iterator[str]:
    for connection in uses_of(flow.function):
        if id(connection) not in known:
            yield (
                f"it calls connection {connection.name!r}, which this hub has not connected; "
                f"it has {_listed(names)}"
            )
        elif not connection.spec.base_url:
            yield f"it calls connection {connection.name!r}, which has no base_url; give it one"


def _of_source(flow: FlowDeclaration, names: set[str]) -> Iterator[str]:
    on = flow.on
    yield from on.mistakes
    if on.connection is not None and on.connection not in names:
        yield f"its source is connection {on.connection!r}, which is not one of {_listed(names)}"
    if on.connection is not None and on.source is None:
        yield f"connection {on.connection!r} has a connector that knows no webhooks"
    if not TYPE.fullmatch(on.event_type):
        yield f"its event type is {on.event_type!r}; use '*', 'prefix.*' or an exact type"
    if on.source is not None:
        yield from on.source.mistakes()


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
    if flow.deadline is not None and flow.deadline > LONGEST:
        yield f"deadline is {flow.deadline.days:,} days; use ten years at most"


def _of_contracts(contracts: Sequence[type[Contract]]) -> Iterator[str]:
    by_label: dict[tuple[str, int], type[Contract]] = {}
    for contract in dict.fromkeys(contracts):
        yield from mistakes_of_contract(contract)
        label = (contract.contract_name, contract.contract_version)
        first = by_label.setdefault(label, contract)
        if first is not contract:
            yield (
                f"contract {label[0]!r} version {label[1]} is declared by both "
                f"{first.__name__} and {contract.__name__}; raise the version of one"
            )


def _of_shared(flows: Sequence[FlowDeclaration]) -> Iterator[str]:
    """Flows may share a source, but one name cannot stand for two."""
    known: dict[str, tuple[str, Source]] = {}
    for flow in flows:
        source = flow.on.source
        if source is None:
            continue
        first, agreed = known.setdefault(source.name, (flow.name, source))
        if agreed != source:
            yield (
                f"flows {first!r} and {flow.name!r} both listen to {source.name!r}, but with "
                f"different {source.agreed}; {source.remedy}"
            )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
