"""Filters: the names of a query come in; one that nothing here carries is told, with those near."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import NO_TENANT
from tieline.model.views.series import ListSources
from tieline.model.views.views import ListDead, ListReceipts, ListRuns, Page, Question, Window
from tieline.model.views.work_lists import ListAttempts
from tieline.surfaces.api.endpoint import ApiRequest
from tieline.surfaces.web.problem import Problem

LONGEST_SHOWN = 80
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


async def check_names(ask: ApiRequest) -> None:
    """Raises Problem for a flow, source, connection, tenant or kind that nothing here carries.

    What is not declared any more is known as long as the store has something of it.
    """
    lists = ask.parts.known_by
    for name, (known, questions) in CHECKS.items():
        value = getattr(ask.query, name, None)
        if not isinstance(value, str) or (name == "kind" and is_made_up(value)):
            continue
        names = await known(ask)
        asked = [*questions(value), *(make(value) for make in lists.get(name, ()))]
        if value in names or any([await _has_some(ask, one) for one in asked]):
            continue
        raise Problem("invalid", unknown(name, value, names))


def is_made_up(kind: str) -> bool:
    """Kinds that are not on a list: a provider's status, the class of an author's exception."""
    return kind.startswith("refused-") or kind[:1].isupper()


def unknown(what: str, value: str, names: Iterable[str]) -> str:
    """Says that there is no such thing, and which there are, the likeliest first."""
    told = sorted(names)
    near = get_close_matches(value, told, MOST_NAMED, 0.5)
    shown = (near or told)[:MOST_NAMED]
    wanted = f"use one of {', '.join(shown)}" if shown else "there is none yet"
    more = f" and {len(told) - len(shown)} more" if len(told) > len(shown) and not near else ""
    return f"{what} is {value[:LONGEST_SHOWN]!r}, which is not known; {wanted}{more}"


async def _has_some(ask: ApiRequest, question: Question[Page[Any]]) -> bool:
    """A page that ends before all was looked at leaves it open, which counts for the asker."""
    page = await ask.parts.views.read(question)
    return bool(page.rows) or page.cursor is not None


async def _flows(ask: ApiRequest) -> Iterable[str]:
    return ask.parts.hub.flows


async def _connections(ask: ApiRequest) -> Iterable[str]:
    return ask.parts.hub.connections


async def _sources(ask: ApiRequest) -> Iterable[str]:
    heard = await ask.parts.views.read(ListSources(ask.now_us()))
    return {
        *(flow.source.name for flow in ask.parts.hub.flows.values()),
        *(row.name for row in heard),
    }


async def _tenants(ask: ApiRequest) -> Iterable[str]:
    return (NO_TENANT, *ask.parts.hub.tenants.names)


async def _kinds(_: ApiRequest) -> Iterable[str]:
    return KINDS


Known = Callable[[ApiRequest], Awaitable[Iterable[str]]]
Questions = Callable[[str], tuple[Question[Page[Any]], ...]]
CHECKS: Mapping[str, tuple[Known, Questions]] = {
    "flow": (_flows, lambda name: (ListRuns(flow=name, window=ONE),)),
    "connection": (_connections, lambda name: (ListAttempts(connection=name, window=ONE),)),
    "tenant": (_tenants, lambda _: ()),
    "source": (_sources, lambda name: (ListReceipts(source=name, window=ONE),)),
    "kind": (
        _kinds,
        lambda kind: (
            ListDead(kind=kind, window=ONE),
            ListDead(kind=kind, decided=True, window=ONE),
        ),
    ),
}
"""By the name of a query's field: what is declared, and where else it may be known from; features
add to that (``Feature.known_by``)."""
