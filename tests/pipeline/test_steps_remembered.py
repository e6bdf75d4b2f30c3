"""Steps: what a run did is remembered over its executions, whatever order they take."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.engine import DROP, Answer, Asked, Engine, Town, Vendor

from tieline import CallRefused, Drift, Retry, RetryPolicy, Run
from tieline.model.commands import ResolveHeld, RetryDead


async def test_a_step_that_returned_is_not_executed_again(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: list[Any] = []

    @town.hub.flow(on=town.on())
    async def post(order: dict[str, Any], run: Run) -> None:
        first = await town.books.post("/entries", json={"ref": 1})
        seen.append(first.json())
        await town.books.post("/invoices", json={"ref": 2})

    vendor.answers = [Answer(json={"id": "e_1"}), Answer(503), Answer(json={"id": "i_1"})]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert vendor.paths() == ["/entries", "/invoices", "/invoices"]
    assert seen == [{"id": "e_1"}, {"id": "e_1"}]
    assert (await engine.only()).run.state == "done"


async def test_an_own_step_gives_the_remembered_result_back(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    counted: list[int] = []

    def count(start: int) -> dict[str, int]:
        counted.append(start)
        return {"next": start + len(counted)}

    results: list[Any] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        results.append(await run.step("count", count, 7))
        await town.books.post("/entries", json={})

    vendor.answers = [Answer(500)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert counted == [7]
    assert results == [{"next": 8}, {"next": 8}]


async def test_a_step_may_be_inserted_and_others_renamed_or_reordered_between_executions(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    release = 1

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        if release == 2:
            await town.books.post("/new", json={})
            await town.books.post("/b", json={})
            await town.books.post("/a", json={})
        else:
            await town.books.post("/a", json={})
            await town.books.post("/b", json={})
        await town.books.post("/last", json={})

    vendor.rule = lambda asked: Answer(503 if asked.path == "/last" and release == 1 else 200, {})
    await engine.open(town.hub)
    await engine.take()
    release = 2
    await engine.pass_time(seconds=30)

    assert vendor.paths() == ["/a", "/b", "/last", "/new", "/last"]
    assert await engine.states() == ["done"]


async def test_repeats_are_told_apart_by_number_or_by_the_authors_key(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"n": 1})
        await town.books.post("/entries", json={"n": 1})
        await town.books.post("/entries", json={"n": 1}, key="third")

    await engine.open(town.hub)
    run = await engine.take()

    assert [step.key for step in run.steps] == ["#1", "#2", "third"]
    assert len({asked.key for asked in vendor.asked}) == 3


async def test_a_key_that_is_no_text_is_the_same_key_after_a_restart(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        number: Any = 7
        await town.books.get("/entries", key=number)
        await town.books.post("/entries", json={}, key=number)
        await town.books.post("/last", json={})

    vendor.answers = [Answer(json=[]), Answer(), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.restart(town.hub)
    await engine.pass_time(seconds=30)

    assert [asked.path for asked in vendor.asked] == ["/entries", "/entries", "/last", "/last"]


async def test_parallel_uses_may_come_in_another_order_the_next_time(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    order_of = ["x", "y", "z"]

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        calls = [town.books.post("/entries", json={"ref": ref}) for ref in order_of]
        await asyncio.gather(*calls)

    is_down = True
    vendor.rule = lambda asked: Answer(503 if asked.json["ref"] == "x" and is_down else 200, {})
    await engine.open(town.hub)
    await engine.take()
    is_down = False
    order_of.reverse()
    await engine.pass_time(seconds=30)

    refs = [asked.json["ref"] for asked in vendor.asked]
    keys = {ref: {a.key for a in vendor.asked if a.json["ref"] == ref} for ref in "xyz"}
    assert sorted(refs) == ["x", "x", "y", "z"]
    assert all(len(own) == 1 for own in keys.values())
    assert await engine.states() == ["done"]


@pytest.mark.parametrize(
    ("drift", "paths", "state"),
    [
        (Drift.HOLD, ["/entries", "/last"], "held"),
        (Drift.RERUN, ["/entries", "/last", "/entries", "/last"], "done"),
        (Drift.KEEP, ["/entries", "/last", "/last"], "done"),
    ],
)
async def test_other_arguments_for_a_remembered_write_obey_the_flows_drift_policy(
    engine: Engine, vendor: Vendor, town: Town, drift: Drift, paths: list[str], state: str
) -> None:
    cents = 100

    @town.hub.flow(on=town.on(), drift=drift)
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"cents": cents})
        await town.books.post("/last", json={})

    vendor.answers = [Answer(), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    cents = 200
    await engine.pass_time(seconds=30)

    assert vendor.paths() == paths
    assert await engine.states() == [state]


async def test_a_step_that_was_made_again_after_drift_is_remembered_and_has_a_key_of_its_own(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    cents = 100

    @town.hub.flow(on=town.on(), drift=Drift.RERUN)
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"cents": cents})
        await town.books.post("/last", json={})

    vendor.answers = [Answer(), Answer(503), Answer(), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    cents = 200
    await engine.pass_time(seconds=30)
    await engine.pass_time(seconds=30)

    entries = [asked for asked in vendor.asked if asked.path == "/entries"]
    assert [asked.json["cents"] for asked in entries] == [100, 200]
    assert entries[0].key != entries[1].key
    assert await engine.states() == ["done"]


async def test_other_arguments_for_a_remembered_read_are_read_again_once(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    page = 1

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.get("/entries", params={"page": page})
        await town.books.post("/last", json={})

    vendor.answers = [Answer(), Answer(503), Answer(), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    page = 2
    await engine.pass_time(seconds=30)
    await engine.pass_time(seconds=30)

    assert vendor.paths("GET") == ["/entries?page=1", "/entries?page=2"]
    assert await engine.states() == ["done"]


@pytest.mark.parametrize(
    ("decision", "cents"), [("done", [100]), ("retry", [100, 200]), ("give-up", [100])]
)
async def test_a_person_decides_what_becomes_of_drift(
    engine: Engine, vendor: Vendor, town: Town, decision: str, cents: list[int]
) -> None:
    amount = 100

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"cents": amount})
        await town.books.post("/last", json={})

    vendor.answers = [Answer(), Answer(503)]
    await engine.open(town.hub)
    run = await engine.take()
    amount = 200
    await engine.pass_time(seconds=30)
    await engine.parts.journal.commit(ResolveHeld(run.run.id, decision, engine.by()))
    await engine.work()

    made = [asked for asked in vendor.asked if asked.path == "/entries"]
    assert [asked.json["cents"] for asked in made] == cents
    assert len({asked.key for asked in made}) == len(made)
    assert await engine.states() == ["cancelled" if decision == "give-up" else "done"]


def returning(town: Town, result: object) -> list[int]:
    """A flow with an effect of its own that returns *result*; how often it was made."""
    made: list[int] = []

    def effect() -> object:
        made.append(1)
        return result

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        kept = await run.step("charge", effect)
        await town.books.post("/entries", json={"kept": kept})

    return made


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (timedelta(hours=1), "JSON has no form for datetime.timedelta; it returned datetime"),
        ({1}, "JSON has no form for set; it returned {1}"),
        (Decimal("NaN"), "$ is NaN, which JSON has no number for"),
        (float("nan"), "$ is nan, which JSON has no number for"),
        ({"rates": [1.5, float("inf")]}, "$.rates[1] is inf, which JSON has no number for"),
        ({"at": 1j}, "JSON has no form for complex; it returned {'at': 1j}"),
    ],
)
async def test_an_effect_whose_result_cannot_be_remembered_is_not_made_again_unasked(
    engine: Engine, vendor: Vendor, town: Town, result: object, words: str
) -> None:
    made = returning(town, result)
    await engine.open(town.hub)
    run = await engine.take()
    await engine.pass_time(minutes=30)

    assert made == [1]
    assert await engine.states() == ["held"]
    reason = (await engine.only()).run.reason or ""
    assert words in reason
    assert "--done and --result" in reason
    kept = b'{"id":7}'
    await engine.parts.journal.commit(ResolveHeld(run.run.id, "done", engine.by(), kept))
    await engine.work()
    assert (made, await engine.states()) == ([1], ["done"])
    assert [asked.json for asked in vendor.asked] == [{"kept": {"id": 7}}]


async def test_an_effect_that_a_person_lets_happen_again_happens_again(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    made = returning(town, {1})
    await engine.open(town.hub)
    run = await engine.take()
    await engine.parts.journal.commit(ResolveHeld(run.run.id, "retry", engine.by()))
    await engine.work()

    assert (made, await engine.states()) == ([1, 1], ["held"])


async def test_a_flow_that_asks_for_a_retry_reads_again_what_it_waits_for(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: list[tuple[str, str]] = []

    @town.hub.flow(on=town.on(), retry=RetryPolicy(attempts=4))
    async def flow(order: dict[str, Any], run: Run) -> None:
        rate = (await town.books.get("/rate")).json()["rate"]
        await town.books.post("/jobs", json={"rate": rate})
        state = (await town.books.get("/jobs/1")).json()["state"]
        seen.append((rate, state))
        if state == "pending":
            raise Retry("not booked yet", after=timedelta(hours=1))
        await town.chat.post("/messages", json={"state": state})

    answers = {
        "/rate": [Answer(json={"rate": "1.1"}), Answer(json={"rate": "1.2"})],
        "/jobs/1": [Answer(json={"state": state}) for state in ("pending", "pending", "booked")],
    }

    async def rule(asked: Asked) -> Answer:
        return answers[asked.path].pop(0) if asked.path in answers else Answer()

    vendor.rule = rule
    await engine.open(town.hub)
    await engine.take()
    for _ in range(2):
        await engine.pass_time(hours=1)

    assert seen == [("1.1", "pending"), ("1.1", "pending"), ("1.1", "booked")]
    assert await engine.states() == ["done"]
    assert vendor.paths().count("/jobs") == 1


async def test_a_mistake_in_a_step_is_dead_at_once_and_anything_else_may_pass(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    errors: list[Exception] = [KeyError("rate"), TypeError("no such argument")]

    def effect() -> None:
        raise errors.pop(0)

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("effect", effect)

    await engine.open(town.hub)
    await engine.take()
    assert await engine.states() == ["retrying"]
    await engine.pass_time(minutes=30)

    assert (errors, await engine.states()) == ([], ["dead"])


async def test_an_own_step_may_be_anything_that_gives_a_value_in_the_end(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    async def later(value: int) -> int:
        await asyncio.sleep(0)
        return value

    def at_once(value: int) -> int:
        return value

    results: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        results.append(await run.step("coroutine function", later, 1))
        results.append(await run.step("plain function", at_once, 2))
        results.append(await run.step("gives an awaitable", lambda: later(3)))

    await engine.open(town.hub)
    await engine.take()

    assert results == [1, 2, 3]
    assert await engine.states() == ["done"]


async def test_a_step_that_raises_what_no_future_can_carry_is_a_failed_step(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("exhausted", lambda: next(iter(())))

    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, "StopIteration" in (run.run.reason or "")) == ("retrying", True)


async def test_the_answer_of_a_write_is_remembered_whole_however_long(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        answer = await town.books.post("/entries", json={})
        seen.append(len(answer.json()["text"]))
        await town.books.post("/last", json={})

    vendor.answers = [Answer(json={"text": "x" * 300_000}), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert seen == [300_000, 300_000]
    assert await engine.states() == ["done"]


async def test_a_long_answer_of_a_read_is_read_again_instead_of_kept(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        seen.append(len((await town.books.get("/list")).json()["text"]))
        await town.books.post("/last", json={})

    long = Answer(json={"text": "x" * 300_000})
    vendor.answers = [long, Answer(503), long]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert (seen, vendor.paths("GET")) == ([300_000, 300_000], ["/list", "/list"])
    assert [step.name for step in (await engine.only()).steps] == ["books POST /last"]


async def test_an_answer_of_binary_data_is_given_back_as_it_came(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: list[tuple[int, bytes, str | None]] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        answer = await town.books.get("/file")
        seen.append((answer.status, answer.body, answer.header("ETag")))
        await town.books.post("/last", json={})

    body = b"\x00\n\xff\n[200]\n"
    kind = (("content-type", "application/octet-stream"), ("etag", '"7"'))
    vendor.answers = [Answer(206, headers=kind, body=body), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert seen == [(206, body, '"7"')] * 2


async def test_a_refused_call_is_refused_again_from_memory_and_sent_again_by_a_retry(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.get("/first")
        await town.books.post("/entries", json={})

    vendor.answers = [Answer(), Answer(422, {"title": "no such customer"}), Answer()]
    await engine.open(town.hub)
    run = await engine.take()
    assert run.dead is not None
    assert (run.dead.kind, "no such customer" in run.dead.reason) == ("refused-422", True)

    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()

    assert [asked.path for asked in vendor.asked] == ["/first", "/entries", "/entries"]
    assert await engine.states() == ["done"]


async def test_an_author_may_catch_a_refusal_and_sees_it_again_in_every_execution(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    caught: list[tuple[int | None, str]] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        try:
            await town.books.post("/entries", json={})
        except CallRefused as refused:
            caught.append((refused.status, str(refused)))
            await town.books.put("/entries/known", json={})
        await town.books.post("/last", json={})

    vendor.answers = [Answer(409, {"title": "it exists"}), Answer(), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert [asked.path for asked in vendor.asked] == [
        "/entries",
        "/entries/known",
        "/last",
        "/last",
    ]
    assert caught == [(409, "books POST /entries: it exists")] * 2
    assert await engine.states() == ["done"]


async def test_a_refused_call_with_other_arguments_is_another_call(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    amount = -1

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"cents": amount})

    vendor.answers = [Answer(422), Answer()]
    await engine.open(town.hub)
    run = await engine.take()
    amount = 1
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()

    assert [asked.json["cents"] for asked in vendor.asked] == [-1, 1]
    assert vendor.asked[0].key != vendor.asked[1].key
    assert await engine.states() == ["done"]


@pytest.mark.parametrize("error", [Exception, BaseException])
async def test_catching_everything_around_a_call_does_not_swallow_its_suspension(
    engine: Engine, vendor: Vendor, town: Town, error: type[BaseException]
) -> None:
    went_on: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        try:
            await town.books.post("/entries", json={})
        except error:
            went_on.append(1)
        try:
            await town.books.post("/last", json={})
        except error:
            went_on.append(2)

    vendor.answers = [DROP]
    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, vendor.paths()) == ("retrying", ["/entries"])
    assert went_on == ([] if error is Exception else [1, 2])

    await engine.pass_time(seconds=30)
    assert vendor.paths() == ["/entries", "/entries", "/last"]
    assert await engine.states() == ["done"]


async def test_now_and_uuid_are_the_same_in_every_execution(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: list[tuple[Any, ...]] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        seen.append((run.now(), run.uuid(), run.uuid()))
        await town.books.post("/last", json={})

    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.restart(town.hub)
    await engine.pass_time(seconds=30)

    assert seen[0] == seen[1]
    assert seen[0][1] != seen[0][2]


async def test_parallel_sleeps_begin_together(engine: Engine, vendor: Vendor, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def after(hours: int) -> None:
            await run.sleep(timedelta(hours=hours), key=str(hours))
            await town.books.post(f"/after/{hours}", json={})

        await asyncio.gather(after(1), after(2))

    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(hours=1)
    assert vendor.paths() == ["/after/1"]

    await engine.pass_time(hours=1)
    assert vendor.paths() == ["/after/1", "/after/2"]
    assert await engine.states() == ["done"]
