"""Page parts: what pages work with: parts of the hub, templates, and who sits in front."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tieline.model.base.ids import Micros
from tieline.model.views.quarantine import CountQuarantine
from tieline.model.views.rows import WorkCount
from tieline.model.views.series import ReadSums
from tieline.model.views.views import CountWork, ListPauses, Question
from tieline.rules.inbound.batch import count_of
from tieline.rules.people.access import Permission
from tieline.rules.people.pausing import end_words
from tieline.rules.privacy import hidden_key
from tieline.surfaces.console import format as words
from tieline.surfaces.console.ids import ShortId
from tieline.surfaces.console.menu import MenuItem, menu
from tieline.surfaces.console.menu_counts import MenuCounts
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.viewer import Viewer, viewer_if_any, viewer_of

R = TypeVar("R")

VERSION = version("tieline")
FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
STANDING_US = 2_000_000
"""How long the numbers beside the menu may be old: every page shows them."""
DAY_US = 86_400_000_000


@dataclass(slots=True)
class _Kept:
    standing: MenuCounts | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class PageParts:
    """One for all pages of a process."""

    parts: WebParts
    templates: Environment
    entries: Sequence[MenuItem] = ()
    """The lines of the menu."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What the page after a change says: an address names the sentence, and cannot write one."""
    short_ids: Mapping[str, ShortId] = field(default_factory=dict)
    """What else is found by the end of its id, by the prefix."""
    counted: Mapping[str, Question[Any]] = field(default_factory=dict)
    """What features have counted for the menu, by name."""
    _kept: _Kept = field(default_factory=_Kept)

    @property
    def now_us(self) -> Micros:
        """The time."""
        return self.parts.clock.now_us()

    def _clean(self, text: str) -> str:
        """*text* without a secret of the hub, whoever wrote it there."""
        return text if self.parts.clean is None else self.parts.clean(text)

    async def read(self, question: Question[R]) -> R:
        """One short read of the store."""
        return await self.parts.views.read(question)

    async def standing(self) -> MenuCounts:
        """How the work stands, at most two seconds old; asked once for all who want it."""
        async with self._kept.lock:
            kept = self._kept.standing
            now_us = self.now_us
            if kept is None or not 0 <= now_us - kept.at_us < STANDING_US:
                counted = await self.read(CountWork())
                pauses = await self.read(ListPauses())
                aside = await self.read(CountQuarantine())
                sums = await self.read(ReadSums("all", now_us - DAY_US, now_us))
                point = sums.get("")
                counts: Mapping[str, int] = point.counts if point is not None else {}
                kept = MenuCounts(
                    counted,
                    pauses,
                    aside.waiting,
                    counts.get("refused", 0),
                    now_us,
                    aside.exact,
                    {name: await self.read(question) for name, question in self.counted.items()},
                )
                self._kept.standing = kept
            return kept

    def forget_standing(self) -> None:
        """Something was changed: the next page asks again."""
        self._kept.standing = None

    async def page(
        self, request: Request, template: str, *, status: int = 200, **view: Any
    ) -> Response:
        """A whole page inside the frame, with the menu that its viewer may use."""
        if viewer_of(request).may(Permission.READ):
            await self.standing()
        return self.framed(request, template, status=status, **view)

    def framed(
        self, request: Request, template: str, *, status: int = 200, **view: Any
    ) -> Response:
        """The same without asking the store, which may be what is wrong: the menu counts what was
        counted last, or nothing."""
        viewer = viewer_of(request)
        kept = self._kept.standing or MenuCounts(
            WorkCount((), None, exact=True), (), 0, 0, self.now_us
        )
        standing = kept if viewer.may(Permission.READ) else None
        view = {"here": request.url.path, "frame": "base.html", **view}
        text = self.templates.get_template(template).render(
            **self._frame(request),
            viewer=viewer,
            menu=menu(self.entries, viewer, standing),
            told=self.told.get(request.query_params.get("told", "")),
            ordered_by=self._ordered_by(),
            may_operate=viewer.may(Permission.OPERATE),
            may_read=viewer.may(Permission.READ),
            may_admin=viewer.may(Permission.ADMIN),
            now_us=self.now_us,
            **view,
        )
        return HTMLResponse(self._clean(text), status)

    def part(self, request: Request, template: str, **view: Any) -> Response:
        """A piece of a page, for one that renews itself."""
        viewer = viewer_of(request)
        text = self.templates.get_template(template).render(
            viewer=viewer,
            may_operate=viewer.may(Permission.OPERATE),
            may_read=viewer.may(Permission.READ),
            now_us=self.now_us,
            ordered_by=self._ordered_by(),
            **view,
        )
        return HTMLResponse(self._clean(text))

    def outside(
        self, request: Request, template: str, *, status: int = 200, **view: Any
    ) -> Response:
        """A page for somebody who has not logged in, or for an error."""
        viewer: Viewer | None = viewer_if_any(request)
        text = self.templates.get_template(template).render(
            **self._frame(request), viewer=viewer, **view
        )
        return HTMLResponse(self._clean(text), status)

    def _ordered_by(self) -> dict[str, str | None]:
        """By flow, the name of the field whose values are its lanes."""
        return {name: flow.ordered_by for name, flow in self.parts.hub.flows.items()}

    def _frame(self, request: Request) -> dict[str, Any]:
        theme = request.cookies.get("tieline_theme", "auto")
        return {
            "hub": self.parts.hub.name,
            "theme": theme if theme in {"light", "dark"} else "auto",
            "version": VERSION,
        }


def is_part(request: Request) -> bool:
    """Whether a page of ours asks for a piece only."""
    return request.headers.get("hx-request") == "true"


def environment(folders: Sequence[Path] = ()) -> Environment:
    """The templates, with every value made harmless on its way into a page."""
    made = Environment(
        loader=FileSystemLoader([FOLDER / "templates", *folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=words.shown,
    )
    made.globals.update(
        icon=words.icon,
        badge=words.badge,
        tone=words.tone,
        at=words.at,
        short_id=words.short_id,
        nothing=words.NONE,
        cause_link=cause_link,
        known_pairs=known_pairs,
        state_badge=words.state_badge,
        kind_words=words.kind_words,
        counted=words.counted,
        events_in=count_of,
        pause_end=end_words,
        kind_icons=words.KINDS,
    )
    made.filters.update(
        span=words.span,
        number=words.number,
        share=words.share,
        size=words.size,
        document=words.document,
        plain=words.plain,
        said=words.said,
        record=words.record,
        as_given=words.as_given,
        lane=hidden_key.readable_lane,
        identity=hidden_key.readable_identity,
        step_key=hidden_key.hidden_value,
    )
    return made


def cause_link(cause: str) -> Markup:
    """What caused an event: a run, an event, or a schedule by name."""
    if cause.startswith("run_"):
        return Markup('<a href="/runs/{}">{}</a>').format(cause, words.short_id(cause))
    if cause.startswith("evt_"):
        return Markup('edit of <a href="/events/{}">{}</a>').format(cause, words.short_id(cause))
    return Markup("{}").format(cause)


def known_pairs(options: object, chosen: str) -> bool:
    """Whether *chosen* is the value of one of the (value, text) *options*."""
    if not isinstance(options, (list, tuple)):
        return False
    return any(isinstance(one, tuple) and one[0] == chosen for one in options)
