"""Live: what happens right now, as it is stored; it can be filtered and paused."""

from collections.abc import AsyncIterator, Iterable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from tieline.features.records.pages.tail import TailFilter, TailHub, TailItem, Watcher, items
from tieline.model.views.work_lists import Tail
from tieline.rules.people.access import Permission
from tieline.surfaces.console.forms import FilterForm, asked
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import may_still, needs

FILTERS = ("kind", "name", "trouble", "text")
KINDS = ("delivery", "try", "run")
KEPT = 200
"""Lines on the page; older ones leave it."""
BEGIN_WITH = 60
LOOK_S = 1.0
"""How often it is looked whether a watcher may still look: logged out, demoted, removed."""
QUIET_US = 15_000_000
"""After this a comment is sent, so that nobody in between thinks that the line is dead."""
LONGEST_US = 300_000_000
"""Then the page connects again."""


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/live`` and its stream."""
    tail = TailHub(desk.parts.views, desk.parts.observer)

    @needs(Permission.READ)
    async def live(request: Request) -> Response:
        of = asked(request, FILTERS, desk.now_us)
        wanted = _wanted(of)
        latest = items(await desk.read(Tail(limit=BEGIN_WITH * 2)))
        rows = [item for item in reversed(latest) if wanted.takes(item)][:BEGIN_WITH]
        hub = desk.parts.hub
        return await desk.page(
            request,
            "live.html",
            title="Live",
            of=of,
            rows=rows,
            kept=KEPT,
            kinds=KINDS,
            names=sorted({*hub.flows, *hub.connections, *hub.heard()}),
        )

    @needs(Permission.READ)
    async def stream(request: Request) -> Response:
        wanted = _wanted(asked(request, FILTERS, desk.now_us))
        watching = tail.watching(wanted)
        # Entered here, so that too many watchers get an answer that says so.
        watcher = await watching.__aenter__()

        async def lines() -> AsyncIterator[str]:
            try:
                async for line in _lines(desk, request, watcher):
                    yield line
            finally:
                await watching.__aexit__(None, None, None)

        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)

    return [Route("/live", live), Route("/live/stream", stream)]


def _wanted(of: FilterForm) -> TailFilter:
    return TailFilter(of.text("kind"), of.text("name"), bool(of.get("trouble")), of.text("text"))


async def _lines(desk: PageParts, request: Request, watcher: Watcher) -> AsyncIterator[str]:
    yield ": the tail begins\n\n"
    until_us = desk.now_us + LONGEST_US
    said_us = desk.now_us
    while desk.now_us < until_us and not await request.is_disconnected():
        fresh, lost = await watcher.next(LOOK_S)
        if not await may_still(request):
            return  # the page connects again, and is led to the log-in
        if fresh:
            yield _event(desk, fresh, lost)
        elif desk.now_us - said_us >= QUIET_US:
            yield ": quiet\n\n"
        else:
            continue
        said_us = desk.now_us


def _event(desk: PageParts, fresh: Iterable[TailItem], lost: int) -> str:
    """The newest first, as one message: the page puts it on top of what it has."""
    template = desk.templates.get_template("live_items.html")
    text = template.render(rows=list(fresh)[::-1], lost=lost)
    data = "\n".join(f"data: {line}" for line in text.splitlines() if line.strip())
    return f"{data}\n\n"
