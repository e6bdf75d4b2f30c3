"""The engine against its model: any story of deliveries, workers, people and crashes, step by step."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.engine_model import EngineModel, ModelRun
from tests.makers import (
    ALICE,
    BOB,
    SECOND_US,
    a_run,
    a_step,
    an_admission,
    an_event,
    by,
    event_id,
    replay_id,
    run_id,
)
from tests.stores import Store
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.model import commands as c
from tieline.model import views as v
from tieline.model.errors import Conflict, StaleClaim
from tieline.model.ids import ReplayId, RunId, WorkerId
from tieline.model.run import (
    Dead,
    Done,
    HeadPolicy,
    Held,
    NewRun,
    Outcome,
    RetryAt,
    RunState,
    StepRecord,
    StepState,
    Waiting,
)
from tieline.rules.transitions import may_move

T = TypeVar("T")
S = RunState
POLICY = {"block": HeadPolicy.BLOCK, "skip": HeadPolicy.SKIP, "loose": HeadPolicy.SKIP}
"""The flows; runs of ``loose`` have no lane."""
BOOKS = "connection:books"
STEPS = ("one", "two")

workers = st.sampled_from([ALICE, BOB])
flows = st.sampled_from(sorted(POLICY))
lanes = st.sampled_from(["a", "b"])
tenants = st.sampled_from(["-", "acme"])
pick = st.integers(0, 10_000)
"""Which of the candidates there are by then."""
few_steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(list(StepState))), max_size=3
)


class PowerCut(Exception):
    """Ends a commit where the test says so."""


class EngineMachine(RuleBasedStateMachine):
    """Commands go to a real store and to the model; after each, both must say the same."""

    known = Bundle("known events")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="engine-"))
        self.runner = asyncio.Runner()
        self.model = EngineModel()
        self.crash_at: str | None = None
        self.lives = 0
        self.made = 0
        self.replays: list[ReplayId] = []
        self.seen: dict[RunId, str] = {}
        self.store = self.do(self.open())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def reach(self, place: str) -> None:
        if place == self.crash_at:
            raise PowerCut(place)

    @property
    def path(self) -> Path:
        return self.folder / str(self.lives) / "tieline.db"

    async def open(self) -> Store:
        self.path.parent.mkdir(exist_ok=True)
        now_us = self.store.now_us if self.lives else an_event().recorded_us
        journal = Committer(SqliteDatabase(self.path, reach=self.reach))
        return Store(journal, SqliteReader(self.path), self.path, now_us)

    def teardown(self) -> None:
        self.crash_at = None
        self.do(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    # --- moves ----------------------------------------------------------------------------------

    def commit(self, command: Any) -> Any:
        return self.do(self.store.journal.commit(command))

    def commit_all(self, commands: Iterable[Any]) -> list[Any]:
        """Commands that are in flight together, and mostly in one batch."""

        async def together() -> list[Any]:
            waiting = [self.store.journal.commit(command) for command in commands]
            return await asyncio.gather(*waiting, return_exceptions=True)

        return self.do(together())

    def next_run(self, **changes: Any) -> NewRun:
        """Ids do not follow the order of storing: clocks are set back, processes differ."""
        self.made += 1
        number = self.made * 7919 % 100_003
        run = a_run(number, created_us=self.store.now_us, **changes)
        return run._replace(lane=None) if run.flow == "loose" else run

    def admission(self, run: NewRun) -> c.Admission:
        number = self.made * 7919 % 100_003
        made = an_admission(number, **(run._asdict() | {"id": run.id}))
        return made

    def one_of(self, which: int, *states: RunState) -> ModelRun:
        found = self.model.in_state(*states)
        return found[which % len(found)]

    def has(self, *states: RunState) -> bool:
        return bool(self.model.in_state(*states))

    def now(self) -> int:
        return self.store.now_us

    @initialize()
    def both_workers_live(self) -> None:
        for worker in (ALICE, BOB):
            self.beat(worker)

    # --- the front half -------------------------------------------------------------------------

    @rule(
        target=known,
        flow=flows,
        lane=lanes,
        tenant=tenants,
        worker=st.none() | workers,
        patience=st.sampled_from([None, 20]),
    )
    def ingest(
        self,
        flow: str,
        lane: str,
        tenant: str,
        worker: WorkerId | None,
        patience: int | None,
    ) -> c.Admission:
        deadline = None if patience is None else self.now() + patience * SECOND_US
        run = self.next_run(flow=flow, lane=lane, tenant=tenant, deadline_us=deadline)
        admission = self.admission(run)

        answer = self.commit(c.Ingest((admission,), worker=worker))

        self.model.store(run, worker)
        is_claimed = self.model.runs[run.id].state is S.RUNNING
        assert answer.fresh
        assert answer.claimed == ((run.id,) if is_claimed else ())
        assert answer.queued == 1 - len(answer.claimed)
        return admission

    @rule(count=st.integers(2, 4), flow=flows, lane=lanes, worker=st.none() | workers)
    def ingest_together(self, count: int, flow: str, lane: str, worker: WorkerId | None) -> None:
        """A burst for one lane, with a repeat inside the batch."""
        runs = []
        commands = []
        for _ in range(count):
            runs.append(self.next_run(flow=flow, lane=lane))
            commands.append(c.Ingest((self.admission(runs[-1]),), worker=worker))

        answers = self.commit_all([*commands, commands[0]])

        for run in runs:
            self.model.store(run, worker)
        assert [answer.fresh for answer in answers] == [True] * count + [False]

    @rule(admission=known)
    def deliver_again(self, admission: c.Admission) -> None:
        self.made += 1
        number = self.made * 7919 % 100_003
        again = admission.event._replace(id=event_id(number))

        answer = self.commit(c.Ingest((c.Admission(again, (a_run(number),)),)))

        assert (answer.event_id, answer.fresh) == (admission.event.id, False)

    # --- the back half --------------------------------------------------------------------------

    @rule(worker=workers, limit=st.integers(1, 6), open_flows=st.sets(flows, min_size=1))
    def claim(self, worker: WorkerId, limit: int, open_flows: set[str]) -> None:
        """Some flows may be paused: they are simply not named."""
        claimable = self.model.claimable(open_flows)

        claimed = self.commit(c.Claim(worker, limit, dict.fromkeys(open_flows, 9), self.now()))

        ids = {run.id for run in claimed.runs}
        assert len(ids) == len(claimed.runs) <= limit
        assert ids <= claimable
        assert bool(ids) == bool(claimable)
        if not claimed.more:
            assert ids == claimable
        for run in claimed.runs:
            known = self.model.runs[run.id]
            self.model.take(known, worker)
            assert run.epoch == known.epoch
            own = {(s.name, s.key): s for s in run.steps if s.run_id == run.id}
            assert own == known.steps

    def progress(self, run: ModelRun, steps: Iterable[tuple[str, StepState]]) -> c.Progress:
        self.made += 1
        return c.Progress(
            steps=tuple(
                a_step(
                    run.new.id, name, state=state, started_us=self.now(), result=b"%d" % self.made
                )
                for name, state in steps
            )
        )

    @precondition(lambda self: self.has(S.RUNNING))
    @rule(which=pick, steps=few_steps)
    def remember(self, which: int, steps: list[tuple[str, StepState]]) -> None:
        run = self.one_of(which, S.RUNNING)
        progress = self.progress(run, steps)

        self.commit(c.Remember(run.new.id, run.epoch, progress))

        self.model.remember(run, progress.steps)

    def settle_command(
        self, run: ModelRun, outcome: Outcome, steps: Iterable[tuple[str, StepState]] = ()
    ) -> c.Settle:
        policy = POLICY[run.new.flow]
        progress = self.progress(run, steps)
        return c.Settle(run.new.id, run.epoch, outcome, progress, self.now(), policy)

    def settled(self, run: ModelRun, command: c.Settle) -> None:
        self.model.remember(run, command.progress.steps)
        match command.outcome:
            case Done():
                self.model.end(run, S.DONE)
            case Dead():
                self.model.end(run, S.DEAD, command.head_policy)
            case RetryAt(due_us=due_us):
                self.model.park(run, S.RETRYING, due_us=due_us)
            case Waiting(due_us=due_us, on=on):
                self.model.park(run, S.WAITING, due_us=due_us, on=on)
            case Held(step=step):
                self.model.park(run, S.HELD)
                run.doubt = step

    def outcome(self, kind: str) -> Outcome:
        soon = self.now() + 5 * SECOND_US
        return {
            "done": Done(),
            "retry": RetryAt(soon, "again"),
            "wait": Waiting(None, BOOKS, "down"),
            "wait a while": Waiting(soon, BOOKS, "down"),
            "held": Held("in doubt", (STEPS[0], "#1")),
            "held by the author": Held("in doubt"),
            "dead": Dead("bug", "it broke"),
        }[kind]

    kinds = st.sampled_from(
        ["done", "retry", "wait", "wait a while", "held", "held by the author", "dead"]
    )

    @precondition(lambda self: self.has(S.RUNNING))
    @rule(which=pick, kind=kinds, steps=few_steps)
    def settle(self, which: int, kind: str, steps: list[tuple[str, StepState]]) -> None:
        run = self.one_of(which, S.RUNNING)
        command = self.settle_command(run, self.outcome(kind), steps)

        self.commit(command)

        self.settled(run, command)

    @precondition(lambda self: len(self.model.in_state(S.RUNNING)) > 1)
    @rule(kind=kinds, lane=lanes)
    def settle_all_at_once(self, kind: str, lane: str) -> None:
        """In one batch, with a delivery between them."""
        runs = self.model.in_state(S.RUNNING)
        commands = [self.settle_command(run, self.outcome(kind)) for run in runs]
        arriving = self.next_run(flow="block", lane=lane)
        late = c.Ingest((self.admission(arriving),), worker=ALICE)

        answers = self.commit_all([*commands[:1], late, *commands[1:]])

        assert not any(isinstance(answer, BaseException) for answer in answers)
        # Which of them the store takes first is not promised; it says so in its answer.
        if answers[1].claimed and kind in {"done", "dead"}:
            self._settle_then_store(runs, commands, arriving)
        else:
            self.model.store(arriving, ALICE)
            for run, command in zip(runs, commands, strict=True):
                self.settled(run, command)

    def _settle_then_store(
        self, runs: list[ModelRun], commands: list[c.Settle], arriving: NewRun
    ) -> None:
        for run, command in zip(runs, commands, strict=True):
            self.settled(run, command)
        self.model.store(arriving, ALICE)

    @precondition(lambda self: bool(self.model.lost))
    @rule(which=pick, kind=kinds, steps=few_steps, only_remember=st.booleans())
    def write_with_a_lost_claim(
        self, which: int, kind: str, steps: list[tuple[str, StepState]], only_remember: bool
    ) -> None:
        lost_id, epoch = self.model.lost[which % len(self.model.lost)]
        progress = self.progress(self.model.runs[lost_id], steps)
        command = (
            c.Remember(lost_id, epoch, progress)
            if only_remember
            else c.Settle(lost_id, epoch, self.outcome(kind), progress, self.now())
        )

        with pytest.raises(StaleClaim):
            self.commit(command)

    @precondition(lambda self: self.has(S.RUNNING))
    @rule(worker=workers)
    def give_back(self, worker: WorkerId) -> None:
        runs = [run for run in self.model.in_state(S.RUNNING) if run.worker == worker]
        claims = [(run.new.id, run.epoch) for run in runs] + self.model.lost[-2:]

        counted = self.commit(c.GiveBack(tuple(claims), self.now()))

        assert counted.count == len(runs)
        for run in runs:
            self.model.rescue(run)

    # --- time -----------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 5, 25]))
    def time_passes(self, seconds: int) -> None:
        self.store.now_us += seconds * SECOND_US

    @rule(limit=st.integers(1, 3))
    def promote(self, limit: int) -> None:
        due = [r for r in self.model.runs.values() if r.due_us is not None]
        ripe = sorted((r for r in due if (r.due_us or 0) <= self.now()), key=lambda r: r.due_us or 0)

        promoted = self.commit(c.Promote(self.now(), limit))

        assert promoted.count == min(limit, len(ripe))
        ready = self.newly_ready(ripe)
        assert len(ready) == promoted.count
        later = {r.due_us for r in ripe} - {r.due_us for r in ready}
        assert not later or min(later) >= max(r.due_us or 0 for r in ready)  # type: ignore[type-var]
        for run in ready:
            self.model.make_ready(run)
        left = [r.due_us for r in self.model.runs.values() if r.due_us is not None]
        assert promoted.next_due_us == min(left, default=None)

    def newly_ready(self, candidates: list[ModelRun]) -> list[ModelRun]:
        """Of equally good candidates the store chooses."""
        states = self.states()
        return [run for run in candidates if states[run.new.id].state == S.READY]

    @rule(limit=st.integers(1, 3))
    def wake(self, limit: int) -> None:
        waiting = [r for r in self.model.in_state(S.WAITING) if r.on == BOOKS]

        counted = self.commit(c.WakeWaiting(BOOKS, self.now(), limit))

        assert counted.count == min(limit, len(waiting))
        for run in self.newly_ready(waiting):
            self.model.make_ready(run)

    @rule(worker=workers)
    def beat(self, worker: WorkerId) -> None:
        self.commit(c.Beat(worker, self.now()))
        self.model.beats[worker] = self.now()

    @rule(limit=st.integers(1, 4))
    def sweep(self, limit: int) -> None:
        since_us = self.now() - 10 * SECOND_US
        silent = {w for w in (ALICE, BOB) if self.model.beats.get(w, -1) < since_us}
        orphans = [r for r in self.model.in_state(S.RUNNING) if r.worker in silent]
        command = c.Sweep(self.now(), since_us, limit, skip_flows=("skip", "loose"))

        swept = self.commit(command)

        # A run may be rescued and die in the same pass: it is over its deadline as well.
        states = self.states()
        rescued = [
            r
            for r in orphans
            if states[r.new.id].state == S.READY or r.new.id in swept.expired
        ]
        assert swept.rescued == min(limit, len(orphans))
        over = self.over_deadline()
        assert len(swept.expired) == min(limit, len(over))
        assert set(swept.expired) <= {run.new.id for run in over}
        for run in rescued[: swept.rescued]:
            if run.new.id not in swept.expired:
                self.model.rescue(run)
        for expired in swept.expired:
            run = self.model.runs[expired]
            self.model.end(run, S.DEAD, POLICY[run.new.flow])
            run.epoch = max(run.epoch, self.epoch_of(run))

    def over_deadline(self) -> list[ModelRun]:
        live = [r for r in self.model.runs.values() if r.is_live and r.state is not S.HELD]
        return [r for r in live if r.deadline_us is not None and r.deadline_us <= self.now()]

    def epoch_of(self, run: ModelRun) -> int:
        """A rescue that was followed by death in one pass has raised the epoch unseen."""
        return run.epoch + 1 if self.model.lost and self.model.lost[-1][0] == run.new.id else 0


def describe(command: Callable[..., object]) -> str:
    return command.__name__
