"""Plans: a command that is to be ordered comes in; its plan is shown, and somebody says yes."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer

from tieline.model.base.errors import SettingsError
from tieline.model.command import OperatorCommand
from tieline.model.plans.plan import Plan, PlanExample
from tieline.model.question import Question
from tieline.operations.planning import PlanParts, check_unchanged
from tieline.rules.plans.change import changes
from tieline.rules.plans.lines import lines
from tieline.surfaces.cli.output import Column, Output
from tieline.surfaces.cli.session import CliSession

AsPlanned = Annotated[
    str | None,
    typer.Option("--as-planned", help="Only if it would still do this: the fingerprint of a plan."),
]
PlanOnly = Annotated[bool, typer.Option("--plan", help="Say what it would do, and change nothing.")]


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """What was said on the line to a plan that nobody has seen yet."""

    yes: bool = False
    yes_effects_again: bool = False
    as_planned: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One example, as a row of a table."""

    does: str
    example: PlanExample


COLUMNS: tuple[Column[_Line], ...] = (
    Column("ID", lambda one: one.example.id),
    Column("WHAT", lambda one: one.example.words or None),
    Column("WOULD", lambda one: one.does),
)


def plan_of(session: CliSession, command: OperatorCommand[Any]) -> Plan:
    """What *command* would do, were it ordered now."""
    return made(session, session.build.plans.question(command))


def made(session: CliSession, question: Question[Plan]) -> Plan:
    """The plan that *question* asks for."""
    if session.far is not None:
        return session.ask(question)

    async def look() -> Plan:
        async with session.views() as views:
            parts = PlanParts(views, session.admitter, session.now_us())
            return await session.build.plans.made(question, parts)

    return session.run(look())


def tell(paper: Output, plan: Plan) -> None:
    """Print it."""
    if paper.is_json:
        paper.json(plan)
        return
    paper.fields((*lines(plan), ("as planned", plan.fingerprint)))
    examples = [
        *(_Line(one.does, it) for one in plan.does for it in one.examples),
        *(_Line(f"left out: {one.why}", it) for one in plan.left_out for it in one.examples),
    ]
    paper.section("For example", COLUMNS, examples)


def agreed(session: CliSession, command: OperatorCommand[Any], given: PlanAnswer) -> Plan:
    """The plan that the person said yes to; as it is now, if they took their time.

    Raises SettingsError without a yes, Conflict if it is not what was planned before.
    """
    plan = plan_of(session, command)
    check_unchanged(given.as_planned, plan)
    if not session.paper.is_json:
        tell(session.paper, plan)
    if not plan.would:
        return plan
    while _ask(session, plan, given):
        again = plan_of(session, command)
        told = changes(plan, again)
        if not told:
            break
        session.paper.say("since then it has changed: " + "; ".join(told))
        plan, given = again, replace(given, yes=False, yes_effects_again=False)
    return plan


def _ask(session: CliSession, plan: Plan, given: PlanAnswer) -> bool:
    """Whether somebody was asked. Raises SettingsError for a no."""
    if plan.repeats_effects and plan.effects and not given.yes_effects_again:
        question = f"{plan.effects} effects happened and would be repeated."
        if not session.confirm(question, "again"):
            wanted = "confirm it on a terminal, or with --yes-effects-again"
            raise SettingsError("--repeat-side-effects", "not confirmed", wanted)
        return True
    if given.yes or plan.repeats_effects:
        return False
    least = "" if plan.exact else "at least "
    if not session.confirm(f"{plan.action} of {least}{plan.would}.", "yes"):
        raise SettingsError(f"the {plan.action}", "not confirmed", "answer yes, or give --yes")
    return True
