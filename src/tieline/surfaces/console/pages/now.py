"""Now: what fails, since when and for whom; what waits for a person; and how fast work goes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tieline.model.alert import AlertRow, AlertState
from tieline.model.ids import Micros
from tieline.model.view_issues import IssueRow, ListIssues
from tieline.model.view_series import KINDS, MINUTE_US, ListSources, Point, ReadSeries, ReadSparks
from tieline.model.views import ListAlerts, ListWorkers, Window
from tieline.rules.access import Permission
from tieline.rules.rhythm import silent_ones
from tieline.surfaces.console.desk import Desk, is_part
from tieline.surfaces.console.standing import Standing
from tieline.surfaces.console.words import counted, number, share, span
from tieline.surfaces.web.guard import needs
from tieline.surfaces.web.viewer import viewer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR_US = 3_600_000_000
SPARK_US = 24 * HOUR_US
ISSUES = 12
SILENT_US = 30_000_000
OLD_US = 300_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it stands, in a sentence."""

    tone: str
    words: str
    more: str


def routes(desk: Desk) -> list[BaseRoute]:
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


async def _view(desk: Desk) -> dict[str, Any]:
    now_us = desk.now_us
    standing = await desk.standing()
    issues = await desk.read(ListIssues(("open", "acknowledged"), window=Window(limit=ISSUES)))
    sparks: Mapping[str, tuple[int, ...]] = {}
    if issues.rows:
        names = tuple(row.id for row in issues.rows)
        sparks = await desk.read(ReadSparks("issue", names, ("failed",), now_us - SPARK_US, now_us))
    alerts = [row for row in await desk.read(ListAlerts()) if row.state == AlertState.FIRING]
    sources = await desk.read(ListSources(now_us))
    silent = silent_ones(sources, desk.parts.hub, now_us)
    workers = await desk.read(ListWorkers())
    beat_us = max((worker.beat_us for worker in workers), default=None)
    unfinished = [count for count in standing.counted.flows if _is_busy(count)]
    return {
        "verdict": verdict(standing, issues.rows, alerts, beat_us, now_us),
        "standing": standing,
        "issues": issues.rows,
        "more_issues": issues.cursor is not None,
        "sparks": sparks,
        "owners": {name: flow.owner for name, flow in desk.parts.hub.flows.items()},
        "alerts": alerts,
        "silent": [source for source in sources if source.name in silent],
        "pauses": standing.pauses,
        "unfinished": unfinished,
        "oldest": standing.counted.oldest,
    }


def _is_busy(count: object) -> bool:
    names = ("ready", "behind", "running", "retrying", "waiting", "held", "dead")
    return any(getattr(count, name) for name in names)


def verdict(
    standing: Standing,
    issues: tuple[IssueRow, ...],
    alerts: list[AlertRow],
    beat_us: Micros | None,
    now_us: Micros,
) -> Verdict:
    """The first sentence that somebody on call reads."""
    if beat_us is None or now_us - beat_us > SILENT_US:
        last = "never" if beat_us is None else f"{span(now_us - beat_us)} ago"
        more = f"The last sign of life of a worker was {last}. What is accepted waits, safe."
        return Verdict("bad", "No worker is running", more)
    dead, held = standing.total("dead"), standing.total("held")
    open_issues = [issue for issue in issues if issue.state == "open"]
    waiting = [
        counted(dead, "dead letter") if dead else "",
        f"{counted(held, 'run')} held" if held else "",
    ]
    people = " and ".join(part for part in waiting if part)
    paused = f"{counted(len(standing.pauses), 'thing')} paused." if standing.pauses else ""
    if alerts or open_issues:
        what = counted(len(open_issues), "open issue") if open_issues else ""
        told = counted(len(alerts), "alert") + " firing" if alerts else ""
        words = " and ".join(part for part in (told, what) if part)
        more = f"Waiting for a person: {people}. " if people else ""
        return Verdict("bad", words[:1].upper() + words[1:], (more + paused).strip())
    if people:
        verb = "waits" if dead + held == 1 else "wait"
        return Verdict("person", f"{people[:1].upper()}{people[1:]} {verb} for a person", paused)
    if standing.pauses:
        return Verdict("wait", paused.rstrip("."), "Nothing fails; what is paused waits, safe.")
    return Verdict("good", "All is well", "Nothing fails, and nothing waits for a person.")


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
        "now": {
            "throughput": f"{number(latest.counts.get('done', 0))} a minute",
            "success": share(total.success),
            "p95": span(total.p95_us),
            "backlog": span(age_us) if age_us else "none",
        },
    }
