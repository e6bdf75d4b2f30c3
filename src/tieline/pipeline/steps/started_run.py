"""StartedRun: a run that was started comes in; how it ended, or a stop until then, goes out."""

from dataclasses import dataclass

import orjson

from tieline.model.base.errors import RunFailed
from tieline.model.base.ids import RunId
from tieline.model.calls.call import Effect
from tieline.model.runs.run import RunState, Waiting
from tieline.model.runs.waits import RunWait, waits_for_run
from tieline.model.views.views import ReadRun
from tieline.pipeline.steps.event_wait import look_again_us
from tieline.pipeline.steps.step import Step
from tieline.pipeline.steps.steps import Steps
from tieline.rules.runs.transitions import TERMINAL

FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class LiveStartedRun:
    """A run that this one has started (``ports.run.StartedRun``)."""

    id: str
    flow: str
    steps: Steps
    is_new: bool = False
    """Whether it was started in this execution: then it is stored with the next commit."""

    async def end(self) -> None:
        """Return once it is done. Raises RunFailed, or Stop to wait."""
        step = self.steps.look_up(f"end of {self.flow}", self.id, Effect.READ, self.id)
        if step.result is None:
            self.steps.stopping.may_sleep()
            ended = await self._looked(step)
        else:
            ended = orjson.loads(step.result)
        state, reason = ended
        if state != RunState.DONE:
            raise RunFailed(self.id, self.flow, state, reason)

    async def _looked(self, step: Step) -> tuple[str, str]:
        row = await self.steps.parts.read(ReadRun(RunId(self.id)))
        if self.is_new if row is None else row.state not in TERMINAL:
            now_us = self.steps.parts.clock.now_us()
            due_us = look_again_us(now_us if row is None else row.created_us, now_us)
            on = waits_for_run(self.id)
            reason = f"{self.flow} has not ended"
            raise self.steps.stop(Waiting(due_us, on, reason, RunWait(RunId(self.id))))
        if row is None:
            ended = (FORGOTTEN, "retention has forgotten it before its end was looked for")
        else:
            ended = (row.state, row.reason or "no reason was given")
        self.steps.done(step, orjson.dumps(ended))
        return ended
