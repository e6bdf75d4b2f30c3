"""Naming: rows of runs come in; the business names that people know each by go out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from tieline.model.base.ids import EventId
from tieline.model.inbound.event import Mention
from tieline.model.views.work_lists import ListMentions
from tieline.surfaces.console.page_parts import PageParts


class OfEvent(Protocol):
    """A row about one event."""

    @property
    def event_id(self) -> EventId | None:
        """Its event; None: it is about none, or about several."""
        ...


Names = Mapping[EventId, tuple[Mention, ...]]


async def names_of(desk: PageParts, rows: Iterable[OfEvent]) -> Names:
    """The names of each row's event, in one read; those that the event came with stand first."""
    ids = tuple(dict.fromkeys(row.event_id for row in rows if row.event_id))
    found: dict[EventId, dict[tuple[str, str], Mention]] = defaultdict(dict)
    if ids:
        for one in sorted(await desk.read(ListMentions(ids)), key=lambda one: bool(one.run_id)):
            found[one.event_id].setdefault((one.kind, one.key), one)
    return {id_: tuple(names.values()) for id_, names in found.items()}
