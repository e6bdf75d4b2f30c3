"""Account page: what became of all that was accepted, live, and the list behind each number."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.account.model import LISTED, STANDS, HubAccount
from tieline.features.account.window_account import behind, whole_account
from tieline.model.base.errors import NotFound
from tieline.model.views.views import Window
from tieline.rules.people.access import Permission
from tieline.surfaces.console.forms import ROWS, FilterForm, asked, pages
from tieline.surfaces.console.page_parts import PageParts, is_part
from tieline.surfaces.web.authorize import needs

LOOKS = 10
"""Slices of one page."""
USUAL = "1h"


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/accounted`` and the lists behind it."""

    @needs(Permission.READ)
    async def account(request: Request) -> Response:
        of = _asked(request, desk)
        found = await _reckoned(desk, of)
        view: dict[str, Any] = {"of": of, "found": found, "shown": _shown(found)}
        if is_part(request):
            return desk.part(request, "hub_account_body.html", **view)
        return await desk.page(
            request,
            "hub_account.html",
            title="Accounted for",
            known=sorted(row.source for row in found.sources),
            **view,
        )

    @needs(Permission.READ)
    async def listed(request: Request) -> Response:
        stands = request.path_params["stands"]
        if stands not in LISTED:
            raise NotFound("number of the account", stands)
        of = _asked(request, desk)
        views = desk.parts.views
        page = await behind(views, stands, of.window(ROWS), source=of.get("source"), looks=LOOKS)
        return await desk.page(
            request,
            "hub_account_events.html",
            here="/accounted",
            title="Accounted for",
            stands=stands,
            of=of,
            rows=page.rows,
            pages=pages(of, page),
        )

    return [Route("/accounted", account), Route("/accounted/{stands}", listed)]


def _asked(request: Request, desk: PageParts) -> FilterForm:
    """Of the last hour, if nobody says of when."""
    of = asked(request, ("source", "since", "until"), desk.now_us)
    if of.get("since") or of.get("until"):
        return of
    return FilterForm(of.path, {**of.values, "since": USUAL}, of.before, of.now_us, of.wrong)


async def _reckoned(desk: PageParts, of: FilterForm) -> HubAccount:
    window = Window(of.since_us(), of.until_us())
    return await whole_account(desk.parts.views, window, source=of.get("source"), looks=LOOKS)


def _shown(found: HubAccount) -> list[str]:
    """The columns that have something in them."""
    return [one for one in STANDS if found.stands[one]]
