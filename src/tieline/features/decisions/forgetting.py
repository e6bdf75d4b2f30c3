"""Forgetting: a step that a run remembers comes in; what is made again without it goes out."""

from dataclasses import replace

from tieline.model.base.errors import NotFound
from tieline.model.plans.plan import LeftOut, Plan, PlannedAction, PlanWarning
from tieline.model.views.details import RunDetail
from tieline.model.views.plans import PlanForgetting
from tieline.model.views.rows import StepRow
from tieline.model.views.views import ShowRun
from tieline.operations.planning import PlanParts
from tieline.rules.plans.change import fingerprint
from tieline.rules.privacy.hidden_key import hidden_value


async def plan(parts: PlanParts, asked: PlanForgetting) -> Plan:
    """What forgetting would do. Changes nothing. Raises NotFound."""
    detail = await parts.views.read(ShowRun(asked.run_id))
    step = found(detail, asked.step, asked.key)
    why_not = _why_not(detail, step)
    does = (PlannedAction(again(step), 1, flow=detail.run.flow),) if why_not is None else ()
    made = Plan(
        action="forget",
        chosen=f"{step.name} ({hidden_value(step.key)}) of {detail.run.id}",
        noun="step",
        at_us=parts.now_us,
        found=1,
        exact=True,
        does=does,
        left_out=() if why_not is None else (LeftOut(why_not, 1),),
        warnings=tuple(PlanWarning(words) for words in (*_behind(detail, step), _when(detail))),
    )
    digest = f"{step.state}{step.tries}"
    return replace(made, fingerprint=fingerprint(made, digest))


def found(detail: RunDetail, name: str, key: str) -> StepRow:
    """The step of that name and key, which may be given as it is shown. Raises NotFound."""
    for step in detail.steps:
        if step.name == name and key in {step.key, hidden_value(step.key)}:
            return step
    known = ", ".join(f"{one.name!r} ({hidden_value(one.key)})" for one in detail.steps)
    raise NotFound(f"step of {detail.run.id}, which remembers {known or 'none'}:", f"{name} {key}")


def again(step: StepRow) -> str:
    """What becomes of it when its flow asks for it once more, in words."""
    name = step.name
    if step.effect == "read":
        return f"{name} is read again"
    if step.effect == "idempotent":
        return (
            f"{name} is made again, under the same idempotency key: what still knows the key makes "
            "nothing twice"
        )
    return f"{name} is made again: the other system knows no key of it, so it happens once more"


def _why_not(detail: RunDetail, step: StepRow) -> str | None:
    if detail.run.state == "running":
        return "the run is being executed; wait until it is not, or cancel it"
    if step.state == "intent":
        return "nobody knows whether it happened; resolve the run, which says so"
    return None


def _behind(detail: RunDetail, step: StepRow) -> tuple[str, ...]:
    done = sum(one.state == "done" and one != step for one in detail.steps)
    if not done:
        return ()
    return (
        f"{done} other steps that are done stay done; those that are asked for with what this one "
        "returned have other arguments then, and the run is held at them",
    )


def _when(detail: RunDetail) -> str:
    run = detail.run
    if run.state == "dead":
        return f"it is asked for again once the run is retried: tieline dead retry {run.id}"
    if run.state in {"done", "cancelled"}:
        return f"the run is {run.state}: it is asked for again by a replay of {run.event_id}"
    return "it is asked for again when the run is executed next"
