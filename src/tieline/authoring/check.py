"""Check: everything declared on a hub comes in; every mistake in it goes out, in words."""

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from tieline.authoring.connection import Connection
from tieline.authoring.contract import Contract
from tieline.authoring.declaration import FlowDeclaration, demanded_by, parameters_of, uses_of
from tieline.authoring.source import SourceDeclaration
from tieline.model.base.errors import CallFailed
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.flow import Source, TopicSource
from tieline.rules.outbound.target import parse_url
from tieline.rules.privacy.redact import redact_headers

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
NAME_RULE = (
    "use 1 to 64 lower-case letters, digits, '_', '-' or '.', beginning with a letter or digit"
)
TYPE = re.compile(r"\*|[^*]+\.\*|[^*]+")
HIGHEST_PRIORITY, LOWEST_PRIORITY = 0, 8
HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)
OUR_HEADERS = frozenset(
    {"connection", "content-length", "content-type", "host", "te", "traceparent",
     "transfer-encoding", "upgrade", "x-correlation-id"}
)  # fmt: skip
"""What a call has by itself, or what belongs to its body."""


def mistakes_in(
    hub: str, connections: Sequence[Connection], flows: Sequence[FlowDeclaration]
) -> list[str]:
    """Every mistake, in the order of declaration; empty when the hub can run."""
    known = {id(connection) for connection in connections}
    names = {connection.name for connection in connections}
    listening = [f for f in flows if isinstance(f.on, SourceDeclaration)]
    return [
        *_of_name("hub", hub),
        *_twice("connection", [c.name for c in connections]),
        *(text for c in connections for text in _of_connection(c)),
        *_twice("flow", [f.name for f in flows]),
        *(text for f in flows for text in _of_flow(f, known, names)),
        *_of_contracts([c for f in listening if (c := contract_of(f)) is not None]),
        *_of_shared(listening),
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
    yield from _of_headers(spec)
    if spec.base_url:
        yield from _of_base_url(spec)
    if spec.name == TopicSource().name:
        yield f"connection {spec.name!r}: the name is taken, by what flows emit; use another"
    if spec.credential == "":
        yield f"connection {spec.name!r}: credential is empty; name a secret, or leave it out"
    if spec.at_once < 1:
        yield f"connection {spec.name!r}: at_once is {spec.at_once}; use 1 or more"
    if spec.timeouts.total.total_seconds() <= 0:
        yield f"connection {spec.name!r}: timeout is {spec.timeouts.total}; use a time above zero"
    if spec.max_answer_bytes < 1:
        yield (
            f"connection {spec.name!r}: max_answer_bytes is {spec.max_answer_bytes}; use 1 or more"
        )


def _of_headers(spec: ConnectionSpec) -> Iterator[str]:
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


def contract_of(flow: FlowDeclaration) -> type[Contract] | None:
    """The contract of *flow*, if it is one."""
    contract = flow.on.contract
    is_one = isinstance(contract, type) and issubclass(contract, Contract)
    return contract if is_one else None


def _of_flow(flow: FlowDeclaration, known: set[int], names: set[str]) -> Iterator[str]:
    parts = [_of_function(flow), _of_numbers(flow), _of_uses(flow, known, names)]
    if isinstance(flow.on, SourceDeclaration):
        parts[1:1] = [_of_source(flow, names), _of_order(flow)]
    else:
        parts.insert(1, iter([f"on is {flow.on!r}; use a source such as connection.webhook(…)"]))
    yield from (f"flow {flow.name!r}: {text}" for part in parts for text in part)
    yield from _of_name("flow", flow.name)


def _of_function(flow: FlowDeclaration) -> Iterator[str]:
    if not inspect.iscoroutinefunction(inspect.unwrap(flow.function)):
        yield "its function is not `async def`"
    count = len(parameters_of(flow.function))
    if count not in {1, 2}:
        yield f"its function takes {count} parameters; it is given a payload and, if wanted, a run"
    for name in demanded_by(flow.function):
        yield f"its function demands the keyword {name!r}, which nobody gives it"


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
    if on.problem is not None:
        yield on.problem
    if on.connection is not None and on.connection not in names:
        yield f"its source is connection {on.connection!r}, which is not one of {_listed(names)}"
    if on.connection is not None and on.source is None:
        yield f"connection {on.connection!r} has a connector that knows no webhooks"
    if not TYPE.fullmatch(on.event_type):
        yield f"its event type is {on.event_type!r}; use '*', 'prefix.*' or an exact type"
    if on.source is not None:
        yield from on.source.mistakes()
    if on.contract is not None and contract_of(flow) is None:
        shown = getattr(on.contract, "__name__", repr(on.contract))
        yield f"its contract {shown} is not a Contract"


def _of_order(flow: FlowDeclaration) -> Iterator[str]:
    field, contract = flow.ordered_by, contract_of(flow)
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
