"""Effect classes: what a repeat would do decides what happens after a failure, crash or replay."""

import asyncio
from typing import Any

import pytest
from tests.engine import DROP, Answer, Engine, Town, Vendor, a_town, until

from tieline import CallRefused, Effect, Hold, Run
from tieline.model.commands import EditDead, ReplayFilter, ResolveHeld, RetryDead, StartReplay
from tieline.model.runs.facts import RunSettled
from tieline.model.views.series import MINUTE_US
from tieline.model.views.views import ShowEvent
from tieline.operations.decide import edited

IN_DOUBT = (DROP, Answer(500), Answer(502), Answer(504))
NOTHING: dict[str, str] = {}
TURNED_AWAY = (Answer(429), Answer(503), Answer(408), Answer(423), Answer(425))


@pytest.mark.parametrize("failure", [*IN_DOUBT, *TURNED_AWAY])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_what_is_safe_to_repeat_is_repeated_whatever_went_wrong(
    engine: Engine, vendor: Vendor, town: Town, failure: Answer, method: str
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        connection = town.books if method == "POST" else town.chat
        await connection.request(method, "/entries")

    vendor.answers = [failure]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=5)

    assert len(vendor.asked) == 2
    assert len({asked.key for asked in vendor.asked}) == 1
    assert (vendor.asked[0].key is not None) == (method == "POST")
    assert await engine.states() == ["done"]


@pytest.mark.parametrize("failure", IN_DOUBT)
async def test_a_once_effect_in_doubt_is_held_and_never_repeated_by_itself(
    engine: Engine, vendor: Vendor, town: Town, failure: Answer
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/messages", json={})

    vendor.answers = [failure]
    await engine.open(town.hub)
    run = await engine.take()
    await engine.restart(town.hub)
    await engine.pass_time(days=3)

    assert (run.run.state, run.run.step_in_doubt) == ("held", ("chat POST /messages", "#1"))
    assert [attempt.outcome for attempt in run.attempts] == ["in-doubt"]
    assert len(vendor.asked) == 1
    assert await engine.states() == ["held"]


@pytest.mark.parametrize("failure", TURNED_AWAY)
async def test_a_once_effect_that_surely_did_not_happen_is_repeated(
    engine: Engine, vendor: Vendor, town: Town, failure: Answer
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/messages", json={})

    vendor.answers = [failure]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=5)

    assert len(vendor.asked) == 2
    assert await engine.states() == ["done"]


async def test_a_once_effect_that_could_not_be_sent_is_repeated(
    engine: Engine, vendor: Vendor
) -> None:
    async def gone(reader: Any, writer: Any) -> None:
        writer.close()

    closed = await asyncio.start_server(gone, "127.0.0.1", 0)
    nowhere = f"http://127.0.0.1:{closed.sockets[0].getsockname()[1]}"
    closed.close()
    await closed.wait_closed()
    town = a_town(vendor, base_url=nowhere)

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/messages", json={})

    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, [a.outcome for a in run.attempts]) == ("retrying", ["unreachable"])


@pytest.mark.parametrize(
    ("decision", "result", "sent", "seen"),
    [
        ("done", b'{"ts":"7"}', 1, {"ts": "7"}),
        ("done", None, 1, None),
        ("retry", None, 2, {"n": 2}),
    ],
)
async def test_a_person_says_what_became_of_an_effect_in_doubt(
    engine: Engine,
    vendor: Vendor,
    town: Town,
    decision: str,
    result: bytes | None,
    sent: int,
    seen: Any,
) -> None:
    answers: list[Any] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        answers.append((await town.chat.post("/messages", json={})).json())

    vendor.answers = [DROP, Answer(json={"n": 2})]
    await engine.open(town.hub)
    run = await engine.take()
    await engine.parts.journal.commit(ResolveHeld(run.run.id, decision, engine.by(), result))
    await engine.work()

    assert (len(vendor.asked), answers) == (sent, [seen])
    assert await engine.states() == ["done"]


# --- verify -----------------------------------------------------------------------------------


async def test_confirm_that_finds_the_effect_gives_it_back_instead_of_repeating_it(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    answers: list[Any] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            return (await town.chat.get("/messages", params={"ref": "r"})).json()

        answers.append((await town.chat.post("/messages", json={}, confirm=find)).json())

    vendor.answers = [DROP, Answer(json=[{"ts": "7"}])]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    run = await engine.only()
    assert [asked.method for asked in vendor.asked] == ["POST", "GET"]
    assert answers == [[{"ts": "7"}]]
    assert [attempt.outcome for attempt in run.attempts] == ["broken", "confirmed"]
    assert [step.name for step in run.steps] == ["chat POST /messages"]
    assert run.run.state == "done"


@pytest.mark.parametrize("nothing", [None, [], {}])
async def test_confirm_that_finds_nothing_lets_the_effect_be_sent_again(
    engine: Engine, vendor: Vendor, town: Town, nothing: Any
) -> None:
    looked: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            looked.append(1)
            return nothing

        await town.chat.post("/messages", json={}, confirm=find)

    vendor.answers = [DROP]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert (len(looked), len(vendor.asked)) == (1, 2)
    assert await engine.states() == ["done"]


async def test_confirm_is_asked_only_after_an_unknown_outcome(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    looked: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            looked.append(1)

        await town.chat.post("/messages", json={}, confirm=find)

    vendor.answers = [Answer(429), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=5)
    await engine.pass_time(minutes=5)

    assert (looked, len(vendor.asked)) == ([], 3)
    assert await engine.states() == ["done"]


async def test_a_look_up_that_fails_is_made_again_and_in_the_end_a_person_is_asked(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            return (await town.chat.get("/messages")).json()

        await town.chat.post("/messages", json={}, confirm=find)

    vendor.rule = lambda asked: Answer(502)
    await engine.open(town.hub)
    await engine.take()
    for _ in range(6):
        await engine.pass_time(minutes=30)

    run = await engine.only()
    assert vendor.paths() == ["/messages"]
    assert (run.run.state, run.run.step_in_doubt) == ("held", ("chat POST /messages", "#1"))
    assert len(vendor.asked) == 4


async def test_a_refusal_of_the_look_up_is_not_taken_for_one_of_the_call(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    caught: list[CallRefused] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            return (await town.chat.get("/messages")).json()

        try:
            await town.chat.post("/messages", json={}, confirm=find)
        except CallRefused as refused:
            caught.append(refused)

    vendor.answers = [DROP, Answer(404)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert caught == []
    assert await engine.states() == ["held"]


async def test_a_look_up_with_a_mistake_in_it_is_dead_and_looks_again_once_mended(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    is_mended = False

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            return {"ts": "7"} if is_mended else NOTHING["ts"]

        await town.chat.post("/messages", json={}, confirm=find)

    vendor.answers = [DROP]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)
    run = await engine.only()
    assert run.dead is not None
    assert (run.dead.kind, "KeyError" in (run.evidence or "")) == ("confirm-failed", True)

    is_mended = True
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()
    assert len(vendor.asked) == 1
    assert await engine.states() == ["done"]


async def test_a_look_up_may_decide_about_the_run(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            raise Hold("two messages look alike; ask Ada")

        await town.chat.post("/messages", json={}, confirm=find)

    vendor.answers = [DROP]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert (await engine.only()).run.reason == "two messages look alike; ask Ada"


# --- being cut off ------------------------------------------------------------------------------


@pytest.mark.parametrize("is_confirmed", [False, True])
async def test_an_authors_timeout_around_a_write_cannot_shrug_off_the_doubt(
    engine: Engine, vendor: Vendor, town: Town, is_confirmed: bool
) -> None:
    async def find() -> Any:
        return {"ts": "7"}

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        try:
            async with asyncio.timeout(0.05):
                confirm = find if is_confirmed else None
                await town.chat.post("/messages", json={}, confirm=confirm)
        except TimeoutError:
            pass
        await town.books.post("/last", json={})

    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    run = await engine.take()
    vendor.gate.set()

    assert run.run.state == ("retrying" if is_confirmed else "held")
    assert [attempt.outcome for attempt in run.attempts] == ["cut-off"]
    if is_confirmed:
        await engine.pass_time(seconds=6)
        assert vendor.paths() == ["/messages", "/last"]
        assert await engine.states() == ["done"]


async def test_a_once_effect_that_a_stop_cut_off_is_held_afterwards(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/messages", json={})

    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    await engine.deliver()
    engine.parts.back.look()
    await engine.parts.back.claim_pass()
    await until(lambda: len(vendor.asked) == 1)
    await engine.restart(town.hub, seconds=0.01)
    vendor.gate.set()
    assert await engine.states() == ["ready"]
    await engine.work()

    run = await engine.only()
    assert (run.run.state, len(vendor.asked)) == ("held", 1)
    assert [attempt.outcome for attempt in run.attempts] == ["cut-off"]


# --- the key of an effect -----------------------------------------------------------------------


def a_posting(town: Town, ends: list[Exception]) -> None:
    @town.hub.flow(on=town.on(), name="post")
    async def post(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"ref": "r"})
        await town.chat.post("/messages", json={"text": "t"})
        await run.emit("posted", {"ref": "r"})
        await run.step("own", lambda: 7)
        if ends:
            raise ends.pop(0)


async def test_a_replay_makes_no_effect_again_that_an_earlier_run_made(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    a_posting(town, [])
    await engine.open(town.hub)
    first = await engine.take()
    by = engine.by()
    everything = ReplayFilter(event_ids=(first.event.id,))
    await engine.parts.journal.commit(
        StartReplay(engine.ids.replay(), everything, 10, 1, as_new_action=False, by=by)
    )
    await engine.replay()

    again = (await engine.runs("post"))[-1]
    assert again.run.id != first.run.id
    assert len(vendor.asked) == 2
    assert [attempt.outcome for attempt in again.attempts] == ["skipped"] * 4
    assert {step.effect_key for step in again.steps} == {step.effect_key for step in first.steps}
    assert again.run.state == "done"


async def test_a_replayed_run_took_as_long_as_it_took_itself(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    a_posting(town, [])
    await engine.open(town.hub)
    first = await engine.take()
    await engine.pass_time(days=3)
    everything = ReplayFilter(event_ids=(first.event.id,))
    await engine.parts.journal.commit(
        StartReplay(engine.ids.replay(), everything, 10, 1, as_new_action=False, by=engine.by())
    )
    await engine.replay()

    ends = [fact for fact in engine.witness.facts if isinstance(fact, RunSettled)]
    took = {end.run_id: end.took_us for end in ends if end.state == "done" and end.flow == "post"}
    again = (await engine.runs("post"))[-1].run.id
    assert again != first.run.id
    assert took[again] < MINUTE_US


async def test_a_replay_as_a_new_action_makes_every_effect_under_new_keys(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    a_posting(town, [])
    await engine.open(town.hub)
    first = await engine.take()
    everything = ReplayFilter(event_ids=(first.event.id,))
    await engine.parts.journal.commit(
        StartReplay(engine.ids.replay(), everything, 10, 1, as_new_action=True, by=engine.by())
    )
    await engine.replay()

    assert vendor.paths() == ["/entries", "/messages"] * 2
    assert vendor.asked[0].key != vendor.asked[2].key


async def test_a_person_can_settle_a_doubt_that_an_earlier_run_left(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/messages", json={})

    vendor.answers = [DROP]
    await engine.open(town.hub)
    first = await engine.take()
    await engine.parts.journal.commit(ResolveHeld(first.run.id, "give-up", engine.by()))
    everything = ReplayFilter(event_ids=(first.event.id,))
    await engine.parts.journal.commit(
        StartReplay(engine.ids.replay(), everything, 10, 1, as_new_action=False, by=engine.by())
    )
    await engine.replay()
    again = (await engine.runs())[-1]
    assert again.run.state == "held"

    await engine.parts.journal.commit(ResolveHeld(again.run.id, "retry", engine.by()))
    await engine.work()
    assert await engine.states() == ["cancelled", "done"]
    assert len(vendor.asked) == 2


async def test_an_edited_event_keeps_the_effects_that_are_made_and_their_keys(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    a_posting(town, [ValueError("a bug")])
    await engine.open(town.hub)
    first = await engine.take()
    assert first.run.state == "dead"
    original = (await engine.parts.views.read(ShowEvent(first.event.id))).event
    admission = edited(engine.parts.admitter, original, first.run, b'{"x":1}', engine.by())
    await engine.parts.journal.commit(EditDead(first.run.id, admission, engine.by()))
    await engine.work()

    assert len(vendor.asked) == 2
    assert await engine.states("post") == ["dead", "done"]


async def test_a_dead_run_that_is_retried_keeps_what_is_done(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    a_posting(town, [ValueError("a bug")])
    await engine.open(town.hub)
    run = await engine.take()
    await engine.restart(town.hub)
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()

    assert len(vendor.asked) == 2
    assert await engine.states("post") == ["done"]


async def test_the_key_of_an_effect_is_the_same_over_retries_and_restarts(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"cents": 100})

    vendor.answers = [DROP, Answer(500), DROP]
    await engine.open(town.hub)
    await engine.take()
    for _ in range(3):
        await engine.restart(town.hub)
        await engine.pass_time(minutes=5)

    assert len(vendor.asked) == 4
    assert len({asked.key for asked in vendor.asked}) == 1
    assert await engine.states() == ["done"]


async def test_a_flow_may_say_what_an_operation_is(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/search", json={}, effect=Effect.READ)

    vendor.answers = [DROP]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=5)

    assert len(vendor.asked) == 2
    assert await engine.states() == ["done"]
