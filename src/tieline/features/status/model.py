"""Status: the question how a thing stands, and its answer."""

from dataclasses import dataclass

from tieline.model.inbound.event import Reference
from tieline.model.question import Question

RECEIVED = "received"
WORKING = "working"
DONE = "done"
NEEDS_ATTENTION = "needs attention"


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """How a thing stands, for whom it is about."""

    status: str
    """received, working, done or needs attention."""
    words: str | None
    """What a flow said last (``run.say``)."""


@dataclass(frozen=True, slots=True)
class ReadStatus(Question[StatusAnswer]):
    """How the thing of this business name stands. Raises NotFound, and CommandRefused when it is of
    several tenants and none is named."""

    kind: str
    key: str
    tenant: str | None = None

    @property
    def reference(self) -> Reference:
        """The business name."""
        return Reference(self.kind, self.key)
