"""EngineModel: what the store must hold after each acknowledged command, in plain dictionaries."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tieline.model.base.ids import RunId, WorkerId
from tieline.model.runs.run import HeadPolicy, NewRun, RunClaim, RunState, StepRecord, StepState
from tieline.model.runs.waits import Waits

S = RunState
Lane = tuple[str, str, str]


@dataclass(slots=True)
class ModelRun:
    """One run, as it must be."""

    new: NewRun
    place: int
    """Where it stands in the order of storing."""
    state: RunState
    epoch: int = 0
    worker: WorkerId | None = None
    due_us: int | None = None
    on: Waits | None = None
    deadline_us: int | None = None
    doubt: tuple[str, str] | None = None
    decided: bool = False
    """Dead, and somebody has dealt with it for good."""
    steps: dict[tuple[str, str], StepRecord] = field(default_factory=dict)

    @property
    def lane(self) -> Lane | None:
        run = self.new
        return None if run.lane is None else (run.tenant, run.flow, run.lane)

    @property
    def claim(self) -> RunClaim:
        return RunClaim(self.new.tenant, self.new.id, self.epoch)

    @property
    def is_live(self) -> bool:
        return self.state not in {S.DONE, S.DEAD, S.CANCELLED}


class EngineModel:
    """All runs, and who is the head of each lane."""

    def __init__(self) -> None:
        self.runs: dict[RunId, ModelRun] = {}
        self.heads: dict[Lane, RunId] = {}
        self.lost: list[RunClaim] = []
        """Claims that are not valid any more."""
        self.beats: dict[WorkerId, int] = {}
        self.is_paused = False
        """Whether somebody holds the connection that runs wait for."""
        self.places = 0

    # --- coming in ------------------------------------------------------------------------------

    def store(self, new: NewRun, worker: WorkerId | None = None) -> None:
        """A run comes in behind all that were stored before."""
        self.places += 1
        run = self.runs[new.id] = ModelRun(new, self.places, S.READY, deadline_us=new.deadline_us)
        self._queue(run)
        if worker is not None and not self.is_behind(run):
            self.take(run, worker)

    def _queue(self, run: ModelRun) -> None:
        if run.lane is not None:
            self.heads.setdefault(run.lane, run.new.id)

    def is_behind(self, run: ModelRun) -> bool:
        return run.lane is not None and self.heads.get(run.lane) != run.new.id

    def claimable(self, flows: Iterable[str]) -> set[RunId]:
        return {
            run.new.id
            for run in self.runs.values()
            if run.state is S.READY and not self.is_behind(run) and run.new.flow in flows
        }

    def in_state(self, *states: RunState) -> list[ModelRun]:
        return [run for run in self.runs.values() if run.state in states]

    # --- being executed -------------------------------------------------------------------------

    def take(self, run: ModelRun, worker: WorkerId) -> None:
        assert run.state is S.READY
        run.state, run.worker = S.RUNNING, worker
        run.epoch += 1

    def remember(self, run: ModelRun, steps: Iterable[StepRecord]) -> None:
        for step in steps:
            known = run.steps.get((step.name, step.key))
            if known is None:
                run.steps[step.name, step.key] = step
            elif known.state is not StepState.DONE:
                # What was begun keeps the time at which it was begun.
                run.steps[step.name, step.key] = step._replace(started_us=known.started_us)

    def park(
        self, run: ModelRun, state: RunState, *, due_us: int | None = None, on: Waits | None = None
    ) -> None:
        self._lose(run)
        run.state, run.due_us, run.on = state, due_us, on

    def make_ready(self, run: ModelRun) -> None:
        run.state, run.due_us, run.on, run.doubt = S.READY, None, None, None

    def rescue(self, run: ModelRun) -> None:
        """Its claim is taken away; the raised epoch fences the old owner."""
        self._lose(run)
        run.epoch += 1
        self.make_ready(run)

    def end(self, run: ModelRun, state: RunState, policy: HeadPolicy = HeadPolicy.SKIP) -> None:
        """A terminal state; the lane goes on unless a dead head blocks it."""
        self._lose(run)
        run.state, run.due_us, run.on, run.doubt, run.decided = state, None, None, None, False
        if state is not S.DEAD or policy is HeadPolicy.SKIP:
            self.free_lane(run)

    def free_lane(self, run: ModelRun) -> None:
        if run.lane is None or self.heads.get(run.lane) != run.new.id:
            return
        waiting = [r for r in self.runs.values() if r.lane == run.lane and r.is_live]
        if waiting:
            self.heads[run.lane] = min(waiting, key=lambda r: r.place).new.id
        else:
            del self.heads[run.lane]

    def _lose(self, run: ModelRun) -> None:
        if run.state is S.RUNNING:
            self.lost.append(run.claim)
        run.worker = None

    # --- being decided --------------------------------------------------------------------------

    def retry(self, run: ModelRun) -> None:
        run.state, run.deadline_us = S.READY, None
        run.epoch += 1
        self._queue(run)
        for key, step in run.steps.items():
            if step.state in {StepState.REFUSED, StepState.FAILED}:
                # Since when a doubt is open; a refusal leaves none.
                doubt_us = step.finished_us if step.state is StepState.FAILED else None
                run.steps[key] = step._replace(
                    state=StepState.FAILED, tries=0, finished_us=doubt_us
                )

    def replace(self, dead: ModelRun, new: NewRun) -> None:
        """An edited run takes the dead one's place, if it has the same key."""
        dead.decided = True
        self.store(new)
        run = self.runs[new.id]
        if dead.lane is None or run.lane != dead.lane:
            self.free_lane(dead)
            return
        run.place = dead.place
        if self.heads[dead.lane] == dead.new.id:
            self.heads[dead.lane] = new.id
