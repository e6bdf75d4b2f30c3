"""Known names: a name that a filter was given comes in; what to say if nothing here carries it.

What is not declared any more is known as long as the store has something of it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import NO_TENANT, Micros
from tieline.model.hub.flow import HubSpec
from tieline.model.views.series import ListSources
from tieline.model.views.views import ListDead, ListReceipts, ListRuns, Page, Question, Window
from tieline.model.views.work_lists import ListAttempts
from tieline.ports.views import Views

MOST_NAMED = 12
ONE = Window(limit=1)
KINDS = (
    *FailureKind,
    "bug",
    "contract",
    "endless-chain",
    "flow-gone",
    "in-doubt",
    "payload-purged",
    "payload-sealed",
    "payload-unreadable",
    "quarantined",
    "refused",
    "retries-used-up",
)
"""Of failures; besides, those that are made up where it fails."""

Lists = Mapping[str, Sequence[Callable[[str], Question[Page[Any]]]]]
"""Lists of features that may have something of a name, by the filter that it is given to."""
LISTS: Lists = {
    "flow": (lambda name: ListRuns(flow=name, window=ONE),),
    "connection": (lambda name: ListAttempts(connection=name, window=ONE),),
    "source": (lambda name: ListReceipts(source=name, window=ONE),),
    "kind": (
        lambda kind: ListDead(kind=kind, window=ONE),
        lambda kind: ListDead(kind=kind, decided=True, window=ONE),
    ),
}
FILTERS = (*LISTS, "tenant")


@dataclass(frozen=True, slots=True)
class NameParts:
    """What is looked at for a name."""

    views: Views
    now_us: Micros
    declared: Mapping[str, Collection[str]]
    """By filter; what stands nowhere here is not judged."""
    known_by: Lists = field(default_factory=dict)


def declared_names(hub: HubSpec) -> dict[str, Collection[str]]:
    """What *hub* declares, by the filter that may name it."""
    return {
        "flow": hub.flows,
        "connection": hub.connections,
        "source": hub.sources(),
        "tenant": (NO_TENANT, *hub.tenants.names),
        "kind": KINDS,
    }


async def names_near(parts: NameParts, what: str, value: str) -> Collection[str] | None:
    """The names there are, if *value* is none of them; None: it is known, or cannot be judged."""
    declared = parts.declared.get(what)
    if declared is None or value in declared or (what == "kind" and _is_made_up(value)):
        return None
    names = set(declared)
    if what == "source":
        names |= {row.name for row in await parts.views.read(ListSources(parts.now_us))}
    lists = (*LISTS.get(what, ()), *parts.known_by.get(what, ()))
    if value in names or any([await _has_some(parts.views, make(value)) for make in lists]):
        return None
    return names


def advice(value: str, names: Iterable[str]) -> str:
    """Which names there are, the likeliest first."""
    told = sorted(names)
    near = get_close_matches(value, told, MOST_NAMED, 0.5)
    shown = (near or told)[:MOST_NAMED]
    wanted = f"use one of {', '.join(shown)}" if shown else "there is none yet"
    more = f" and {len(told) - len(shown)} more" if len(told) > len(shown) and not near else ""
    return f"{wanted}{more}"


def _is_made_up(kind: str) -> bool:
    """Kinds that are not on a list: a provider's status, the class of an author's exception."""
    return kind.startswith("refused-") or kind[:1].isupper()


async def _has_some(views: Views, question: Question[Page[Any]]) -> bool:
    """A page that ends before all was looked at leaves it open, which counts for the asker."""
    page = await views.read(question)
    return bool(page.rows) or page.cursor is not None
