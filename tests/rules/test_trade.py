"""Workers that share a connection, simulated: what they hold and send never exceeds the whole."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.model.calls.call import Egress, Timeouts
from tieline.model.calls.rate import Rate
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.hub.connection import ConnectionSpec, Connector
from tieline.pipeline.limits.leased import LeasedLimits
from tieline.rules.fleet.connection_state import SharedState
from tieline.rules.fleet.lease_quota import ConnectionRecord, trade
from tieline.rules.fleet.quota import HeldQuota, OpenQuota

NOW_US = 1_795_000_000_000_000
SECOND_US = 1_000_000
TICK_US = 10_000


def a_spec(rate: Rate | None, at_once: int = 64) -> ConnectionSpec:
    connector = Connector("books")
    return ConnectionSpec(
        name="books",
        connector=connector,
        base_url="https://books.example",
        credential=None,
        signing="books-signing",
        timeouts=Timeouts(),
        retry=RetryPolicy(),
        rate=rate,
        at_once=at_once,
        egress=Egress(),
        max_answer_bytes=1024,
    )


@dataclass
class Store:
    """One connection's account, kept as the store keeps it."""

    known: SharedState = field(default_factory=SharedState)
    pool: OpenQuota | None = None
    held: dict[str, HeldQuota] = field(default_factory=dict)

    def meet(self, name: str, guard: LeasedLimits, now_us: int, *, is_ending: bool = False) -> bool:
        """One trade; returns whether the worker should come again at once."""
        ask = guard.tell(now_us, is_ending=is_ending)
        account = ConnectionRecord(self.known, self.pool, tuple(self.held.values()))
        done = trade(account, name, ask, now_us)
        self.known, self.pool = done.common, done.pool
        self.held[name] = done.own
        for gone in done.gone:
            del self.held[gone]
        guard.hear(done.share, now_us, now_us)
        return done.share.is_cut


@dataclass
class Worker:
    """A guard, how much it would send, and when it meets the store."""

    name: str
    guard: LeasedLimits
    per_second: float
    met_us: int = -SECOND_US
    backlog: float = 0.0
    sent: list[int] = field(default_factory=list)
    is_dead: bool = False

    def tick(self, store: Store, now_us: int) -> None:
        if self.is_dead:
            return
        if self.guard.takes_part(now_us):
            period_us = 50_000 if self.guard.has_news else 500_000
            if now_us - self.met_us >= period_us:
                self.met_us = now_us
                if store.meet(self.name, self.guard, now_us):
                    store.meet(self.name, self.guard, now_us)
        self.backlog = min(200.0, self.backlog + self.per_second * TICK_US / SECOND_US)
        while self.backlog >= 1 and self.guard.ask(now_us, repeat=False) is None:
            self.backlog -= 1
            self.sent.append(now_us)
            self.guard.let_go()
        self.guard.waiting = int(self.backlog)


def at_work(
    rate: Rate, needs: list[float], seconds: float, store: Store | None = None
) -> tuple[Store, list[Worker]]:
    store = store or Store()
    crew = [
        Worker(f"w{number}", LeasedLimits(a_spec(rate)), need) for number, need in enumerate(needs)
    ]
    go_on(store, crew, NOW_US, seconds)
    return store, crew


def go_on(store: Store, crew: list[Worker], since_us: int, seconds: float) -> int:
    random = Random(7)
    until_us = since_us + int(seconds * SECOND_US)
    for now_us in range(since_us, until_us, TICK_US):
        for worker in random.sample(crew, len(crew)):
            worker.tick(store, now_us)
        holds = sum(
            h.holds.rate for h in store.held.values() if h.asked_us > now_us - 5 * SECOND_US
        )
        assert holds <= 1_000_000
    return until_us


def in_(worker: Worker, since_s: float, until_s: float) -> int:
    since_us, until_us = (NOW_US + int(at * SECOND_US) for at in (since_s, until_s))
    return sum(since_us <= at_us < until_us for at_us in worker.sent)


def must_keep(rate: Rate, crew: list[Worker]) -> None:
    """No stretch of time has more than the rate, the burst and a call for each worker."""
    sent = sorted(at_us for worker in crew for at_us in worker.sent)
    for first in range(0, len(sent), 7):
        for last in range(first, len(sent), 7):
            calls = last - first + 1 - rate.burst - 2 * len(crew)
            assert calls * rate.interval_us <= sent[last] - sent[first] + TICK_US


@pytest.mark.parametrize("burst", [1, 10, 50])
def test_one_worker_alone_has_the_whole_rate(burst: int) -> None:
    rate = Rate(50, timedelta(seconds=1), burst=burst)

    _, (alone,) = at_work(rate, [500.0], 10)

    assert in_(alone, 2, 10) == pytest.approx(400, rel=0.05)
    must_keep(rate, [alone])


@pytest.mark.parametrize("burst", [1, 10])
def test_four_workers_with_enough_work_share_evenly_and_use_all(burst: int) -> None:
    rate = Rate(80, timedelta(seconds=1), burst=burst)

    _, crew = at_work(rate, [500.0] * 4, 12)

    counts = [in_(worker, 2, 12) for worker in crew]
    assert sum(counts) == pytest.approx(800, rel=0.05)
    assert all(count == pytest.approx(200, rel=0.1) for count in counts)
    must_keep(rate, crew)


def test_what_some_do_not_need_the_others_have() -> None:
    rate = Rate(80, timedelta(seconds=1), burst=4)

    _, crew = at_work(rate, [500.0, 5.0, 5.0, 5.0], 12)

    assert sum(in_(worker, 2, 12) for worker in crew) >= 0.9 * 800
    assert all(in_(worker, 2, 12) >= 45 for worker in crew[1:])
    must_keep(rate, crew)


def test_a_rate_changes_hands_within_about_a_second() -> None:
    rate = Rate(80, timedelta(seconds=1), burst=4)
    store, crew = at_work(rate, [500.0, 0.0], 5)
    first, second = crew
    first.per_second, first.backlog, second.per_second = 0.0, 0.0, 500.0

    go_on(store, crew, NOW_US + 5 * SECOND_US, 6)

    assert in_(second, 5, 6) >= 15  # without a hint: half after the next trade
    assert in_(second, 8, 11) == pytest.approx(240, rel=0.05)
    must_keep(rate, crew)


def test_a_dead_workers_part_returns_and_nobody_uses_it_before() -> None:
    rate = Rate(80, timedelta(seconds=1), burst=4)
    store, crew = at_work(rate, [500.0] * 4, 5)
    crew[0].is_dead = True

    go_on(store, crew, NOW_US + 5 * SECOND_US, 12)

    assert sum(in_(worker, 5.5, 9.5) for worker in crew) <= 0.8 * 320
    assert sum(in_(worker, 12, 17) for worker in crew) >= 0.95 * 400
    must_keep(rate, crew)


def test_a_slow_rate_is_kept_over_all_and_nobody_waits_for_ever() -> None:
    rate = Rate(1, timedelta(seconds=5))

    _, crew = at_work(rate, [1.0] * 3, 100)

    assert 15 <= sum(len(worker.sent) for worker in crew) <= 21
    assert all(len(worker.sent) >= 2 for worker in crew)
    must_keep(rate, crew)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.0, 3.0, 300.0])), max_size=6),
    st.integers(1, 30),
)
def test_however_needs_change_the_rate_holds(changes: list[tuple[int, float]], burst: int) -> None:
    rate = Rate(40, timedelta(seconds=1), burst=burst)
    store, crew = at_work(rate, [300.0, 0.0, 3.0], 1)
    now_us = NOW_US + SECOND_US
    for which, need in changes:
        crew[which].per_second = need
        now_us = go_on(store, crew, now_us, 0.7)

    must_keep(rate, crew)


# --- slots ----------------------------------------------------------------------------------------


@given(st.integers(1, 12), st.lists(st.integers(0, 3), min_size=20, max_size=120))
def test_no_more_calls_are_out_than_allowed_whoever_begins_and_ends_them(
    at_once: int, moves: list[int]
) -> None:
    store = Store()
    crew = [LeasedLimits(a_spec(None, at_once)) for _ in range(4)]
    random, now_us = Random(len(moves)), NOW_US
    for which in moves:
        now_us += 100_000
        guard = crew[which]
        guard.waiting = random.randrange(5)
        if guard.takes_part(now_us):
            store.meet(str(which), guard, now_us)
        for _ in range(random.randrange(at_once + 1)):
            guard.ask(now_us, repeat=False)
        for _ in range(random.randrange(guard.in_flight + 1)):
            guard.let_go()
        assert sum(each.in_flight for each in crew) <= at_once


def test_one_slot_goes_round() -> None:
    store, now_us = Store(), NOW_US
    crew = [LeasedLimits(a_spec(None, 1)) for _ in range(3)]
    had = set()
    for _ in range(60):
        now_us += 200_000
        for number, guard in enumerate(crew):
            guard.waiting = 1
            store.meet(str(number), guard, now_us)
            if guard.ask(now_us, repeat=False) is None:
                had.add(number)
                guard.let_go()
        assert sum(each.in_flight for each in crew) == 0

    assert had == {0, 1, 2}


def test_a_new_worker_need_not_wait_for_the_slots_of_a_dead_one() -> None:
    rate = Rate(80, timedelta(seconds=1), burst=4)
    store, crew = at_work(rate, [500.0] * 4, 5)
    crew[0].is_dead = True
    crew.append(Worker("new", LeasedLimits(a_spec(rate)), 500.0))

    go_on(store, crew, NOW_US + 5 * SECOND_US, 12)

    assert sum(in_(worker, 12, 17) for worker in crew) >= 0.95 * 400
    assert in_(crew[-1], 12, 17) >= 80
    must_keep(rate, crew)


def test_the_rate_goes_to_those_who_have_a_slot() -> None:
    rate = Rate(40, timedelta(seconds=1), burst=4)
    store = Store()
    crew = [Worker(f"w{n}", LeasedLimits(a_spec(rate, at_once=1)), 200.0) for n in range(3)]

    go_on(store, crew, NOW_US, 20)

    assert sum(in_(worker, 2, 20) for worker in crew) >= 0.6 * 720
    assert all(in_(worker, 2, 20) >= 60 for worker in crew)
    must_keep(rate, crew)
