"""Short ids: the end of an id, as pages show it, comes in; what ends so among the newest goes out.

An id begins with its time, so nothing finds one by its end but looking: the newest of each kind
are looked through, in short reads, and only when somebody searched for something of this form.
The short form of a lane's hidden key is looked for in the same way.
"""

import re
from collections.abc import Callable
from typing import Any

from tieline.model.views.issues import ListIssues
from tieline.model.views.more import ListLanes, Match
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
from tieline.ports.views import Views
from tieline.rules.privacy.hidden_key import beginning_asked
from tieline.surfaces.console.desk import Desk
from tieline.surfaces.console.words import kind_words, said

MOST_IN_LANE = 50
LOOKED_AT = 2_000
"""Of each kind, the newest."""
SHORT = re.compile(r"(?:(run|evt|rct|rpl|iss)(?:…|\.{2,3}|_))?([0-9a-f]{6})", re.ASCII)

Lists = Callable[[Window], Question[Page[Any]]]
KINDS: dict[str, tuple[str, Lists, Callable[[Any], tuple[str, int]]]] = {
    "run": (
        "run",
        lambda window: ListRuns(window=window),
        lambda row: (f"{row.flow}, {said(row.state)}", row.created_us),
    ),
    "evt": (
        "event",
        lambda window: ListEvents(window=window),
        lambda row: (f"{row.type} of {row.source}", row.recorded_us),
    ),
    "rct": (
        "receipt",
        lambda window: ListReceipts(window=window),
        lambda row: (f"{said(row.verdict)} delivery of {row.source}", row.received_us),
    ),
    "rpl": (
        "replay",
        lambda window: ListReplays(window=window),
        lambda row: (f"replay of {row.planned} events, {row.state}", row.started_us),
    ),
    "iss": (
        "issue",
        lambda window: ListIssues((), window=window),
        lambda row: (
            f"{kind_words(row.kind)} of {row.flow or row.source}: {row.words}",
            row.last_us,
        ),
    ),
}


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
    window = Window(limit=MOST_ROWS)
    for _ in range(LOOKED_AT // MOST_ROWS):
        page = await views.read(ListRuns(window=window))
        for row in page.rows:
            if (row.lane or "").startswith(low):
                words = f"{row.flow}, {said(row.state)}"
                found.setdefault(row.id, Match("run", row.id, words, row.created_us))
        if page.cursor is None:
            break
        window = Window(before=page.cursor, limit=MOST_ROWS)
    return tuple(found.values())[:MOST_IN_LANE]


async def ending_in(desk: Desk, text: str) -> tuple[Match, ...]:
    """What has this short form, among the newest of each kind that it may be."""
    found = SHORT.fullmatch(text.strip().lower())
    if found is None:
        return ()
    matches: list[Match] = []
    for prefix in KINDS if found[1] is None else (found[1],):
        kind, lists, about = KINDS[prefix]
        window = Window(limit=MOST_ROWS)
        for _ in range(LOOKED_AT // MOST_ROWS):
            page = await desk.read(lists(window))
            matches += [
                Match(kind, row.id, *about(row)) for row in page.rows if row.id.endswith(found[2])
            ]
            if page.cursor is None:
                break
            window = Window(before=page.cursor, limit=MOST_ROWS)
    return tuple(matches)
