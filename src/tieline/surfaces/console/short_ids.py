"""Short ids: the end of an id, as pages show it, comes in; what ends so among the newest goes out.

An id begins with its time, so nothing finds one by its end but looking: the newest of each kind
are looked through, in short reads, and only when somebody searched for something of this form.
"""

import re
from collections.abc import Callable
from typing import Any

from tieline.features.issues.model import ListIssues
from tieline.model.views.more import Match
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
from tieline.surfaces.console.desk import Desk

LOOKED_AT = 2_000
"""Of each kind, the newest."""
SHORT = re.compile(r"(?:(run|evt|rct|rpl|iss)(?:…|\.{2,3}|_))?([0-9a-f]{6})", re.ASCII)

Lists = Callable[[Window], Question[Page[Any]]]
KINDS: dict[str, tuple[str, Lists, Callable[[Any], tuple[str, int]]]] = {
    "run": (
        "run",
        lambda window: ListRuns(window=window),
        lambda row: (f"{row.flow}, {row.state}", row.created_us),
    ),
    "evt": (
        "event",
        lambda window: ListEvents(window=window),
        lambda row: (f"{row.type} of {row.source}", row.recorded_us),
    ),
    "rct": (
        "receipt",
        lambda window: ListReceipts(window=window),
        lambda row: (f"{row.verdict} delivery of {row.source}", row.received_us),
    ),
    "rpl": (
        "replay",
        lambda window: ListReplays(window=window),
        lambda row: (f"replay of {row.planned} events, {row.state}", row.started_us),
    ),
    "iss": (
        "issue",
        lambda window: ListIssues((), window=window),
        lambda row: (f"{row.kind} of {row.flow or row.source}: {row.words}", row.last_us),
    ),
}


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
