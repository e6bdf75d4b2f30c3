"""Planning: a command comes in before it is ordered; the plan of what it would do goes out.

Which question plans which command, and who answers it, stands in the manifests of the features; the
command line, the API and the console all ask here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tieline.model.base.errors import Conflict
from tieline.model.base.ids import Micros
from tieline.model.command import OperatorCommand
from tieline.model.plans.plan import Plan
from tieline.model.question import Question
from tieline.pipeline.admit import Admitter
from tieline.ports.views import Views
from tieline.rules.plans.change import changed_since


@dataclass(frozen=True, slots=True)
class PlanParts:
    """What a plan is made of."""

    views: Views
    admitter: Callable[[], Admitter]
    """Asked for when it is needed: it takes the hub's own code."""
    now_us: Micros


Planner = Callable[[PlanParts, Any], Awaitable[Plan]]


@dataclass(frozen=True, slots=True)
class Plans:
    """Which actions are planned, and how."""

    questions: Mapping[type[OperatorCommand[Any]], Callable[[Any], Question[Plan]]] = field(
        default_factory=dict
    )
    """By the command: makes the question that plans it."""
    planners: Mapping[type[Question[Any]], Planner] = field(default_factory=dict)
    """By the question: makes the plan."""

    def question(self, command: OperatorCommand[Any]) -> Question[Plan]:
        """What asks for the plan of *command*."""
        return self.questions[type(command)](command)

    async def made(self, question: Question[Plan], parts: PlanParts) -> Plan:
        """The plan that *question* asks for. Changes nothing. Raises CommandRefused."""
        return await self.planners[type(question)](parts, question)


def check_unchanged(as_planned: str | None, now: Plan) -> None:
    """Raises Conflict if somebody ordered what was planned as *as_planned*, a fingerprint, and it
    would be something else *now*."""
    if as_planned is None:
        return
    told = changed_since(as_planned, now)
    if told:
        words = "; ".join(told)
        raise Conflict(
            f"the plan has changed since it was made: {words}; look at it again, and order it as "
            f"{now.fingerprint}"
        )
