"""Declaring: a hub and the settings that processes must share come in; their declaration goes out.

Equal declarations are equal texts in every process and on every machine: functions and classes
count by their names (what is in them counts with the digest of the hub's files), sets are sorted.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AnySet
from dataclasses import fields, is_dataclass
from datetime import timedelta
from enum import Enum

from tieline.model.fleet.declaration import Declaration
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.flow import HubSpec, ScheduleSource

FEW = 120
"""A longer text is told by its digest."""
Part = tuple[str, str]


def declaration_of(hub: HubSpec, shared: Mapping[str, object]) -> Declaration:
    """What a process goes by; *shared* are the settings that all processes must have alike."""
    parts = tuple(sorted(_parts(hub, shared)))
    told = text_of((hub.name, hub.code, parts))
    return Declaration(digest_of(told), hub.name, hub.code, parts)


def schedule_part(name: str) -> str:
    """What the part of a declaration is called that says when schedule *name* fires."""
    return f"source {name} schedule"


def digest_of(text: str) -> str:
    """16 hex digits."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _parts(hub: HubSpec, shared: Mapping[str, object]) -> Iterator[Part]:
    for name, value in shared.items():
        yield f"setting {name}", _shown(value)
    for connection in hub.connections.values():
        yield from _of_connection(connection)
    for name, flow in hub.flows.items():
        yield f"flow {name}", digest_of(text_of(flow))
    for name, source in hub.sources().items():
        yield f"source {name}", digest_of(text_of(source))
        if isinstance(source, ScheduleSource):
            yield schedule_part(name), _shown(source.schedule)
    if hub.tenants.names:
        yield "tenants", digest_of(text_of(hub.tenants))


def _of_connection(connection: ConnectionSpec) -> Iterator[Part]:
    for field in fields(connection):
        if field.name != "name":
            value = getattr(connection, field.name)
            yield f"connection {connection.name} {field.name}", _shown(value)


def _shown(value: object) -> str:
    text = text_of(value)
    return text if len(text) <= FEW else digest_of(text)


def text_of(value: object) -> str:
    """*value* as a text that is equal wherever the value is."""
    if isinstance(value, Enum):
        return text_of(value.value)
    if isinstance(value, str | timedelta):
        return str(value)
    if isinstance(value, Mapping):
        return _joined("{}", (f"{text_of(key)}: {text_of(one)}" for key, one in value.items()))
    if isinstance(value, AnySet):
        return _joined("{}", map(text_of, value))
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(text_of, value))}]"
    if is_dataclass(value) and not isinstance(value, type):
        own = (one.name for one in fields(value) if one.init)
        told = (f"{name}={text_of(getattr(value, name))}" for name in own)
        return f"{type(value).__name__}({', '.join(told)})"
    return _named(value)


def _named(value: object) -> str:
    """A function or a class by its name; nothing by where it lies in memory."""
    name = getattr(value, "__qualname__", None)
    if name is not None:
        return str(name)
    text = repr(value)
    return type(value).__qualname__ if " at 0x" in text else text


def _joined(marks: str, told: Iterable[str]) -> str:
    return f"{marks[0]}{', '.join(sorted(told))}{marks[1]}"
