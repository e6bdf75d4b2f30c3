"""Decisions: runs are cancelled, retried, edited, resolved; flows and connections are paused."""

from typing import TYPE_CHECKING, Any

from tieline.adapters.sql.reading import listing
from tieline.adapters.sql.runs import bulk_deciding, deciding
from tieline.features.decisions import bulk, forgetting, reading, store
from tieline.features.decisions.inbox import FEEDS
from tieline.features.manifest import Answers, Feature, Handles, PlannedBy, facts_of
from tieline.model import commands as c
from tieline.model.base.json_text import json_value
from tieline.model.replays import operation as o
from tieline.model.runs.facts import DecisionMade
from tieline.model.views import views as v
from tieline.model.views.operations import ListOperations, ShowOperation
from tieline.model.views.plans import PlanDecisions, PlanForgetting
from tieline.rules.people.access import Permission
from tieline.rules.people.pausing import as_length

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _paused(command: c.Pause | c.Resume) -> DecisionMade:
    subject = f"{command.kind}:{command.name}"
    return DecisionMade(facts_of(command).action, subject, command.by.actor, command.by.reason)


def _pause_body(command: c.Pause) -> dict[str, Any]:
    return {"for": as_length(command.until_us, command.by.at_us)}


def _many(command: c.DecideMany) -> DecisionMade:
    by, count = command.by, len(command.run_ids)
    return DecisionMade(f"{command.action}-many", f"{count} runs", by.actor, by.reason)


def _resolved(command: c.ResolveHeld) -> dict[str, Any]:
    result = {} if command.result is None else {"result": json_value(command.result)}
    return {"decision": str(command.decision), **result}


def _started(command: o.StartOperation) -> dict[str, Any]:
    of = command.filter
    named = {"flow": of.flow, "kind": of.kind, "issue": of.issue, "connection": of.connection}
    given = {name: value for name, value in named.items() if value is not None}
    return {"target": of.target, "action": command.action, **given}


def _plan_retry(command: c.RetryDead) -> PlanDecisions:
    ids = (command.run_id,)
    return PlanDecisions("retry", None, ids, as_new_action=command.as_new_action)


def _plan_discard(command: c.DiscardDead) -> PlanDecisions:
    return PlanDecisions("discard", None, (command.run_id,))


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.decisions.api import deciding, operations

    return (*deciding.ENDPOINTS, *operations.ENDPOINTS)


def _commands(app: "typer.Typer") -> None:
    from tieline.features.decisions.cli import dead, held, operations

    app.add_typer(dead.app, name="dead")
    app.add_typer(held.app, name="held")
    app.add_typer(operations.app, name="operations")
    import tieline.features.decisions.cli.retrying  # noqa: F401 - its verb joins those of runs


def _pages() -> "Pages":
    from tieline.features.decisions.pages import decision_lists as letters
    from tieline.features.decisions.pages import decisions
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        lambda desk: (*letters.routes(desk), *decisions.routes(desk)),
        menu=(
            MenuItem(
                "Needs a decision",
                MenuLink("/dead", "Dead letters", "dead", tone="bad"),
                lambda standing: standing.total("dead"),
            ),
            MenuItem(
                "Needs a decision",
                MenuLink("/held", "Held runs", "held", tone="person"),
                lambda standing: standing.total("held"),
            ),
        ),
        told={
            "retried": "It is queued to run again. What its steps returned stays; nothing is done "
            "twice.",
            "discarded": "It is discarded, and its lane goes on.",
            "cancelled": "It is cancelled. What it had done stays done.",
            "edited": "The edited copy is recorded as a new event, and runs in place of the dead "
            "run.",
            "forgotten": "It is forgotten: it is made or read again when its flow asks for it.",
            "resolved": "Your decision is recorded, and the run follows it.",
            "decided": "Your decision is recorded for every run that it fitted.",
            "paused": "It is paused. Nothing is lost: work waits until its time is over, "
            "or somebody resumes it.",
            "resumed": "It is resumed, and goes on.",
        },
    )


_OPERATE = Permission.OPERATE
DECISIONS = Feature(
    name="decisions",
    says="Lets people pause, cancel, retry, edit and resolve, one by one or many at once.",
    commands=(
        Handles(
            c.Pause,
            deciding.pause,
            _OPERATE,
            call="/{kind}s/{name}/pause",
            body=_pause_body,
            inverse=c.Resume,
            facts=_paused,
        ),
        Handles(
            c.Resume,
            deciding.resume,
            _OPERATE,
            call="/{kind}s/{name}/resume",
            inverse=c.Pause,
            facts=_paused,
        ),
        Handles(c.EndPauses, deciding.end_pauses),
        Handles(c.Cancel, deciding.cancel, _OPERATE, call="/runs/{run_id}/cancel"),
        Handles(
            c.RetryDead,
            deciding.retry_dead,
            _OPERATE,
            call="/dead-letters/{run_id}/retry",
            about="run",
            plan=PlannedBy(PlanDecisions, _plan_retry),
        ),
        Handles(
            c.DiscardDead,
            deciding.discard_dead,
            _OPERATE,
            call="/dead-letters/{run_id}/discard",
            about="run",
            plan=PlannedBy(PlanDecisions, _plan_discard),
        ),
        Handles(
            c.ForgetStep,
            deciding.forget_step,
            _OPERATE,
            call="/runs/{run_id}/forget-step",
            about="run",
            plan=PlannedBy(
                PlanForgetting, lambda one: PlanForgetting(one.run_id, one.step, one.key)
            ),
        ),
        Handles(c.EditDead, deciding.edit_dead, _OPERATE),
        Handles(
            c.ResolveHeld,
            deciding.resolve_held,
            _OPERATE,
            call="/held-runs/{run_id}/resolve",
            about="run",
            body=_resolved,
        ),
        Handles(
            c.DecideMany,
            bulk_deciding.decide,
            _OPERATE,
            call="/runs/decide",
            plan=PlannedBy(PlanDecisions, lambda one: PlanDecisions(one.action, None, one.run_ids)),
            facts=_many,
        ),
        Handles(
            o.StartOperation,
            store.start,
            _OPERATE,
            call="/operations",
            body=_started,
            plan=PlannedBy(PlanDecisions, lambda one: PlanDecisions(one.action, one.filter)),
            inverse=o.CancelOperation,
        ),
        Handles(o.MoveOperation, store.move),
        Handles(o.CancelOperation, store.cancel, _OPERATE, call="/operations/{id}/cancel"),
    ),
    questions=(
        Answers(v.ListDead, listing.dead, needs=Permission.READ),
        Answers(v.ListPauses, listing.pauses, needs=Permission.READ),
        Answers(ListOperations, reading.listed, needs=Permission.READ),
        Answers(ShowOperation, reading.shown, needs=Permission.READ),
        Answers(PlanDecisions, needs=Permission.READ, planner=bulk.plan),
        Answers(PlanForgetting, needs=Permission.READ, planner=forgetting.plan),
    ),
    needs=("records",),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    tables=("pause", "operation"),
    inbox=FEEDS,
)
