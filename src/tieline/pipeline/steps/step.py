"""Step: one use of a step in an execution, as its caller, its memory and its log know it."""

from dataclasses import dataclass
from typing import NamedTuple

from tieline.model.base.ids import Micros, RunId
from tieline.model.calls.call import Effect
from tieline.model.runs.run import StepRecord, StepState
from tieline.pipeline.steps.memory import StepKey


@dataclass(slots=True)
class Step:
    """One use of a step in this execution."""

    name: str
    key: str
    base: str
    """The key of the step that it is, or that it followed with other arguments."""
    own_key: str | None
    """The author's key, as it is stored."""
    exact: StepKey
    """Name and base as the author gave them, for the effect key; stored and shown nowhere."""
    effect: Effect
    fingerprint: str
    effect_key: str | None
    known: StepRecord | None
    started_us: Micros
    is_in_place: bool = True
    """Whether what is remembered has the number that it has now."""
    content: bytes = b""
    """What it was asked for; empty for those that only read."""
    tries: int = 0
    again: int = 0
    """How often it was asked for again after it had failed in this execution."""

    @property
    def result(self) -> bytes | None:
        """The remembered result."""
        return None if self.known is None else self.known.result

    def record(
        self,
        run_id: RunId,
        state: StepState,
        tries: int,
        result: bytes | None,
        finished_us: Micros | None,
    ) -> StepRecord:
        """Where it stands, as it is remembered."""
        return StepRecord(
            run_id,
            self.name,
            self.key,
            state,
            self.effect,
            self.fingerprint,
            self.effect_key,
            tries,
            result,
            self.started_us,
            finished_us,
        )


class StepAttempt(NamedTuple):
    """One try, as it is logged."""

    connection: str | None
    at_us: Micros
    took_us: int
    status: int | None
    outcome: str
    retry_us: Micros | None
    detail: str | None
