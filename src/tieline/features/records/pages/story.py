"""Story: whatever somebody knows of a record comes in; all that happened to it goes out, in words.

Support may see this page and no other: the words are redacted where they are stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tieline.features.records.plain_story import plain
from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.base.ids import NO_TENANT, Micros, RunId
from tieline.model.runs.run import UNDECIDED
from tieline.model.views.details import Trail
from tieline.model.views.rows import RunRow
from tieline.model.views.work_lists import Find, Match
from tieline.operations.story import Line, StoryRows, find, tell
from tieline.rules.people.access import Permission
from tieline.rules.runs.transitions import UNFINISHED
from tieline.surfaces.console.format import span
from tieline.surfaces.console.ids import KINDS, ShortId, ending_in, in_hidden_lane
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs
from tieline.surfaces.web.viewer import viewer_of

LONGEST = 300
DAY_US = 86_400_000_000
DOUBT = (" is held", "not known", "Nobody knows")
"""What a person has to find out."""
QUIET_US = 60_000_000
"""A pause longer than this is said."""
NAMES_SHOWN = 24
STANDING = ("held", "dead", "retrying", "waiting", "running", "ready", "cancelled", "done")
"""Runs of a story, those that need somebody first."""


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A line, with what the page puts around it."""

    line: Line
    tone: str
    path: str | None
    """Where the details are, for somebody who may see them."""
    pause: str | None
    """The time since the line before, when that is long."""
    day_us: Micros | None
    """Set on the first line of each day."""


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/story``, which is also the search."""

    @needs(Permission.SEARCH)
    async def story(request: Request) -> Response:
        text = request.query_params.get("q", "").strip()[:LONGEST]
        if not text:
            return await desk.page(request, "search.html", title="Search", asked="", matches=None)
        try:
            tenant = request.query_params.get("tenant") or None
            found = await find(desk.parts.views, text, tenant=tenant)
        except (NotFound, CommandRefused):
            return await _matches(desk, request, text)
        return await _tell(desk, request, text, found)

    return [Route("/story", story)]


async def _matches(desk: PageParts, request: Request, text: str) -> Response:
    """Nothing has exactly this name: what it may mean, or where to look."""
    kinds, views = {**KINDS, **desk.short_ids}, desk.parts.views
    matches = (
        await desk.read(Find(text))
        or await in_hidden_lane(views, text)
        or await ending_in(views, kinds, text)
    )
    pages = _pages(kinds) if viewer_of(request).may(Permission.READ) else {}
    if len(matches) == 1:
        path = _path_of(matches[0], pages)
        if path != f"/story?q={text}":
            return RedirectResponse(path, 303)
    shown = [(match, _path_of(match, pages)) for match in matches]
    return await desk.page(
        request,
        "search.html",
        status=200 if matches else 404,
        title="Search",
        asked=text,
        matches=shown,
    )


def _pages(kinds: Mapping[str, ShortId]) -> dict[str, str]:
    """Where things are shown that have a page of their own."""
    pages = {one.kind: one.page for one in kinds.values() if one.page is not None}
    return {**pages, "tenant": "/tenants/"}


def _path_of(match: Match, pages: Mapping[str, str]) -> str:
    page = pages.get(match.kind)
    if page is not None:
        return page + match.id
    whose = "" if match.tenant is None else f"&tenant={quote(match.tenant)}"
    return f"/story?q={match.id}{whose}"


async def _tell(desk: PageParts, request: Request, text: str, found: StoryRows) -> Response:
    trail = found.trail
    told = tell(found.about, trail)
    is_whole = bool(request.query_params.get("all"))
    lines = told.lines if is_whole else plain(trail, desk.now_us)
    may_read = viewer_of(request).may(Permission.READ)
    return await desk.page(
        request,
        "story.html",
        title=f"Story of {found.about}",
        asked=text,
        whose=_whose(trail),
        story=told,
        lines=list(_lines(lines, may_read=may_read)),
        is_whole=is_whole,
        steps=len(told.lines),
        tone=_tone(trail),
        runs=sorted(trail.runs, key=lambda run: STANDING.index(run.state))[:20],
        names=sorted({(m.kind, m.key) for m in trail.mentions})[:NAMES_SHOWN],
        undecided=_undecided(trail),
        systems=sorted({line.system for line in told.lines if line.system}),
    )


def _whose(trail: Trail) -> str:
    """What links to other stories of the same tenant carry."""
    tenants = {row.tenant for row in trail.events} - {NO_TENANT}
    return "".join(f"&tenant={quote(tenant)}" for tenant in tenants)


def _undecided(trail: Trail) -> frozenset[str]:
    """Dead runs that wait for a decision."""
    decided = {row.run_id for row in trail.dead if row.resolution not in UNDECIDED}
    return frozenset(run.id for run in trail.runs if run.state == "dead" and run.id not in decided)


def _tone(trail: Trail) -> str:
    """How the whole of it stands, as a colour."""
    edited = {row.run_id for row in trail.dead if (row.resolution or "").startswith("edited")}
    states = {_standing(run, _undecided(trail), edited) for run in trail.runs}
    for state, tone in (("held", "person"), ("dead", "bad"), ("closed", "")):
        if state in states:
            return tone
    if states & UNFINISHED:
        return "wait"
    return "good" if "done" in states else ""


def _standing(run: RunRow, undecided: frozenset[str], edited: set[RunId]) -> str:
    if run.state != "dead" or run.id in undecided:
        return run.state
    return "edited" if run.id in edited else "closed"


def _lines(lines: tuple[Line, ...], *, may_read: bool) -> Iterator[StoryLine]:
    day, before = None, None
    for line in lines:
        this_day = line.at_us // DAY_US
        gap = None if before is None else line.at_us - before
        pause = span(gap) if gap is not None and gap > QUIET_US else None
        yield StoryLine(
            line=line,
            tone=_line_tone(line),
            path=_page(line) if may_read else None,
            pause=pause,
            day_us=line.at_us if this_day != day else None,
        )
        day, before = this_day, line.at_us


def _line_tone(line: Line) -> str:
    if line.is_trouble:
        return "person" if any(words in line.words for words in DOUBT) else "bad"
    if line.kind == "audit":
        return "person"
    return "good" if line.kind == "run" and line.words.endswith(" is done") else ""


def _page(line: Line) -> str | None:
    kind = line.id.partition("_")[0]
    where = {"rct": "/receipts/", "evt": "/events/", "run": "/runs/", "rpl": "/replays/"}
    return where[kind] + line.id if kind in where else None
