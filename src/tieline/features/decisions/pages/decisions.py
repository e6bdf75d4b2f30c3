"""Decisions about one run: what each will do is shown first, then done for a reason."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.decisions.forgetting import again
from tieline.model.base.errors import CommandRefused, Conflict, SettingsError
from tieline.model.base.ids import RunId
from tieline.model.base.json_text import json_text, json_value
from tieline.model.commands import By, Cancel, DiscardDead, ForgetStep, ResolveHeld, RetryDead
from tieline.model.people.decisions import DecideMany
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import StepRow
from tieline.model.views.views import CountEffects, ShowEvent, ShowRun
from tieline.operations import decide
from tieline.operations import redaction as visible
from tieline.operations.decide import Decision
from tieline.rules.people.access import Permission
from tieline.rules.privacy.hidden_key import hidden_value, readable_lane
from tieline.rules.privacy.redact import REDACTED
from tieline.rules.runs.transitions import LIVE
from tieline.surfaces.console.confirm import ConfirmPage, act, text_of
from tieline.surfaces.console.format import counted, document, plain, said
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

MOST_SENT = 700


@dataclass(frozen=True, slots=True)
class RunDecision:
    """One thing that can be done with a run."""

    shown: Callable[[PageParts, RunDetail], Awaitable[ConfirmPage]]
    do: Callable[[PageParts, RunDetail, FormData, By], Awaitable[str]]


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/runs/{id}/<verb>``."""
    return [_route(desk, name, verb) for name, verb in VERBS.items()]


def _route(desk: PageParts, name: str, verb: RunDecision) -> BaseRoute:
    @needs(Permission.OPERATE)
    async def decision(request: Request) -> Response:
        detail = await desk.read(ShowRun(RunId(request.path_params["id"])))

        async def do(form: FormData, by: By) -> str:
            return await verb.do(desk, detail, form, by)

        return await act(desk, request, await verb.shown(desk, detail), do)

    return Route(f"/runs/{{id}}/{name}", decision, methods=["GET", "POST"])


# --- doing ------------------------------------------------------------------------------------


async def _do_retry(desk: PageParts, detail: RunDetail, form: FormData, by: By) -> str:
    again = bool(text_of(form, "as_new_action"))
    await desk.parts.carry_out(RetryDead(detail.run.id, by, again))
    return f"{_back(detail)}?told=retried"


async def _do_retry_now(desk: PageParts, detail: RunDetail, _: FormData, by: By) -> str:
    decided = await desk.parts.carry_out(DecideMany("retry-now", (detail.run.id,), by))
    for _id, why_not in decided.refused:
        raise Conflict(why_not)
    return f"{_back(detail)}?told=retried"


async def _do_discard(desk: PageParts, detail: RunDetail, _: FormData, by: By) -> str:
    await desk.parts.carry_out(DiscardDead(detail.run.id, by))
    return f"{_back(detail)}?told=discarded"


async def _do_cancel(desk: PageParts, detail: RunDetail, _: FormData, by: By) -> str:
    await desk.parts.carry_out(Cancel(detail.run.id, by))
    return f"{_back(detail)}?told=cancelled"


async def _do_resolve(desk: PageParts, detail: RunDetail, form: FormData, by: By) -> str:
    await desk.parts.carry_out(_resolved(detail.run.id, form, by))
    return f"{_back(detail)}?told=resolved"


async def _do_edit(desk: PageParts, detail: RunDetail, form: FormData, by: By) -> str:
    text = text_of(form, "payload")
    if REDACTED in text:
        raise CommandRefused(
            f"the payload still has {REDACTED} in it: write the value that is meant, or "
            "change single fields with tieline dead edit --set, which keeps the others"
        )
    parts = desk.parts
    work = decide.EditParts(parts.journal, parts.views, parts.admitter)
    made = await decide.edit(work, detail.run.id, text.encode(), by)
    parts.after(RetryDead(detail.run.id, by))  # the hub looks for work that is ready
    return f"/runs/{made.run_id}?told=edited"


# --- showing ----------------------------------------------------------------------------------


def _not_now(detail: RunDetail, wanted: str) -> ConfirmPage:
    words = f"The run is {said(detail.run.state)}; only {wanted} can be treated like this."
    return ConfirmPage("This is not possible now", (words,), "", _back(detail), is_possible=False)


def _back(detail: RunDetail) -> str:
    return f"/runs/{detail.run.id}"


async def _retry(desk: PageParts, detail: RunDetail) -> ConfirmPage:
    if not detail.is_undecided:
        return _not_now(detail, "a dead run without a decision")
    effects = await desk.read(CountEffects((detail.run.event_id,)))
    done = sum(one.effects for one in effects if one.flow == detail.run.flow)
    steps = sum(step.state == "done" for step in detail.steps)
    return ConfirmPage(
        f"Retry this run of {detail.run.flow}",
        (
            "It is queued, and runs again as soon as there is room.",
            f"{counted(steps, 'step')} that it remembers as done will not be made again.",
            *_lane_words(detail, "It is still the first of lane {lane}; later runs wait for it."),
        ),
        "Retry",
        _back(detail),
        fields="fields/again.html" if done else "",
        view={"effects_words": counted(done, "effect")},
    )


async def _retry_now(_: PageParts, detail: RunDetail) -> ConfirmPage:
    if detail.run.state != "retrying":
        return _not_now(detail, "a run that waits to be retried")
    return ConfirmPage(
        f"Retry this run of {detail.run.flow} now",
        (
            "It does not wait for the time of its next attempt.",
            "Breakers, limits and pauses of its connections still count.",
        ),
        "Retry now",
        _back(detail),
    )


def _lane_words(detail: RunDetail, words: str) -> tuple[str, ...]:
    lane = detail.run.lane
    return () if lane is None else (words.format(lane=readable_lane(lane)),)


async def _discard(_: PageParts, detail: RunDetail) -> ConfirmPage:
    if not detail.is_undecided:
        return _not_now(detail, "a dead run without a decision")
    return ConfirmPage(
        f"Discard this run of {detail.run.flow}",
        (
            "Nothing more is done for its event by this flow; its story stays.",
            *_lane_words(detail, "Lane {lane} goes on with the next run."),
            "It can still be run again later by a replay of its event.",
        ),
        "Discard it",
        _back(detail),
        is_dangerous=True,
    )


async def _cancel(_: PageParts, detail: RunDetail) -> ConfirmPage:
    if detail.run.state not in LIVE:
        return _not_now(detail, "a run that has not ended")
    steps = sum(step.state == "done" for step in detail.steps)
    return ConfirmPage(
        f"Cancel this run of {detail.run.flow}",
        (
            "It ends now. A call that is on its way may still arrive.",
            f"{counted(steps, 'step')} that it has done stay done; nothing is undone.",
            *_lane_words(detail, "Lane {lane} goes on with the next run."),
        ),
        "Cancel the run",
        _back(detail),
        is_dangerous=True,
    )


GIVE_UP = (Decision.GIVE_UP, "Give up", "The run ends here, cancelled; its lane goes on.")
CHOICES = (
    (Decision.DONE, "It happened", "The step counts as done and the run goes on behind it."),
    (
        Decision.RETRY,
        "It did not happen",
        "The step is attempted again, under the same idempotency key.",
    ),
    GIVE_UP,
)
HOLD_CHOICES = (
    (
        Decision.CONTINUE,
        "Let it pass",
        "The flow goes on behind its hold, and sees that you said so, with your words.",
    ),
    (
        Decision.RETRY,
        "Ask the flow again",
        "It is executed again with what it remembers, and holds again if it still wants to.",
    ),
    GIVE_UP,
)


async def _resolve(_: PageParts, detail: RunDetail) -> ConfirmPage:
    if detail.run.state != "held":
        return _not_now(detail, "a held run")
    doubt = detail.run.step_in_doubt
    return _of_hold(detail) if doubt is None else _of_doubt(detail, doubt)


def _of_hold(detail: RunDetail) -> ConfirmPage:
    run = detail.run
    return ConfirmPage(
        "Let it pass?",
        (
            f"{run.flow} waits for a person before it goes on. It says: "
            f"{plain(run.reason or 'nothing')}",
            "No outcome is unknown: what it did so far stays done, what comes next is not done.",
        ),
        "Decide",
        _back(detail),
        fields="fields/let_through.html",
        view={
            "choices": HOLD_CHOICES,
            "names": sorted({(m.kind, m.key) for m in detail.mentions}),
        },
    )


def _of_doubt(detail: RunDetail, doubt: tuple[str, str]) -> ConfirmPage:
    step = doubt[0]
    asks = next((s for s in detail.steps if (s.name, s.key) == doubt), None)
    key = None if asks is None else asks.effect_key
    look = f" It was sent under the idempotency key {key}." if key else ""
    tries = [one for one in detail.exchanges if (one.step, one.key) == doubt]
    sent = max(tries, key=lambda one: one.number).request if tries else None
    return ConfirmPage(
        f"Did {step} happen?",
        (
            f"Nobody knows whether {step} arrived: {plain(detail.run.reason or 'no answer came')}.",
            f"Look at the other system first, for what is shown below.{look} "
            "Then say what you found.",
        ),
        "Decide",
        _back(detail),
        fields="fields/resolve.html",
        view={
            "choices": CHOICES,
            "step": step,
            "sent": None if sent is None else shortened(sent),
            "names": sorted({(m.kind, m.key) for m in detail.mentions}),
        },
    )


def shortened(text: str) -> str:
    """As much of a request as a question can bear; the run's own page has the rest."""
    return text if len(text) <= MOST_SENT else f"{text[:MOST_SENT]}…"


def _resolved(run_id: RunId, form: FormData, by: By) -> ResolveHeld:
    chosen = text_of(form, "decision")
    if chosen not in {str(one) for one in Decision}:
        wanted = "say whether it happened or not, may pass, or is given up"
        raise SettingsError("the decision", chosen, wanted)
    result = text_of(form, "result")
    if not result:
        return ResolveHeld(run_id, chosen, by)
    if chosen != Decision.DONE:
        raise CommandRefused("an answer goes only with 'it happened'; leave it empty")
    try:
        return ResolveHeld(run_id, chosen, by, json_text(json_value(result)))
    except ValueError as error:
        raise CommandRefused(f"the answer is no JSON document: {error}") from None


async def _edit(desk: PageParts, detail: RunDetail) -> ConfirmPage:
    if not detail.is_undecided:
        return _not_now(detail, "a dead run without a decision")
    shown = await desk.read(ShowEvent(detail.run.event_id))
    stored = shown.event.data if shown.event.data is not None else shown.body
    hidden = visible.payload(stored, desk.parts.hub, contract=shown.event.contract)
    text = document(hidden)
    hint = "The whole document; what you send is checked against the contract again."
    if REDACTED in text:
        hint = (
            f"{REDACTED} stands for a value that is not shown here: write it in full, or change "
            f"single fields with tieline dead edit {detail.run.id} --set."
        )
    return ConfirmPage(
        f"Edit the payload, and run {detail.run.flow} with it",
        (
            "The edited copy is recorded as a new event; the original stays as it came.",
            "A new run takes the dead run's place, with the same idempotency keys: what happened "
            "already is not made again.",
        ),
        "Run the edited copy",
        _back(detail),
        fields="fields/edit.html",
        view={"payload": text, "hint": hint},
    )


async def _forget(_: PageParts, detail: RunDetail) -> ConfirmPage:
    steps = [step for step in detail.steps if step.state != "intent"]
    if detail.run.state == "running" or not steps:
        return _not_now(detail, "a run that remembers steps, and is not being executed,")
    return ConfirmPage(
        f"Forget a step of this run of {detail.run.flow}",
        (
            "What it returned is taken out of what the run remembers; everything else stays.",
            "It is asked for again when the run is executed next: a dead run after a retry, one "
            "that has ended by a replay.",
        ),
        "Forget it",
        _back(detail),
        is_dangerous=True,
        fields="fields/forget.html",
        view={
            "choices": [
                (_value_of(step), f"{step.name} ({hidden_value(step.key)})", again(step))
                for step in steps
            ]
        },
    )


def _value_of(step: StepRow) -> str:
    return json_text([step.name, step.key]).decode()


async def _do_forget(desk: PageParts, detail: RunDetail, form: FormData, by: By) -> str:
    chosen = text_of(form, "step")
    step = next((one for one in detail.steps if _value_of(one) == chosen), None)
    if step is None:
        raise SettingsError("the step", chosen or None, "choose the one to be forgotten")
    await desk.parts.carry_out(ForgetStep(detail.run.id, step.name, step.key, by))
    return f"{_back(detail)}?told=forgotten"


VERBS = {
    "forget-step": RunDecision(_forget, _do_forget),
    "retry": RunDecision(_retry, _do_retry),
    "discard": RunDecision(_discard, _do_discard),
    "retry-now": RunDecision(_retry_now, _do_retry_now),
    "cancel": RunDecision(_cancel, _do_cancel),
    "resolve": RunDecision(_resolve, _do_resolve),
    "edit": RunDecision(_edit, _do_edit),
}
