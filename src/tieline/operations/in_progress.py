"""In progress: replays and bulk decisions come in as two lists; one, newest first, goes out."""

from collections.abc import Collection

from tieline.model.base.ids import ReplayId
from tieline.model.replays.operation import PREFIX as BULK
from tieline.model.views.operations import ListOperations, OperationRow, ShowOperation
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import ListReplays, Page, ShowReplay, Window
from tieline.ports.views import Views

LongWork = ReplayRow | OperationRow
REPLAY = "rpl_"
CURSOR = "op_"
"""What a cursor begins with; behind it stands the part of an id that sorts by time."""
KINDS = ("replay", "decision")


def kind_of(row: LongWork) -> str:
    """One of ``KINDS``."""
    return "replay" if isinstance(row, ReplayRow) else "decision"


async def show(views: Views, id_: str) -> LongWork:
    """One of them. Raises NotFound."""
    if id_.startswith(REPLAY):
        return (await views.read(ShowReplay(ReplayId(id_)))).replay
    return await views.read(ShowOperation(id_))


async def under_way(
    views: Views, window: Window, *, state: str | None = None, kinds: Collection[str] = KINDS
) -> Page[LongWork]:
    """Long work of some kinds, newest first."""
    pages: list[Page[ReplayRow] | Page[OperationRow]] = []
    if "replay" in kinds:
        pages.append(await views.read(ListReplays(state, _of(window, REPLAY))))
    if "decision" in kinds:
        pages.append(await _decisions(views, state, _of(window, BULK)))
    # What lies behind the end of one page may come before rows of the other: not told yet.
    floor = max((_moment(page.cursor) for page in pages if page.cursor is not None), default="")
    rows: list[LongWork] = [row for page in pages for row in page.rows if _moment(row.id) >= floor]
    rows.sort(key=lambda row: _moment(row.id), reverse=True)
    shown = tuple(rows[: window.limit])
    last = _moment(shown[-1].id) if len(rows) > len(shown) else floor
    return Page(shown, CURSOR + last if last else None)


async def _decisions(views: Views, state: str | None, window: Window) -> Page[OperationRow]:
    """Newest first, so the first that is too old ends it."""
    page = await views.read(ListOperations(state, window))
    since_us, until_us = window.since_us or 0, window.until_us
    rows = tuple(
        row
        for row in page.rows
        if since_us <= row.started_us and (until_us is None or row.started_us < until_us)
    )
    is_past = bool(page.rows) and page.rows[-1].started_us < since_us
    return Page(rows, None if is_past else page.cursor)


def _of(window: Window, prefix: str) -> Window:
    before = None if window.before is None else prefix + window.before.removeprefix(CURSOR)
    return Window(window.since_us, window.until_us, before, window.limit)


def _moment(id_: str) -> str:
    return id_.partition("_")[2]
