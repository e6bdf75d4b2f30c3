"""Bulk: a filter and one decision come in; they are planned, confirmed, and go on by themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tieline.features.decisions import bulk as long_work
from tieline.model.base.by import NOBODY, By
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import RunId
from tieline.model.people.decisions import DecideMany
from tieline.model.plans.plan import Plan
from tieline.model.replays.operation import PREFIX, BulkFilter, StartOperation
from tieline.model.views.views import CheckStore
from tieline.surfaces.cli import plans
from tieline.surfaces.cli.options import issue_of
from tieline.surfaces.cli.plans import PlanAnswer
from tieline.surfaces.cli.session import CliSession


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """What a command was told beside what it is about."""

    plan: bool
    as_planned: str | None
    yes: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class BulkTarget:
    """What a command was said to be about: one run, or all of a filter."""

    run_id: str | None
    is_all: bool
    flow: str | None
    kind: str | None = None
    issue: str | None = None
    connection: str | None = None
    target: str = "dead-letters"
    tenant: str | None = None

    def check(self) -> None:
        """Raises SettingsError for both, neither, or a filter that would go unheard."""
        narrow = {
            "--flow": self.flow,
            "--kind": self.kind,
            "--issue": self.issue,
            "--connection": self.connection,
            "--tenant": self.tenant,
        }
        if (self.run_id is None) != self.is_all:
            given = "both" if self.is_all else "neither"
            raise SettingsError("what to decide", given, "give either a run's id, or --all")
        unheard = next((name for name, value in narrow.items() if value is not None), None)
        if unheard is not None and not self.is_all:
            raise SettingsError(unheard, narrow[unheard], "it goes with --all")

    def filter(self) -> BulkFilter:
        """As the hub takes it."""
        return BulkFilter(self.target, self.flow, self.kind, issue_of(self.issue),
                          self.connection, self.tenant)  # fmt: skip

    def order(self, action: str, by: By) -> StartOperation:
        """To decide all of them."""
        return StartOperation("", action, self.filter(), 0, by)


def decide(
    session: CliSession,
    action: str,
    chosen: BulkTarget,
    asked: PlanAsked,
    one: Callable[[RunId, By], None],
) -> None:
    """Plan, or decide about all, or about *one*: whichever was asked for.

    Raises SettingsError for a decision without a reason.
    """
    if asked.plan:
        tell_plan(session, action, chosen)
        return
    by = session.by(asked.reason)
    if chosen.run_id is not None:
        one(RunId(chosen.run_id), by)
        return
    answer = PlanAnswer(asked.yes, as_planned=asked.as_planned)
    decide_all(session, chosen.order(action, by), answer)


def tell_plan(session: CliSession, action: str, chosen: BulkTarget) -> None:
    """Say what deciding would do, and change nothing."""
    if chosen.run_id is None:
        plan = plans.plan_of(session, chosen.order(action, NOBODY))
    else:
        plan = plans.plan_of(session, DecideMany(action, (RunId(chosen.run_id),), NOBODY))
    plans.tell(session.paper, plan)


def decide_all(session: CliSession, order: StartOperation, given: PlanAnswer) -> None:
    """Plan, ask, record; a hub then makes the decision bite by bite."""
    made = plans.agreed(session, order, given)
    if not made.would:
        session.done("nothing of this waits for a decision", operation=None, runs=0)
        return
    id_ = session.run(_start(session, order, made, given.as_planned))
    told = f"{id_} is started: tieline operations show {id_}"
    session.done(told, operation=id_, runs=made.would)
    if session.far is None and session.ask(CheckStore()).holder is None:
        session.paper.hint("no hub is running: it goes on when one serves this store")


async def _start(
    session: CliSession, order: StartOperation, made: Plan, as_planned: str | None
) -> str:
    if session.far is not None:
        async with session.hub_there() as hub:
            return await hub.start_bulk(order, as_planned)
    id_ = PREFIX + session.target().ids.replay().partition("_")[2]
    async with session.journal() as journal:
        await long_work.start(journal, replace(order, id=id_), made)
    return id_
