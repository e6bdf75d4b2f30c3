"""Now: what fails, since when and for whom; what waits for a person; and how fast work goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tieline.features.issues.model import CountIssues, IssueCounts, IssueRow, ListIssues
from tieline.features.issues.owners import owner_of
from tieline.model.base.ids import Micros
from tieline.model.people.alert import AlertRow, AlertState
from tieline.model.views.series import (
    KINDS,
    MINUTE_US,
    ListSources,
    Point,
    ReadSeries,
    ReadSeriesCounts,
)
from tieline.model.views.views import ListAlerts, ListConnectionStates, ListWorkers, Window
from tieline.model.views.work_lists import CountWaiting
from tieline.rules.inbound.cadence import silent_ones
from tieline.rules.people.access import Permission
from tieline.rules.runs.waiting import all_in_words
from tieline.surfaces.console.format import counted, number, share, span
from tieline.surfaces.console.menu_counts import MenuCounts
from tieline.surfaces.console.page_parts import PageParts, is_part
from tieline.surfaces.web.authorize import needs
from tieline.surfaces.web.viewer import viewer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR_US = 3_600_000_000
SPARK_US = 24 * HOUR_US
ISSUES = 12
CROWDS = 2
"""Of so many connections the headline says how many runs wait for them."""
ORDER = (("open", True), ("open", False), ("acknowledged", True), ("acknowledged", False))
SILENT_US = 30_000_000
OLD_US = 300_000_000


@dataclass(frozen=True, slots=True)
class HubState:
    """How it stands, in a sentence."""

    tone: str
    words: str
    more: str
    waits: bool = False
    """Something waits for a person."""


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/`` and the numbers of its charts."""

    @needs(Permission.SEARCH)
    async def now(request: Request) -> Response:
        if not viewer_of(request).may(Permission.READ):
            return RedirectResponse("/story", 303)
        view = await _view(desk)
        if is_part(request):
            return desk.part(request, "now_body.html", **view)
        return await desk.page(request, "now.html", title="Now", **view)

    @needs(Permission.READ)
    async def series(request: Request) -> Response:
        kind = request.query_params.get("kind", "all")
        name = request.query_params.get("name", "")
        if kind not in KINDS:
            kind, name = "all", ""
        # Minutes end as they are written; the one that runs is not whole yet.
        until_us = desk.now_us // MINUTE_US * MINUTE_US
        asked = ReadSeries(kind, name, until_us - HOUR_US, until_us + MINUTE_US)
        read = await desk.read(asked)
        return JSONResponse(charted(read.points, read.total))

    return [Route("/", now), Route("/series", series)]


async def _view(desk: PageParts) -> dict[str, Any]:
    now_us = desk.now_us
    standing = await desk.standing()
    counts = await desk.read(CountIssues())
    issues = await _worst(desk)
    sparks: Mapping[str, tuple[int, ...]] = {}
    if issues:
        names = tuple(row.id for row in issues)
        sparks = await desk.read(
            ReadSeriesCounts("issue", names, ("failed",), now_us - SPARK_US, now_us)
        )
    alerts = [row for row in await desk.read(ListAlerts()) if row.state == AlertState.FIRING]
    sources = await desk.read(ListSources(now_us))
    silent = silent_ones(sources, desk.parts.hub, now_us)
    workers = await desk.read(ListWorkers())
    beat_us = max((worker.beat_us for worker in workers), default=None)
    states = await desk.read(ListConnectionStates())
    waits = all_in_words(await desk.read(CountWaiting()), standing.pauses, states, now_us)
    quiet_us = None if beat_us is None else now_us - beat_us
    unfinished = [count for count in standing.counted.flows if _is_busy(count)]
    return {
        "verdict": verdict(standing, counts, alerts, quiet_us, waits),
        "standing": standing,
        "counts": counts,
        "issues": issues,
        "sparks": sparks,
        "owners": {issue.id: owner_of(desk.parts.hub, issue) for issue in issues},
        "alerts": alerts,
        "silent": [source for source in sources if source.name in silent],
        "pauses": standing.pauses,
        "unfinished": unfinished,
        "oldest": standing.counted.oldest,
    }


async def _worst(desk: PageParts) -> list[IssueRow]:
    """As many as the page has room for: those that wait for a person before those that heal, and
    the acknowledged ones last."""
    found: list[IssueRow] = []
    for state, needs_person in ORDER:
        left = ISSUES - len(found)
        if left:
            window = Window(limit=left)
            asked = ListIssues((state,), window=window, needs_person=needs_person)
            found += (await desk.read(asked)).rows
    return found


def _is_busy(count: object) -> bool:
    names = ("ready", "behind", "running", "retrying", "waiting", "held", "dead")
    return any(getattr(count, name) for name in names)


def verdict(
    standing: MenuCounts,
    issues: IssueCounts,
    alerts: list[AlertRow],
    quiet_us: Micros | None,
    waits: Sequence[str],
) -> HubState:
    """The first sentence that somebody on call reads. *quiet_us*: how long ago a worker gave its
    last sign of life; *waits*: how many runs wait for which connection, in sentences."""
    if quiet_us is None or quiet_us > SILENT_US:
        last = "never" if quiet_us is None else f"{span(quiet_us)} ago"
        more = f"The last sign of life of a worker was {last}. What is accepted waits, safe."
        return HubState("bad", "No worker is running", more)
    people = _waiting(standing)
    paused = f"{counted(len(standing.pauses), 'thing')} paused." if standing.pauses else ""
    paused = " ".join(filter(None, (_told(waits), paused)))
    healing = _issues(issues.healing, "recovers", "recover", issues) + " by itself"
    if issues.healing != 1:
        healing = healing.removesuffix("itself") + "themselves"
    if alerts or issues.need_person:
        need = _issues(issues.need_person, "needs", "need", issues) + " a person"
        told = f"{counted(len(alerts), 'alert')} firing" if alerts else ""
        words = " and ".join(filter(None, (told, need if issues.need_person else "")))
        more = f"Waiting for a person: {people}." if people else ""
        healing = f"{healing}." if issues.healing else ""
        told = " ".join(filter(None, (more, healing, paused)))
        return HubState("bad", words, told, waits=bool(people))
    if people:
        verb = "waits" if people.startswith("1 ") and " and " not in people else "wait"
        more = " ".join(filter(None, (f"{healing}." if issues.healing else "", paused)))
        return HubState("person", f"{people} {verb} for a person", more, waits=True)
    if issues.healing:
        return HubState("wait", healing, f"Nothing waits for a person. {paused}".strip())
    if waits or standing.pauses:
        return HubState("wait", paused.rstrip("."), "Nothing fails; what is paused waits, safe.")
    return HubState(
        "good", "Everything is healthy", "Nothing fails, and nothing waits for a person."
    )


def _told(waits: Sequence[str]) -> str:
    """The largest crowds, as sentences."""
    told = ". ".join(waits[:CROWDS])
    more = len(waits) - CROWDS
    if more > 0:
        told += f"; and others wait for {counted(more, 'more connection')}"
    return f"{told}." if told else ""


def _waiting(standing: MenuCounts) -> str:
    dead, held, aside = standing.total("dead"), standing.total("held"), standing.quarantined
    parts = [
        counted(dead, "dead letter") if dead else "",
        f"{counted(held, 'run')} held" if held else "",
        f"{counted(aside, 'delivery', 'deliveries')} in quarantine" if aside else "",
    ]
    *first, last = [part for part in parts if part] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _issues(count: int, one: str, many: str, issues: IssueCounts) -> str:
    least = "" if issues.exact else "at least "
    return f"{least}{counted(count, 'open issue')} {one if count == 1 else many}"


def charted(points: tuple[Point, ...], total: Point) -> dict[str, Any]:
    """Columns for the charts, and what stands above each."""
    latest = points[-2] if len(points) > 1 else total
    age_us = points[-1].counts.get("most-age-us", 0) if points else 0
    return {
        "t": [point.at_us // 1_000_000 for point in points],
        "done": [point.counts.get("done", 0) for point in points],
        "success": [None if p.success is None else round(100 * p.success, 2) for p in points],
        "p95": [None if p.p95_us is None else p.p95_us / 1e6 for p in points],
        "age": [point.counts.get("most-age-us", 0) / 1e6 for point in points],
        "whole": latest.at_us // 1_000_000,
        "now": {
            "throughput": number(latest.counts.get("done", 0)),
            "success": share(total.success),
            "p95": span(total.p95_us),
            "backlog": span(age_us) if age_us else "none",
        },
    }
