"""The engine against its model: any story of deliveries, workers, people and crashes."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Iterable
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
)
from tests.places import memory
from tests.soak import times
from tests.stores import Store

from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.model import commands as c
from tieline.model.base.errors import Conflict, StaleClaim
from tieline.model.base.ids import ReplayId, RunId, WorkerId
from tieline.model.runs.run import (
    Dead,
    HeadPolicy,
    Held,
    NewRun,
    Outcome,
    RetryAt,
    Returned,
    RunState,
    StepRecord,
    StepState,
    Waiting,
)
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views import views as v
from tieline.rules.runs.transitions import may_move

T = TypeVar("T")
S = RunState
POLICY = {"block": HeadPolicy.BLOCK, "skip": HeadPolicy.SKIP, "loose": HeadPolicy.SKIP}
"""The flows; runs of ``loose`` have no lane."""
BOOKS = waits_for_connection("books")
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
        self.folder = Path(tempfile.mkdtemp(prefix="engine-", dir=memory()))
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
        journal = Committer(SqliteDatabase(self.path, reach=self.reach), CATALOGUE)
        return Store(journal, SqliteReader(self.path, CATALOGUE), self.path, now_us)

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
        return an_admission(number, **run._asdict())

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
            self.commit(c.Beat(worker, self.now()))
            self.model.beats[worker] = self.now()

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

    @rule(worker=workers)
    def claim_all(self, worker: WorkerId) -> None:
        self.claim(worker, 40, set(POLICY))

    def remembers(self, run: ModelRun) -> None:
        """What is done stays done, and the last word counts for the rest."""
        detail = self.do(self.store.detail(run.new.id))
        assert {(s.name, s.key): (s.state, s.tries, s.result) for s in detail.steps} == {
            key: (step.state, step.tries, step.result) for key, step in run.steps.items()
        }

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

        self.commit(c.Remember(run.claim, progress))

        self.model.remember(run, progress.steps)
        self.remembers(run)

    def settle_command(
        self, run: ModelRun, outcome: Outcome, steps: Iterable[tuple[str, StepState]] = ()
    ) -> c.Settle:
        policy = POLICY[run.new.flow]
        progress = self.progress(run, steps)
        return c.Settle(run.claim, outcome, progress, self.now(), policy)

    def settled(self, run: ModelRun, command: c.Settle) -> None:
        self.model.remember(run, command.progress.steps)
        match command.outcome:
            case Returned():
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
        outcomes: dict[str, Outcome] = {
            "done": Returned(),
            "retry": RetryAt(soon, "again"),
            "wait": Waiting(None, BOOKS, "down"),
            "wait a while": Waiting(soon, BOOKS, "down"),
            "held": Held("in doubt", (STEPS[0], "#1")),
            "held by the author": Held("in doubt"),
            "dead": Dead("bug", "it broke"),
        }
        return outcomes[kind]

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
        self.remembers(run)

    @precondition(lambda self: self.has(S.RUNNING))
    @rule(which=pick)
    def die(self, which: int) -> None:
        self.settle(which, "dead", [])

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
        lost = self.model.lost[which % len(self.model.lost)]
        progress = self.progress(self.model.runs[lost.run_id], steps)
        command = (
            c.Remember(lost, progress)
            if only_remember
            else c.Settle(lost, self.outcome(kind), progress, self.now())
        )

        with pytest.raises(StaleClaim):
            self.commit(command)
        self.remembers(self.model.runs[lost.run_id])

    @precondition(lambda self: self.has(S.RUNNING))
    @rule(worker=workers)
    def give_back(self, worker: WorkerId) -> None:
        runs = [run for run in self.model.in_state(S.RUNNING) if run.worker == worker]
        claims = [run.claim for run in runs] + self.model.lost[-2:]

        counted = self.commit(c.ReturnClaims(tuple(claims), self.now()))

        assert counted.count == len(runs)
        for run in runs:
            self.model.rescue(run)

    # --- time -----------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 5, 25]))
    def time_passes(self, seconds: int) -> None:
        self.store.now_us += seconds * SECOND_US

    @rule(limit=st.integers(1, 3))
    def promote(self, limit: int) -> None:
        ripe = [r for r in self.model.runs.values() if (r.due_us or 2**60) <= self.now()]

        promoted = self.commit(c.Promote(self.now(), limit))

        assert promoted.count == min(limit, len(ripe))
        ready = self.newly_ready(ripe)
        assert len(ready) == promoted.count
        last = max((r.due_us or 0 for r in ready), default=0)
        assert all((r.due_us or 0) >= last for r in ripe if r not in ready)
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
    def sweep_silent_workers(self, limit: int) -> None:
        since_us = self.now() - 10 * SECOND_US
        silent = {w for w in (ALICE, BOB) if self.model.beats.get(w, -1) < since_us}
        orphans = [r for r in self.model.in_state(S.RUNNING) if r.worker in silent]

        swept = self.commit(c.Sweep(0, since_us, limit))

        assert (swept.rescued, swept.expired) == (min(limit, len(orphans)), ())
        for run in self.newly_ready(orphans):
            self.model.rescue(run)
        if len(orphans) <= limit:
            self.model.beats = {w: at for w, at in self.model.beats.items() if w not in silent}
        self.woken_by_a_sweep(swept, limit)

    def woken_by_a_sweep(self, swept: c.Swept, limit: int) -> None:
        """Those that wait without a time for a connection that nobody holds."""
        waiting = [r for r in self.model.in_state(S.WAITING) if r.on == BOOKS and r.due_us is None]
        assert swept.woken == (0 if self.model.is_paused else min(limit, len(waiting)))
        for run in self.newly_ready(waiting):
            self.model.make_ready(run)

    @rule(is_paused=st.booleans())
    def hold_the_books(self, is_paused: bool) -> None:
        """As they do between the look of a worker and what it stores of it."""
        make = c.Pause if is_paused else c.Resume
        counted = self.commit(make("connection", "books", by()))
        assert counted.count == int(is_paused != self.model.is_paused)
        self.model.is_paused = is_paused

    @rule(limit=st.integers(1, 4))
    def sweep_deadlines(self, limit: int) -> None:
        self.both_workers_live()
        live = [r for r in self.model.runs.values() if r.is_live and r.state is not S.HELD]
        over = [r for r in live if r.deadline_us is not None and r.deadline_us <= self.now()]

        swept = self.commit(c.Sweep(self.now(), 0, limit, skip_flows=("skip", "loose")))

        assert len(swept.expired) == min(limit, len(over))
        assert set(swept.expired) <= {run.new.id for run in over}
        for expired in swept.expired:
            run = self.model.runs[expired]
            self.model.end(run, S.DEAD, POLICY[run.new.flow])
        self.woken_by_a_sweep(swept, limit)

    # --- people ---------------------------------------------------------------------------------

    @precondition(lambda self: bool(self.model.runs))
    @rule(which=pick)
    def cancel(self, which: int) -> None:
        run = list(self.model.runs.values())[which % len(self.model.runs)]
        command = c.Cancel(run.new.id, by())
        if not run.is_live:
            self.refused(command)
            return

        self.commit(command)

        self.model.end(run, S.CANCELLED)

    def refused(self, command: Any) -> None:
        with pytest.raises(Conflict):
            self.commit(command)

    @precondition(lambda self: self.has(S.DEAD))
    @rule(which=pick)
    def retry(self, which: int) -> None:
        run = self.one_of(which, S.DEAD)
        command = c.RetryDead(run.new.id, by())
        if run.decided:
            self.refused(command)
            return

        self.commit(command)

        self.model.retry(run)
        self.remembers(run)

    @precondition(lambda self: self.has(S.DEAD))
    @rule(which=pick)
    def discard(self, which: int) -> None:
        run = self.one_of(which, S.DEAD)
        command = c.DiscardDead(run.new.id, by())
        if run.decided:
            self.refused(command)
            return

        self.commit(command)

        run.decided = True
        self.model.free_lane(run)

    @precondition(lambda self: self.has(S.DEAD))
    @rule(which=pick, lane=st.none() | lanes)
    def edit(self, which: int, lane: str | None) -> None:
        dead = self.one_of(which, S.DEAD)
        new = self.next_run(flow=dead.new.flow, tenant=dead.new.tenant, lane=lane or dead.new.lane)
        command = c.EditDead(dead.new.id, self.admission(new), by())
        if dead.decided:
            self.refused(command)
            return

        self.commit(command)

        self.model.replace(dead, new)

    @precondition(lambda self: self.has(S.HELD))
    @rule(which=pick, decision=st.sampled_from(["done", "retry", "give-up"]))
    def resolve(self, which: int, decision: str) -> None:
        run = self.one_of(which, S.HELD)
        key = run.doubt
        step = run.steps.get(key) if key is not None else None
        command = c.ResolveHeld(run.new.id, decision, by(), b"seen")
        if decision == "done" and step is None:
            self.refused(command)
            return

        self.commit(command)

        if decision == "give-up":
            self.model.end(run, S.CANCELLED)
            return
        if key is not None and step is not None:
            run.steps[key] = self._resolved(step, decision)
        self.model.make_ready(run)
        run.deadline_us = None
        self.remembers(run)

    def _resolved(self, step: StepRecord, decision: str) -> StepRecord:
        if decision == "retry":
            kept = b"null" if step.result is None else step.result
            return step._replace(state=StepState.FAILED, tries=0, finished_us=None, result=kept)
        return step._replace(state=StepState.DONE, fingerprint="*", result=b"seen")

    @precondition(lambda self: bool(self.model.runs))
    @rule(which=pick, count=st.integers(1, 3), flow=flows, lane=lanes)
    def replay(self, which: int, count: int, flow: str, lane: str) -> None:
        events = [run.new.event_id for run in self.model.runs.values()]
        self.made += 1
        replay = replay_id(self.made)
        self.commit(c.StartReplay(replay, c.ReplayFilter(), 10, count, False, by()))
        runs = [
            self.next_run(
                event_id=events[(which + n) % len(events)],
                flow=flow,
                lane=lane,
                priority=9,
                replay_id=replay,
            )
            for n in range(count)
        ]
        bite = c.MoveReplay(replay, "", "z", tuple(runs), True, self.now())

        first, second = self.commit_all([bite, bite])

        assert (first.count, second.count) == (count, 0)
        self.replays.append(replay)
        for run in runs:
            self.model.store(run)

    @precondition(lambda self: self.has(S.DEAD))
    @rule(count=st.integers(0, 2), lane=lanes)
    def replay_the_dead(self, count: int, lane: str) -> None:
        """Every dead run is named: decided ones are passed over, the others take their place."""
        dead = self.model.in_state(S.DEAD)
        undecided = [run for run in dead if not run.decided]
        self.made += 1
        replay = replay_id(self.made)
        self.commit(c.StartReplay(replay, c.ReplayFilter(states=("dead",)), 10, 9, False, by()))
        event = dead[0].new.event_id
        runs = [
            self.next_run(event_id=event, flow="block", lane=lane, priority=9, replay_id=replay)
            for _ in range(count)
        ]
        ids = tuple(run.new.id for run in dead)
        bite = c.MoveReplay(replay, "", "z", tuple(runs), True, self.now(), ids)

        first, second = self.commit_all([bite, bite])

        assert (first.count, second.count) == (count + len(undecided), 0)
        # In this order the store takes them up, so that the first of a free lane is its head.
        for run in sorted(undecided, key=lambda run: run.new.id):
            self.model.retry(run)
            self.remembers(run)
        for new in runs:
            self.model.store(new)
        self.replays.append(replay)
        shown = self.do(self.store.views.read(v.ShowReplay(replay))).replay
        assert (shown.admitted, shown.waiting) == (first.count, first.count)

    @precondition(lambda self: bool(self.replays))
    @rule(which=pick)
    def cancel_replay(self, which: int) -> None:
        replay = self.replays.pop(which % len(self.replays))
        untouched = [
            run
            for run in self.model.in_state(S.READY)
            if run.new.replay_id == replay and run.epoch == 0
        ]

        counted = self.commit(c.CancelReplay(replay, by()))

        assert counted.count == len(untouched)
        for run in untouched:
            self.model.end(run, S.CANCELLED)

    # --- crashes --------------------------------------------------------------------------------

    @rule(at=st.sampled_from([None, "commit.before", "commit.after"]), flow=flows, lane=lanes)
    def crash(self, at: str | None, flow: str, lane: str) -> None:
        """The process is gone, perhaps in the middle of a delivery; another opens what it left."""
        run = self.next_run(flow=flow, lane=lane)
        if at is not None:
            self.crash_at = at
            with pytest.raises(PowerCut):
                self.commit(c.Ingest((self.admission(run),), worker=BOB))
            self.crash_at = None
        self.do(self.reopen())
        found = self.states()
        assert at != "commit.before" or run.id not in found
        if at == "commit.after":
            assert run.id in found
            self.model.store(run, BOB)

    async def reopen(self) -> None:
        """What a killed process leaves: the file and the log, as they are at this moment."""
        left = self.store
        old = self.path
        self.lives += 1
        self.path.parent.mkdir()
        for name in (old.name, old.name + "-wal"):
            if old.with_name(name).exists():
                shutil.copyfile(old.with_name(name), self.path.with_name(name))
        self.store = await self.open()
        await left.close()
        shutil.rmtree(old.parent)

    # --- what must be true after every step -----------------------------------------------------

    def states(self) -> dict[RunId, Any]:
        whole = v.Window(limit=v.MOST_ROWS)
        return {
            row.id: row for row in self.do(self.store.views.read(v.ListRuns(window=whole))).rows
        }

    @invariant()
    def the_store_holds_what_was_acknowledged_and_nothing_else(self) -> None:
        rows = self.states()
        assert {run: row.state for run, row in rows.items()} == {
            run: known.state for run, known in self.model.runs.items()
        }
        for run, known in self.model.runs.items():
            row = rows[run]
            assert (row.worker, row.due_us) == (known.worker, known.due_us), run
            if known.is_live:
                assert row.behind == self.model.is_behind(known), run
            before = self.seen.get(run)
            assert before in {None, row.state} or may_move(S(before), S(row.state)), run
        self.seen = {run: row.state for run, row in rows.items()}

    @invariant()
    def every_row_agrees_with_the_others(self) -> None:
        # A worker that was swept away may still claim before it beats again; the next sweep sees.
        odd = [o for o in self.do(self.store.oddities()) if o.kind != "unknown-worker"]
        assert odd == []

    @invariant()
    def every_lane_has_a_head_that_lives_or_blocks_it(self) -> None:
        for lane, head in self.model.heads.items():
            run = self.model.runs[head]
            assert run.lane == lane
            blocks = run.state is S.DEAD and not run.decided and run.new.flow == "block"
            assert run.is_live or blocks


def test_any_story_leaves_the_store_as_the_model_says() -> None:
    run_state_machine_as_test(
        EngineMachine, settings=settings(max_examples=times(60), stateful_step_count=80)
    )
