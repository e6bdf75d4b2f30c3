"""The alarm over a real store: told once, by one of many, and not again after a restart."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.engine import Answer, Engine, Vendor, a_town, a_vendor, an_engine

from tieline import Reject, Run
from tieline.features.alerts.judge import AlertJudge, AlertJudgeParts
from tieline.features.flows.connection_lines import connection_lines
from tieline.model.commands import DeliveryTime, DiscardDead, KeepTally, TallyRow
from tieline.model.fleet.limits import ConnectionState, KeepConnectionStates
from tieline.model.fleet.presence import KeepBlocked
from tieline.model.runs.facts import AlertMoved, PassFailed
from tieline.model.views.series import HOUR_US, MINUTE_US
from tieline.model.views.views import ListAlerts
from tieline.rules.watch.latency import bucket_of

CHAT = "s3cret-chat-token"


@pytest.fixture
async def chat() -> AsyncIterator[Vendor]:
    """Takes alerts, as chats do."""
    async with a_vendor() as vendor:
        yield vendor


@pytest.fixture
async def engine(tmp_path: Path, chat: Vendor) -> AsyncIterator[Engine]:
    """A hub whose flow rejects whatever comes, owned by finance."""
    async with an_engine(tmp_path) as made:
        town = a_town(chat)

        @town.hub.flow(on=town.on(expect_every=timedelta(hours=2)), owner="finance", name="books")
        async def books(order: dict[str, object], run: Run) -> None:
            raise Reject("it is not wanted")

        await made.open(town.hub)
        yield made


def an_alarm(engine: Engine, chat: Vendor, **changes: object) -> AlertJudge:
    """What a process would make at its start."""
    parts = AlertJudgeParts(
        hub=engine.parts.hub,
        journal=engine.parts.journal,
        views=engine.parts.views,
        http=engine.parts.http,
        clock=engine.clock,
        observer=engine.witness,
        guards=lambda _: [],
        disk_free=lambda: 0.5,
        webhook=f"{chat.url}/hooks/{CHAT}",
    )
    return AlertJudge(replace(parts, **changes))  # type: ignore[arg-type]


def texts(chat: Vendor) -> list[str]:
    return [asked.json["text"] for asked in chat.asked]


def moves(engine: Engine) -> list[tuple[str, str]]:
    facts = [fact for fact in engine.witness.facts if isinstance(fact, AlertMoved)]
    return [(fact.kind, fact.state) for fact in facts]


async def test_a_dead_letter_is_told_once_and_its_end_as_well(engine: Engine, chat: Vendor) -> None:
    dead = await engine.take()
    alarm = an_alarm(engine, chat)
    for _ in range(3):
        await alarm.pass_()
    (row,) = await engine.parts.views.read(ListAlerts())
    await engine.parts.journal.commit(DiscardDead(dead.run.id, engine.by()))
    for _ in range(4):
        engine.clock.advance(seconds=40)
        await alarm.pass_()

    assert (row.kind, row.owner, row.state) == ("dead-letters", "finance", "firing")
    assert len(texts(chat)) == 2
    assert texts(chat)[0].startswith("test: 1 alert fires, for finance\nFIRING flow:books: 1 dead")
    assert "ended flow:books: dead-letters is over after" in texts(chat)[1]
    assert moves(engine) == [("dead-letters", "firing"), ("dead-letters", "ended")]
    assert await engine.parts.views.read(ListAlerts()) == ()
    assert len(await engine.parts.views.read(ListAlerts(ended=True))) == 1


async def test_several_judges_and_a_restart_tell_it_only_once(engine: Engine, chat: Vendor) -> None:
    await engine.take()
    for _ in range(3):
        await an_alarm(engine, chat).pass_()
        await an_alarm(engine, chat).pass_()

    assert len(texts(chat)) == 1
    assert moves(engine) == [("dead-letters", "firing")]


async def test_who_could_not_be_reached_is_told_after_a_restart(
    engine: Engine, chat: Vendor
) -> None:
    await engine.take()
    chat.answers = [Answer(500)]
    await an_alarm(engine, chat).pass_()
    await an_alarm(engine, chat).pass_()
    engine.clock.advance(seconds=20)
    await an_alarm(engine, chat).pass_()
    await an_alarm(engine, chat).pass_()

    assert len(texts(chat)) == 2, "one that failed, one that arrived"
    assert moves(engine) == [("dead-letters", "firing")]
    failures = [fact for fact in engine.witness.facts if isinstance(fact, PassFailed)]
    assert [fact.error for fact in failures] == ["the alert webhook answered 500"]


async def test_a_source_that_never_delivers_is_silent_by_its_declared_rhythm(
    engine: Engine, chat: Vendor
) -> None:
    alarm = an_alarm(engine, chat)
    engine.clock.advance(hours=2)
    await alarm.pass_()
    early = texts(chat)
    engine.clock.advance(minutes=1)
    await alarm.pass_()

    assert early == []
    assert len(texts(chat)) == 1
    assert (
        "source:shop: nothing came for 2h 1m; it is declared to deliver within 2h"
        in (texts(chat)[0])
    )


async def test_without_an_address_the_log_is_told_and_nobody_waits(
    engine: Engine, chat: Vendor
) -> None:
    counted: list[dict[str, int]] = []
    alarm = an_alarm(engine, chat, webhook=None, firing=counted.append, disk_free=lambda: 0.01)
    await engine.take()
    await alarm.pass_()
    engine.clock.advance(minutes=3)
    await alarm.pass_()

    assert texts(chat) == []
    assert moves(engine) == [("dead-letters", "firing"), ("disk-low", "firing")]
    assert counted[-1] == {"dead-letters": 1, "disk-low": 1}


async def test_the_address_itself_is_never_told(engine: Engine, chat: Vendor) -> None:
    await engine.take()
    alarm = an_alarm(engine, chat, webhook=f"http://127.0.0.1:1/{CHAT}")
    await alarm.pass_()

    failures = [fact for fact in engine.witness.facts if isinstance(fact, PassFailed)]
    assert len(failures) == 1
    assert CHAT not in failures[0].error


async def test_how_all_workers_stand_with_a_connection_is_what_counts(
    engine: Engine, chat: Vendor
) -> None:
    alarm = an_alarm(engine, chat, webhook=None)
    refused = ConnectionState(refusals=3)
    opened = ConnectionState(breaker="open", wait_us=10**9)
    now_us = engine.clock.now_us()
    command = KeepConnectionStates((("books", opened), ("chat", refused)), now_us)
    await engine.parts.journal.commit(command)
    for _ in range(2):
        await alarm.pass_()
        engine.clock.advance(minutes=1)

    assert moves(engine) == [("breaker-open", "firing"), ("connection-unhealthy", "firing")]


async def test_an_owner_who_cannot_be_told_delays_nobody_and_is_tried_ever_less_often(
    tmp_path: Path, chat: Vendor
) -> None:
    async with an_engine(tmp_path) as made:
        town = a_town(chat)

        @town.hub.flow(on=town.on(), owner="finance", name="one")
        async def one(order: dict[str, object], run: Run) -> None:
            raise Reject("it is not wanted")

        @town.hub.flow(on=town.on(), owner="sales", name="two")
        async def two(order: dict[str, object], run: Run) -> None:
            raise Reject("it is not wanted")

        await made.open(town.hub)
        chat.rule = lambda asked: Answer(400 if "for finance" in asked.json["text"] else 200)
        await made.deliver()
        await made.work()
        told_at: list[int] = []
        for number in range(3 * 60):
            before = len(chat.asked)
            await an_alarm(made, chat).pass_()
            await an_alarm(made, chat).pass_()
            told_at += [number * 20] * (len(chat.asked) - before)
            made.clock.advance(seconds=20)
        chat.rule = None
        made.clock.advance(minutes=15)
        await an_alarm(made, chat).pass_()
        await an_alarm(made, chat).pass_()

    to_sales = [text for text in texts(chat) if "for sales" in text]
    to_finance = [text for text in texts(chat) if "for finance" in text]
    assert len(to_sales) == 1
    assert told_at == [0, 0, 20, 60, 140, 300, 620, 1260, 2160, 3060]
    assert len(to_finance) == len(told_at), "nine in vain, and the one that arrived"


async def test_an_error_ratio_is_told_and_its_end_says_how_long_it_lasted(
    engine: Engine, chat: Vendor
) -> None:
    alarm = an_alarm(engine, chat, webhook=None)

    async def tries(done: int, slow: int) -> None:
        minute = engine.clock.at_us - engine.clock.at_us % MINUTE_US
        words = (("done", done), ("slow", slow))
        rows = tuple(
            TallyRow("connection", "books", MINUTE_US, minute, word, count) for word, count in words
        )
        await engine.parts.journal.commit(KeepTally(rows, ()))

    for done, slow in [(10, 10)] * 3 + [(50, 0)] * 15:
        await tries(done, slow)
        await alarm.pass_()
        engine.clock.advance(minutes=1)

    assert moves(engine) == [("error-ratio", "firing"), ("error-ratio", "ended")]
    firing, ended = reasons(engine)
    assert firing == "30 of the last 60 attempts failed (50%)"
    assert ended.startswith("it is over, after ")
    assert "attempts failed" not in ended


async def test_a_breaker_a_credential_and_a_disk_recover(engine: Engine, chat: Vendor) -> None:
    free = [0.01]
    alarm = an_alarm(engine, chat, disk_free=lambda: free[0])
    wrong = (
        ("books", ConnectionState(breaker="open", wait_us=10**9)),
        ("chat", ConnectionState(refusals=3)),
    )
    right = (("books", ConnectionState()), ("chat", ConnectionState()))
    for standings in (wrong, right):
        await engine.parts.journal.commit(KeepConnectionStates(standings, engine.clock.now_us()))
        for _ in range(9):
            await alarm.pass_()
            engine.clock.advance(minutes=1)
        free[0] = 0.5
    kinds = ("breaker-open", "connection-unhealthy", "disk-low")

    assert [move for move in moves(engine) if move[1] == "firing"] == [
        (kind, "firing") for kind in kinds
    ]
    assert sorted(kind for kind, state in moves(engine) if state == "ended") == list(kinds)
    told = [reason for reason in reasons(engine) if reason.startswith("it is over, after ")]
    assert len(told) == 3
    assert "disk-low is over after" in "".join(texts(chat))


@pytest.mark.parametrize(
    ("minutes", "times", "silent"), [(1, 40, False), (90, 19, False), (90, 20, True)]
)
async def test_a_rhythm_is_learned_from_twenty_deliveries_over_an_hour(
    tmp_path: Path, chat: Vendor, minutes: int, times: int, silent: bool
) -> None:
    async with an_engine(tmp_path) as engine:
        town = a_town(chat)

        @town.hub.flow(on=town.on(), name="books")
        async def books(order: dict[str, object], run: Run) -> None: ...

        await engine.open(town.hub)
        first_us = engine.clock.at_us - engine.clock.at_us % MINUTE_US
        rows = tuple(
            TallyRow("source", "shop", step_us, first_us - first_us % step_us, "accepted", times)
            for step_us in (MINUTE_US, HOUR_US)
        )
        heard = DeliveryTime("shop", first_us, first_us + minutes * MINUTE_US, times)
        await engine.parts.journal.commit(KeepTally(rows, (heard,)))
        engine.clock.advance(days=1)
        await an_alarm(engine, chat).pass_()

        assert moves(engine) == ([("source-silent", "firing")] if silent else [])


def reasons(engine: Engine) -> list[str]:
    return [fact.reason for fact in engine.witness.facts if isinstance(fact, AlertMoved)]


async def test_what_blocks_a_process_is_told_to_the_owner_of_its_flow_and_passes(
    engine: Engine, chat: Vendor
) -> None:
    alarm, now_us = an_alarm(engine, chat), engine.clock.now_us()
    note = KeepBlocked(engine.parts.back.worker, now_us, "flow books blocks it", "books")
    await engine.parts.journal.commit(note)
    await alarm.pass_()
    engine.clock.advance(minutes=9)
    await alarm.pass_()
    assert moves(engine) == [("loop-blocked", "firing")]
    assert ", for finance\nFIRING flow:books: flow books blocks it" in texts(chat)[0]

    for _ in range(3):
        engine.clock.advance(minutes=1, seconds=1)
        await alarm.pass_()
    assert ("loop-blocked", "ended") in moves(engine)


def tallied(at_us: int, name: str, took: str, count: int) -> tuple[TallyRow, ...]:
    minute = at_us - at_us % MINUTE_US
    words = ("done", took)
    return tuple(TallyRow("connection", name, MINUTE_US, minute, word, count) for word in words)


async def test_a_vendor_that_became_slow_is_told_and_counted(engine: Engine, chat: Vendor) -> None:
    now_us, name = engine.clock.at_us, next(iter(engine.parts.hub.connections))
    usual = tallied(now_us - 90 * MINUTE_US, name, bucket_of(20_000), 100)
    now = tallied(now_us, name, bucket_of(2_000_000), 20)
    await engine.parts.journal.commit(KeepTally((*usual, *now)))
    factors: list[dict[str, float]] = []
    alarm = an_alarm(engine, chat, slowness=factors.append)

    for _ in range(3):
        engine.clock.advance(seconds=61)
        await alarm.pass_()

    lines = await connection_lines(engine.parts.views, engine.parts.hub, engine.clock.at_us)
    (line,) = (line for line in lines if line.name == name)
    assert factors[-1][name] > 50
    assert moves(engine) == [("connection-slow", "firing")]
    assert "is usual; tieline connections show" in texts(chat)[0]
    assert (line.health, line.attempts, line.failures, line.breaker) == ("slow", 20, 0, "closed")
    assert line.p95_us is not None and line.usual_us is not None
    assert line.p95_us > 50 * line.usual_us


async def test_what_cannot_be_written_down_is_told_from_memory_once_until_it_can(
    engine: Engine, chat: Vendor
) -> None:
    said: list[str | None] = [None, "there is no space left", "there is no space left", None, "x"]
    alarm = an_alarm(engine, chat, unwritten=lambda: said[0])
    while said:
        await alarm.pass_()
        said.pop(0)

    failing = [move for move in moves(engine) if move[0] == "store-failing"]
    assert failing == [("store-failing", "firing")] * 2
    assert ["there is no space left" in text for text in texts(chat)] == [True, False]
