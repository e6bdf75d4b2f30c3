"""Questions: what only a running hub can say of itself, asked as a store is asked."""

from dataclasses import dataclass

from tieline.model.commands import ReplayFilter
from tieline.model.views import Question
from tieline.operations.overview import ConnectionLine, FlowLine
from tieline.operations.replay import Plan


@dataclass(frozen=True, slots=True)
class AskFlows(Question[tuple[FlowLine, ...]]):
    """The flows that the hub declares, and how their work stands."""


@dataclass(frozen=True, slots=True)
class AskConnections(Question[tuple[ConnectionLine, ...]]):
    """The connections that the hub declares, and how their calls went."""


@dataclass(frozen=True, slots=True)
class AskPlan(Question[Plan]):
    """What a replay would do, with the hub's own flows and payloads."""

    filter: ReplayFilter
    as_new_action: bool
