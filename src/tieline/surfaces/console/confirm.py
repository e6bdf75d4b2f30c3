"""Confirm: a change that a person wants comes in; it is shown first, asked a reason for, then done.

One address for each: GET shows what it will do and asks why, POST does it and goes on.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tieline.model.base.errors import CommandRefused, Conflict, PayloadRejected, SettingsError
from tieline.model.command import OperatorCommand
from tieline.model.commands import By, Decided
from tieline.model.plans.plan import Plan
from tieline.rules.plans.change import changed_since
from tieline.rules.plans.end import PARTLY, alike, ending
from tieline.rules.plans.lines import sentences
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
    plan: Plan | None = None
    """What it would do now; a yes holds only as long as it would still do that."""


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
    if shown.plan is not None and (told := changed_since(text_of(form, "as_planned"), shown.plan)):
        words = f"Since you were asked, it has changed: {'; '.join(told)}. Look at it again."
        return await _ask(desk, request, shown, form, words)
    try:
        path = await do(form, by)
    except (Conflict, CommandRefused, PayloadRejected, SettingsError) as error:
        return await _ask(desk, request, shown, form, _sentence(error))
    desk.forget_standing()
    return RedirectResponse(path, 303) if isinstance(path, str) else path


async def planned(desk: PageParts, order: OperatorCommand[Any], page: ConfirmPage) -> ConfirmPage:
    """*page* with the plan of *order*; it is not possible where nothing would be done."""
    plan = await desk.parts.plan_of(order)
    return replace(page, plan=plan, is_possible=page.is_possible and plan.would > 0)


async def ended(
    desk: PageParts, request: Request, asked: ConfirmPage, decided: Decided, told: str
) -> str | Response:
    """Where to go once many things are decided: to the page that tells it, or, if they are fewer
    than was planned, to one that says how many and why."""
    plan = asked.plan
    if plan is None:
        return told
    known = {one.why: one.count for one in plan.left_out}
    end = ending(plan.would, len(decided.done), known, alike(decided.refused))
    if end.state != PARTLY:
        return told
    page = ConfirmPage(
        f"Made {len(decided.done)} of {plan.would}",
        (_sentence(end.words),),
        "",
        asked.back,
        is_possible=False,
    )
    return await _ask(desk, request, page)


def text_of(form: FormData, name: str) -> str:
    """One field without the space around it; empty when there is none."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _sentence(error: Exception | str) -> str:
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
        "planned": () if shown.plan is None else sentences(shown.plan),
        "csrf": viewer_of(request).csrf or "",
        **shown.view,
    }
    if is_part(request):
        return desk.part(request, "act_form.html", **view)
    status = 200 if wrong is None else UNUSABLE
    return await desk.page(request, "act.html", status=status, title=shown.title, **view)
