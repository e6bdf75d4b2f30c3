"""Ids: the end of an id, as pages show it, comes in; what ends so among the newest goes out.

An id begins with its time, so nothing finds one by its end but looking: the newest of each kind
are looked through, in short reads, and only when somebody searched for something of this form.
The short form of a lane's hidden key is looked for in the same way.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tieline.model.views.views import (
    MOST_ROWS,
    ListEvents,
    ListReceipts,
    ListReplays,
    ListRuns,
    Page,
    Question,
    Window,
)
from tieline.model.views.work_lists import ListLanes, Match
from tieline.operations.paging import gather
from tieline.ports.views import Views
from tieline.rules.privacy.hidden_key import beginning_asked
from tieline.surfaces.console.format import said

R = TypeVar("R")

MOST_IN_LANE = 50
LOOKED_AT = 2_000
"""Of each kind, the newest."""
SHORT = re.compile(r"(?:([a-z]+)(?:…|\.{2,3}|_))?([0-9a-f]{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShortId:
    """A kind of things whose ids are found by their end."""

    kind: str
    lists: Callable[[Window], Question[Page[Any]]]
    """Asks for a page of them, the newest first."""
    about: Callable[[Any], tuple[str, int]]
    """What a row of it says, and when it was."""
    page: str | None = None
    """Where one is shown, in front of its id; None: by its story."""


KINDS: Mapping[str, ShortId] = {
    "run": ShortId(
        "run",
        lambda window: ListRuns(window=window),
        lambda row: (f"{row.flow}, {said(row.state)}", row.created_us),
    ),
    "evt": ShortId(
        "event",
        lambda window: ListEvents(window=window),
        lambda row: (f"{row.type} of {row.source}", row.recorded_us),
    ),
    "rct": ShortId(
        "receipt",
        lambda window: ListReceipts(window=window),
        lambda row: (f"{said(row.verdict)} delivery of {row.source}", row.received_us),
        "/receipts/",
    ),
    "rpl": ShortId(
        "replay",
        lambda window: ListReplays(window=window),
        lambda row: (f"replay of {row.planned} events, {row.state}", row.started_us),
        "/replays/",
    ),
}
"""By the prefix of their ids; features add theirs."""


async def in_hidden_lane(views: Views, text: str) -> tuple[Match, ...]:
    """Runs whose lane has this short form: the first of those that stand still, and the newest."""
    low = beginning_asked(text)
    if low is None:
        return ()
    found = {
        lane.head: Match("run", lane.head, f"{lane.flow}, {said(lane.state)}", lane.since_us)
        for lane in await views.read(ListLanes())
        if lane.lane.startswith(low)
    }
    for row in await _newest(views, lambda window: ListRuns(window=window)):
        if (row.lane or "").startswith(low):
            words = f"{row.flow}, {said(row.state)}"
            found.setdefault(row.id, Match("run", row.id, words, row.created_us))
    return tuple(found.values())[:MOST_IN_LANE]


async def ending_in(views: Views, kinds: Mapping[str, ShortId], text: str) -> tuple[Match, ...]:
    """What has this short form, among the newest of each kind that it may be."""
    found = SHORT.fullmatch(text.strip().lower())
    if found is None:
        return ()
    matches: list[Match] = []
    for prefix in kinds if found[1] is None else kinds.keys() & {found[1]}:
        one = kinds[prefix]
        ending = [row for row in await _newest(views, one.lists) if row.id.endswith(found[2])]
        matches += [Match(one.kind, row.id, *one.about(row)) for row in ending]
    return tuple(matches)


async def _newest(views: Views, lists: Callable[[Window], Question[Page[R]]]) -> tuple[R, ...]:
    """As many as are looked through, in short reads."""
    looks = LOOKED_AT // MOST_ROWS
    page = await gather(lambda part: views.read(lists(part)), Window(limit=LOOKED_AT), looks=looks)
    return page.rows
