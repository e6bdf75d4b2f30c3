"""Guards: what holds calls back uses no tries, wakes nobody for nothing, and lets all go again."""

import asyncio
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.engine import DROP, Answer, Asked, Engine, Town, Vendor, a_town, until

from tieline import Connector, NoAuth, Rate, RetryPolicy, Run
from tieline.model.commands import Pause, Resume
from tieline.model.runs.facts import ConnectionMoved
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views.views import ListAudit

SECOND_US = 1_000_000


def posting(town: Town, **dials: Any) -> None:
    books = town.books  # by its own name, so that the engine sees that it is used

    @town.hub.flow(on=town.on(), name="post", **dials)
    async def post(order: dict[str, Any], run: Run) -> None:
        await books.post("/entries", json=order)


async def tries(engine: Engine) -> Counter[str]:
    """Attempts of all runs by outcome."""
    runs = await engine.runs()
    return Counter(attempt.outcome for run in runs for attempt in run.attempts)


# --- pauses ---------------------------------------------------------------------------------------


async def test_a_paused_connection_holds_its_calls_without_using_tries(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/first", json={})
        await town.books.post("/entries", json={})

    await engine.open(town.hub)
    vendor.gate = asyncio.Event()
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: vendor.paths() == ["/first"])
    pause = Pause("connection", "books", engine.by("month end"))
    await engine.parts.journal.commit(pause)
    await engine.parts.holds.pass_()
    vendor.gate.set()
    await engine.at_rest()
    await engine.pass_time(days=2)

    run = await engine.only()
    assert (run.run.state, run.run.reason) == ("waiting", "the connection is paused: month end")
    assert vendor.paths() == ["/first"]

    await engine.parts.journal.commit(Resume("connection", "books", engine.by()))
    await engine.parts.holds.pass_()
    await engine.work()
    assert (vendor.paths(), await engine.states()) == (["/first", "/entries"], ["done"])
    assert await tries(engine) == {"done": 2}


@pytest.mark.parametrize("kind", ["flow", "connection"])
async def test_a_pause_for_an_hour_ends_by_itself_and_the_log_says_so(
    engine: Engine, vendor: Vendor, town: Town, kind: str
) -> None:
    posting(town)
    name = {"flow": "post", "connection": "books"}[kind]
    await engine.open(town.hub)
    by = engine.by("month end")
    await engine.parts.journal.commit(Pause(kind, name, by, by.at_us + 3600 * SECOND_US))
    await engine.parts.holds.pass_()
    await engine.deliver()
    await engine.work()
    assert vendor.paths() == []

    await engine.pass_time(minutes=59)
    assert await engine.parts.holds.pass_() > 0
    await engine.work()
    assert vendor.paths() == []

    await engine.pass_time(minutes=1)
    assert await engine.parts.holds.pass_() == 0  # look again at once
    await engine.parts.holds.pass_()
    await engine.work()
    lines = (await engine.parts.views.read(ListAudit())).rows
    assert (vendor.paths(), await engine.states()) == (["/entries"], ["done"])
    assert [(one.actor, one.action, one.subject) for one in lines][:1] == [
        ("tieline", "resume", f"{kind}:{name}")
    ]


async def test_a_pause_of_one_connection_holds_no_step_at_another(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    books, chat = town.books, town.chat

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await chat.post("/first", json={})
        await books.post("/entries", json={})

    await engine.open(town.hub)
    await engine.parts.journal.commit(Pause("connection", "books", engine.by("month end")))
    await engine.parts.holds.pass_()
    run = await engine.take()

    assert vendor.paths() == ["/first"]
    assert (run.run.state, run.run.waits) == ("waiting", waits_for_connection("books"))


async def test_whoever_is_gone_between_a_resume_and_its_wake_up_leaves_nobody_asleep(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await engine.parts.journal.commit(Pause("connection", "books", engine.by()))
    await engine.parts.journal.commit(Pause("connection", "chat", engine.by()))
    await engine.parts.holds.pass_()
    for number in range(5):
        await engine.deliver({"n": number})
    await engine.work()
    await engine.parts.journal.commit(Resume("connection", "chat", engine.by()))
    await engine.restart(town.hub)
    await engine.work()
    assert await engine.states() == ["waiting"] * 5

    await engine.parts.journal.commit(Resume("connection", "books", engine.by()))
    await engine.restart(town.hub)
    await engine.work()

    assert await engine.states() == ["done"] * 5


async def test_runs_that_need_a_paused_connection_wait_for_it(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await engine.parts.journal.commit(Pause("connection", "books", engine.by()))
    await engine.parts.holds.pass_()
    for number in range(5):
        await engine.deliver({"n": number})
    await engine.work()
    assert [row.waits for row in await engine.rows()] == [waits_for_connection("books")] * 5

    await engine.parts.journal.commit(Resume("connection", "books", engine.by()))
    await engine.parts.holds.pass_()
    await engine.work()
    assert await engine.states() == ["done"] * 5


async def test_a_paused_flow_takes_events_and_executes_none(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)

    @town.hub.flow(on=town.on())
    async def other(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/other", json={})

    await engine.open(town.hub)
    await engine.parts.journal.commit(Pause("flow", "post", engine.by()))
    await engine.parts.holds.pass_()
    assert (await engine.deliver()).status == 202
    await engine.work()
    assert (await engine.states("post"), await engine.states("other")) == (["ready"], ["done"])

    await engine.parts.journal.commit(Resume("flow", "post", engine.by()))
    await engine.parts.holds.pass_()
    await engine.work()
    assert await engine.states("post") == ["done"]


async def test_a_pause_outlives_a_restart(engine: Engine, vendor: Vendor, town: Town) -> None:
    posting(town)
    await engine.open(town.hub)
    await engine.parts.journal.commit(Pause("connection", "books", engine.by()))
    await engine.restart(town.hub)
    await engine.take()

    assert (await engine.states(), vendor.asked) == (["waiting"], [])


# --- the breaker ----------------------------------------------------------------------------------


async def test_a_breaker_opens_and_work_waits_for_its_probes_without_using_tries(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor, retry=RetryPolicy(attempts=3), at_once=4)
    posting(town)
    is_down = True
    vendor.rule = lambda asked: Answer(503) if is_down else Answer()
    await engine.open(town.hub)
    for number in range(30):
        await engine.deliver({"n": number})
    await engine.work()
    guard = engine.parts.calls.guard(town.books.spec)
    assert guard.state == "open"
    seen = len(vendor.asked)
    assert seen < 30

    await engine.pass_time(seconds=20)
    assert len(vendor.asked) == seen
    await engine.pass_time(seconds=11)
    assert (guard.state, len(vendor.asked)) == ("open", seen + 1)

    is_down = False
    for _ in range(40):
        await engine.pass_time(seconds=31)
    assert guard.state == "closed"
    assert await engine.states() == ["done"] * 30
    outcomes = await tries(engine)
    assert outcomes["done"] == 30
    assert all(len(run.attempts) <= 4 for run in await engine.runs())
    moves = [f.state for f in engine.witness.facts if isinstance(f, ConnectionMoved)]
    assert (moves[0], moves[-1]) == ("open", "closed")


async def test_one_call_at_a_time_finds_out_whether_the_other_side_is_back(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    vendor.rule = lambda asked: DROP
    await engine.open(town.hub)
    for number in range(20):
        await engine.deliver({"n": number})
    await engine.work()
    vendor.most_in_flight, vendor.rule = 0, None
    vendor.gate = asyncio.Event()
    engine.clock.advance(seconds=31)
    await engine.parts.house.beat_pass()
    while await engine.parts.back.due_pass():
        pass
    for _ in range(5):
        await engine.parts.back.claim_pass()
        await asyncio.sleep(0.01)
    probes = vendor.in_flight
    vendor.gate.set()
    await engine.at_rest()

    assert (probes, vendor.most_in_flight) == (1, 1)


async def test_a_process_that_stood_still_blames_nobody_for_its_late_calls(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor, retry=RetryPolicy(attempts=3), at_once=12)
    posting(town)
    vendor.rule = lambda _: Answer(503)
    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    for number in range(12):
        await engine.deliver({"n": number})
    working = asyncio.create_task(engine.work())
    await until(lambda: len(vendor.asked) == 12)
    engine.clock.advance(seconds=17)  # a call may take 15
    vendor.gate.set()
    await working

    assert (await tries(engine))["unavailable"] == 12
    assert engine.parts.calls.guard(town.books.spec).state == "closed"


async def test_an_open_breaker_spends_nothing_of_the_rate(engine: Engine, vendor: Vendor) -> None:
    town = a_town(vendor, rate=Rate(10, timedelta(seconds=10), burst=10))
    posting(town)
    vendor.answers = [Answer(503)] * 5
    await engine.open(town.hub)
    for number in range(6):
        await engine.deliver({"n": number})
    await engine.work()
    guard = engine.parts.calls.guard(town.books.spec)
    assert guard.state == "open"
    for _ in range(20):
        assert guard.ask(engine.clock.at_us, repeat=False) is not None
    engine.clock.advance(seconds=31)
    assert guard.ask(engine.clock.at_us, repeat=False) is None
    for _ in range(20):
        refused = guard.ask(engine.clock.at_us, repeat=False)
        assert refused is not None
        assert "probe" in refused.reason
    guard.let_go()


async def test_retries_are_a_small_part_of_the_calls_of_a_connection(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    """The eleventh repeat within a minute waits, though its time has come and it used no try."""
    posting(town)
    good = iter(range(1000))
    vendor.rule = lambda asked: Answer(503 if next(good) % 2 else 200)
    await engine.open(town.hub)
    guard = engine.parts.calls.guard(town.books.spec)
    now_us = engine.clock.at_us
    for _ in range(10):
        assert guard.ask(now_us, repeat=True) is None
        guard.let_go()
    refused = guard.ask(now_us, repeat=True)

    assert refused is not None
    assert "retry budget" in refused.reason
    assert guard.ask(now_us, repeat=False) is None
    guard.let_go()
    assert refused.until_us is not None
    assert guard.ask(refused.until_us, repeat=True) is None
    guard.let_go()


async def test_an_error_in_between_is_no_sign_that_a_refused_credential_is_accepted(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    vendor.answers = [Answer(401), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    guard = engine.parts.calls.guard(town.books.spec)
    await engine.pass_time(seconds=31)
    assert (guard.state, len(vendor.asked)) == ("unhealthy", 2)

    await engine.pass_time(minutes=2)
    assert (guard.state, await engine.states()) == ("closed", ["done"])
    assert await tries(engine) == {"unauthorised": 1, "unavailable": 1, "done": 1}


# --- pace -----------------------------------------------------------------------------------------


async def test_calls_keep_the_rate_and_their_order(engine: Engine, vendor: Vendor) -> None:
    """Real time: the pace of a second or less is slept in memory, first come first served."""
    town = a_town(vendor, rate=Rate(100, timedelta(seconds=1), burst=1))
    posting(town)
    engine.clock = Ticking()  # type: ignore[assignment]
    await engine.open(town.hub)
    for number in range(12):
        await engine.deliver({"n": number})
    await engine.work()

    assert [asked.json["n"] for asked in vendor.asked] == list(range(12))
    assert await tries(engine) == {"done": 12}


class Ticking:
    """The wall clock, for what is paced in real time."""

    at_us = property(lambda self: self.now_us())

    def now_us(self) -> int:
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1000

    async def sleep_until(self, when_us: int) -> None:
        await asyncio.sleep(max(0, when_us - self.now_us()) / 1e6)


async def test_a_wait_that_is_longer_than_a_nap_is_stored_and_wakes_few_for_nothing(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor, rate=Rate(1, timedelta(minutes=1)))
    posting(town)
    await engine.open(town.hub)
    for number in range(10):
        await engine.deliver({"n": number})
    await engine.work()
    assert len(vendor.asked) == 1
    assert "running" not in await engine.states()

    for done in range(2, 11):
        await engine.pass_time(seconds=60)
        assert len(vendor.asked) == done
    assert await engine.states() == ["done"] * 10
    assert await tries(engine) == {"done": 10}


async def test_no_more_calls_are_out_than_the_connection_allows(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor, at_once=3)
    posting(town)

    async def rule(asked: Asked) -> Answer:
        await asyncio.sleep(0.1)
        return Answer()

    vendor.rule = rule
    await engine.open(town.hub)
    for number in range(12):
        await engine.deliver({"n": number})
    await engine.work()

    assert vendor.most_in_flight == 3
    assert await engine.states() == ["done"] * 12


async def test_a_429_halves_what_may_be_out_and_successes_bring_it_back(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor, at_once=8)
    posting(town)
    vendor.answers = [Answer(429)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=1)

    async def rule(asked: Asked) -> Answer:
        await asyncio.sleep(0.1)  # long beside what starting a call takes on a busy machine
        return Answer()

    vendor.rule = rule
    vendor.most_in_flight = 0
    for number in range(4):
        await engine.deliver({"n": number})
    for number in range(8):
        await engine.deliver({"n": number})
    await engine.work()
    assert vendor.most_in_flight <= 5

    for number in range(60):
        await engine.deliver({"n": number})
    await engine.work()
    assert vendor.most_in_flight == 8
    assert set(await engine.states()) == {"done"}


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_obeyed_to_the_second_by_the_run_that_was_told(
    engine: Engine, vendor: Vendor, town: Town, status: int
) -> None:
    posting(town)
    vendor.answers = [Answer(status, headers=(("retry-after", "120"),))]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=119)
    assert len(vendor.asked) == 1

    await engine.pass_time(seconds=1)
    assert len(vendor.asked) == 2
    assert await engine.states() == ["done"]


@pytest.mark.parametrize("headers", [(("retry-after", "1.5"),), (), (("retry-after", "0"),)])
async def test_being_told_to_wait_is_one_attempt_however_often(
    engine: Engine, vendor: Vendor, town: Town, headers: tuple[tuple[str, str], ...]
) -> None:
    posting(town)
    vendor.answers = [Answer(429, headers=headers)] * 30
    await engine.open(town.hub)
    await engine.take()
    for _ in range(60):
        await engine.pass_time(seconds=40)

    assert await engine.states() == ["done"]
    assert (await tries(engine))["throttled"] == 30


async def test_attempts_that_fail_between_waits_count_as_ever(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    vendor.answers = [Answer(429), Answer(503)] * 8
    await engine.open(town.hub)
    await engine.take()
    for _ in range(60):
        await engine.pass_time(minutes=15)

    assert await engine.states() == ["dead"]
    assert dict(await tries(engine)) == {"throttled": 3, "unavailable": 3}


async def test_nobody_calls_while_a_provider_wants_quiet(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    vendor.answers = [Answer(429, headers=(("retry-after", "120"),))]
    await engine.open(town.hub)
    await engine.take()
    for number in range(5):
        await engine.deliver({"n": number})
    await engine.work()
    await engine.pass_time(seconds=119)
    assert len(vendor.asked) == 1

    await engine.pass_time(seconds=1)
    assert await engine.states() == ["done"] * 6
    assert sorted((await tries(engine)).items()) == [("done", 6), ("throttled", 1)]


async def test_a_spent_quota_in_the_headers_is_quiet_too(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    spent = (("ratelimit-limit", "10"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "60"))
    vendor.answers = [Answer(200, {}, spent)]
    await engine.open(town.hub)
    await engine.take()
    await engine.take({"n": 2})
    assert len(vendor.asked) == 1

    await engine.pass_time(seconds=61)
    assert await engine.states() == ["done", "done"]


# --- isolation ------------------------------------------------------------------------------------


async def test_a_slow_connection_takes_no_places_from_flows_that_do_not_use_it(
    engine: Engine, vendor: Vendor
) -> None:
    engine.at_once = 80
    town = a_town(vendor)
    slow = town.hub.connect(
        "slow",
        Connector("slow", auth=NoAuth(), at_once=4),
        base_url=vendor.url,
        allow=("127.0.0.1",),
    )

    @town.hub.flow(on=town.on("slow"), name="crawls")
    async def crawls(order: dict[str, Any], run: Run) -> None:
        await slow.get("/slow")

    @town.hub.flow(on=town.on("quick"), name="runs")
    async def runs(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/quick", json={})

    gate = asyncio.Event()

    async def rule(asked: Asked) -> Answer:
        if asked.path == "/slow":
            await gate.wait()
        return Answer()

    vendor.rule = rule
    await engine.open(town.hub)
    for kind, count in (("slow", 200), ("quick", 20)):
        for number in range(count):
            await engine.deliver({"n": number}, kind=kind)
        for _ in range(10):
            await engine.parts.back.claim_pass()
            await asyncio.sleep(0.005)
    await until(lambda: vendor.paths().count("/quick") == 20)
    gate.set()
    await engine.work()

    assert set(await engine.states()) == {"done"}


async def test_a_connector_that_cannot_read_an_answer_leaves_no_place_taken(
    engine: Engine, vendor: Vendor
) -> None:
    def broken(answer: Any) -> None:
        raise KeyError("ok")

    town = a_town(vendor)
    odd = town.hub.connect(
        "odd",
        Connector("odd", auth=NoAuth(), at_once=1, failed_inside=broken),
        base_url=vendor.url,
        allow=("127.0.0.1",),
    )

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await odd.post("/entries", json={})

    await engine.open(town.hub)
    run = await engine.take()

    assert engine.parts.calls.guard(odd.spec).in_flight == 0
    assert (run.run.state, "could not read: KeyError" in (run.run.reason or "")) == ("held", True)


async def test_a_flow_with_few_places_does_not_wait_for_a_timer_between_its_runs(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town, concurrency=1)
    await engine.open(town.hub)
    for number in range(5):
        await engine.deliver({"n": number})
    done = 0
    while done < 5:
        engine.parts.back.signals.look.clear()
        claimed, _ = await engine.parts.back.claim_pass()
        await engine.at_rest()
        done = (await engine.states()).count("done")
        assert engine.parts.back.signals.look.is_set() or claimed == 0 or done == 5

    assert vendor.most_in_flight == 1
