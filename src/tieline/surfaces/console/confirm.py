"""Confirm: a change that a person wants comes in; it is shown first, asked a reason for, then done.

One address for each: GET shows what it will do and asks why, POST does it and goes on.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tieline.model.base.errors import CommandRefused, Conflict, PayloadRejected, SettingsError
from tieline.model.commands import By
from tieline.surfaces.console.page_parts import PageParts, is_part
from tieline.surfaces.web.viewer import viewer_of

LONGEST_REASON = 500
UNUSABLE = 422


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """What a person is shown before anything changes."""

    title: str
    does: tuple[str, ...]
    """What will happen, in sentences."""
    button: str
    back: str
    """Where to go when it is not wanted after all."""
    is_dangerous: bool = False
    fields: str = ""
    """A template with further fields."""
    view: Mapping[str, object] = field(default_factory=dict)
    """What that template shows."""
    is_possible: bool = True
    """False: ``does`` says why not, and there is no button."""


Do = Callable[[FormData, By], Awaitable[str | Response]]
"""Does it; returns where to go, or what to show once.

Raises Conflict, CommandRefused, SettingsError to say why not."""


async def act(desk: PageParts, request: Request, shown: ConfirmPage, do: Do) -> Response:
    """Answer a GET or a POST to the act's own address."""
    if request.method != "POST":
        return await _ask(desk, request, shown)
    form = await request.form()
    reason = text_of(form, "reason")[:LONGEST_REASON]
    if not reason:
        return await _ask(desk, request, shown, form, "Say why: it goes into the audit log.")
    by = By(viewer_of(request).name, reason, desk.now_us)
    try:
        path = await do(form, by)
    except (Conflict, CommandRefused, PayloadRejected, SettingsError) as error:
        return await _ask(desk, request, shown, form, _sentence(error))
    desk.forget_standing()
    return RedirectResponse(path, 303) if isinstance(path, str) else path


def text_of(form: FormData, name: str) -> str:
    """One field without the space around it; empty when there is none."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _sentence(error: Exception) -> str:
    words = str(error)
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


async def _ask(
    desk: PageParts,
    request: Request,
    shown: ConfirmPage,
    form: FormData | None = None,
    wrong: str | None = None,
) -> Response:
    given = {} if form is None else {k: v for k, v in form.multi_items() if isinstance(v, str)}
    view: dict[str, Any] = {
        "act": shown,
        "path": request.url.path,
        "query": request.url.query,
        "given": given,
        "wrong": wrong,
        "csrf": viewer_of(request).csrf or "",
        **shown.view,
    }
    if is_part(request):
        return desk.part(request, "act_form.html", **view)
    status = 200 if wrong is None else UNUSABLE
    return await desk.page(request, "act.html", status=status, title=shown.title, **view)
