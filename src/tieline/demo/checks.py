"""Checks: what senders sent, vendors applied and the store holds comes in; the count goes out.

Sent, effects and double effects are the vendors' own figures. An event is lost when its sender got
a 2xx, its effect exists nowhere, and no run of it is visibly on its way or waiting for a person.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieline.model.runs.run import RunState
from tieline.rules.runs.transitions import LIVE

Json = Mapping[str, Any]

ON_ITS_WAY = LIVE | {RunState.DEAD}
_IN_MESSAGE = (
    re.compile(r"\((lead_\d+)\)$"),
    re.compile(r"(inv_\d+)$"),
    re.compile(r"^Ticket (\d+) "),
)
"""How a message says what it is about."""


@dataclass(frozen=True, slots=True)
class DemoCounts:
    """The figures of a demo; the fields of the JSON line, in its order."""

    sent: int
    accepted: int
    refused: int
    duplicates: int
    effects: int
    double_effects: int
    lost: int
    retried: int
    held: int
    dead: int
    accounts: int = 0
    """How often the hub's own account was made."""
    unbalanced: int = 0
    """In how many of them something was lost or doubled."""

    @property
    def is_good(self) -> bool:
        """Whether the promises were kept."""
        return self.double_effects == 0 and self.lost == 0 and self.unbalanced == 0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An event whose sender got a 2xx."""

    vendor: str
    ref: str


def acknowledged(vendor: str, deliveries: Iterable[Json]) -> list[Acknowledged]:
    """The events of *vendor* that the hub has answered for."""
    return [Acknowledged(vendor, row["ref"]) for row in deliveries if row["state"] == "accepted"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What the vendors' ledgers hold, by what it is about."""

    contacts: frozenset[str]
    """Leads whose contact was kept."""
    invoices: Mapping[str, Sequence[str]]
    """Payment → its invoices; several are a doubled effect, not a lost one."""
    messages: frozenset[str]
    """Leads, invoices and tickets that were told."""


def applied(crm: Iterable[Json], books: Iterable[Json], chat: Iterable[Json]) -> Applied:
    """Read three ledgers."""
    texts = (row["body"]["text"] for row in chat)
    found = (match for text in texts for way in _IN_MESSAGE if (match := way.search(text)))
    invoices: dict[str, list[str]] = {}
    for row in books:
        if row["action"] == "invoice":
            invoices.setdefault(row["ref"], []).append(row["id"])
    return Applied(
        contacts=frozenset(row["body"]["last_lead"] for row in crm),
        invoices=invoices,
        messages=frozenset(match[1] for match in found),
    )


def missing(events: Sequence[Acknowledged], there: Applied) -> list[Acknowledged]:
    """Events of which not every effect is in the ledgers."""
    return [event for event in events if not _is_complete(event, there)]


def _is_complete(event: Acknowledged, there: Applied) -> bool:
    match event.vendor:
        case "leads":
            return event.ref in there.contacts and event.ref in there.messages
        case "payments":
            return any(name in there.messages for name in there.invoices.get(event.ref, ()))
        case _:
            return event.ref in there.messages


def is_visible(states: Iterable[str]) -> bool:
    """Whether somebody who looks at the hub sees that the event is not dealt with yet."""
    return any(state in ON_ITS_WAY for state in states)
