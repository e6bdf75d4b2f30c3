"""Events: a number and wished-for fields come in; what a sender will announce goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from tieline_sim.messages import Headers
from tieline_sim.mistake import Mistake

MARK = "{number}"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at the vendor, in the vendor's own envelope."""

    id: str
    type: str
    ref: str  # the business reference a checker follows
    body: bytes


@dataclass(frozen=True, slots=True)
class Blueprint:
    """How generated events look; ``fields`` overrides what the vendor would put in the object."""

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    spread: int = 100  # how many different customers take turns
    body_bytes: int = 0  # pad the object so that the body has about this size


@dataclass(frozen=True, slots=True)
class Sealing:
    """What goes into one signature."""

    event_id: str
    body: bytes
    secrets: Sequence[str]
    now_s: int


class Voice(Protocol):
    """How one vendor announces things."""

    @property
    def kinds(self) -> Sequence[str]:
        """The types of event it can make up, the usual one first."""
        ...

    def generated(self, number: int, blueprint: Blueprint) -> Event:
        """The event with this number; the same number gives the same ids and the same body."""
        ...

    def worded(self, number: int, given: Mapping[str, Any]) -> Event:
        """An event written by the caller: ``type``, ``object`` and perhaps ``id`` and ``ref``."""
        ...

    def signed(self, sealing: Sealing) -> Headers:
        """The vendor's signature headers."""
        ...

    def labels(self, event: Event, attempts: int) -> Headers:
        """What else the vendor says about an attempt, the first being number 1; not signed."""
        ...


def wish(number: int, blueprint: Blueprint, natural: dict[str, Any]) -> dict[str, Any]:
    """The natural object of event ``number`` with the wished-for fields and padding put in."""
    for name, value in blueprint.fields.items():
        marked = isinstance(value, str) and MARK in value
        natural[name] = value.replace(MARK, str(number)) if marked else value
    if blueprint.body_bytes:
        missing = blueprint.body_bytes - len(orjson.dumps(natural))
        natural["padding"] = "x" * max(0, missing)
    return natural


def raw_event(number: int, given: Mapping[str, Any]) -> Event | None:
    """An event whose exact body the caller wrote (``raw_body``), envelope and all."""
    raw = given.get("raw_body")
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise Mistake(f"raw_body is {raw!r}; wanted the body as text")
    name = str(given.get("id") or f"raw_{number:08d}")
    return Event(name, str(given.get("type", "raw")), str(given.get("ref") or name), raw.encode())


def object_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The ``object`` of an event the caller wrote."""
    found = given.get("object", {})
    if not isinstance(found, dict):
        raise Mistake(f"object is {found!r}; wanted a JSON object")
    return dict(found)
