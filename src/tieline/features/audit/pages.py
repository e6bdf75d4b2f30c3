"""Audit: what people did, line by line, and whether the chain of the lines is whole."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.views.rows import AuditRow
from tieline.model.views.views import CheckRows, ListAudit
from tieline.rules.people.access import Permission
from tieline.rules.people.audit_chain import first_break, hash_of
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import chosen_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

SLICES = 40
"""Of the audit log, in one look at all of it; each is a short read of its own."""


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/audit``."""

    @needs(Permission.READ)
    async def audit(request: Request) -> Response:
        of = asked(request, ("subject", "actor", "action", "since"), desk.now_us)
        actor, action = of.get("actor"), of.get("action")
        page = await chosen_of(
            desk,
            lambda window: ListAudit(of.get("subject"), window),
            of.window(),
            lambda row: actor in {None, row.actor} and action in {None, row.action},
            lambda row: str(row.seq),
        )
        view: dict[str, Any] = {"checked": None}
        if request.query_params.get("verify"):
            view["checked"] = await _verify(desk)
        return await desk.page(
            request,
            "audit.html",
            title="Audit",
            of=of,
            rows=[(row, row.hash == hash_of(row)) for row in page.rows],
            is_whole=not set(of.values) & {"subject", "actor", "action"} and _is_chained(page.rows),
            pages=pages(of, page),
            actors=sorted({row.actor for row in page.rows}),
            actions=sorted({row.action for row in page.rows}),
            **view,
        )

    return [Route("/audit", audit)]


def _is_chained(rows: tuple[AuditRow, ...]) -> bool:
    """Whether the shown lines continue each other; the newest stands first."""
    lines = rows[::-1]
    return not lines or first_break(lines, previous=lines[0].previous) is None


async def _verify(desk: PageParts) -> tuple[str, int, str]:
    """(tone, lines looked at, words): the whole chain in short reads, up to a limit."""
    cursor, looked = "", 0
    for _ in range(SLICES):
        checked = await desk.read(CheckRows("audit", cursor))
        looked += checked.looked
        if checked.oddities:
            odd = checked.oddities[0]
            return "bad", looked, f"{odd.subject}: {odd.words}"
        if checked.cursor is None:
            return "good", looked, "Every line continues the one before; none was changed."
        cursor = checked.cursor
    words = "So far every line continues the one before; tieline doctor --thorough reads the rest."
    return "wait", looked, words
