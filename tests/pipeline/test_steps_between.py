"""A release asks for more, or for something else, than a run remembers: nothing is made twice."""

import sqlite3
from datetime import timedelta
from typing import Annotated, Any

import pytest
from tests.engine import DROP, Answer, Asked, Engine, Town, Vendor

from tieline import CallRefused, Contract, Drift, Retry, RetryPolicy, Run, Sensitive
from tieline.model.commands import ResolveHeld, RetryDead

CHARGE = {"charge": "in_1", "cents": 100}
TAX = {"tax": "in_1", "cents": 19}
FEE = {"fee": "in_1", "cents": 1}


def made(vendor: Vendor) -> list[dict[str, Any]]:
    return [asked.json for asked in vendor.asked if asked.path == "/entries"]


def of_release(town: Town, *lists: list[dict[str, Any]], drift: Drift = Drift.HOLD) -> list[int]:
    """A flow that posts one of *lists* by its release, before and behind a sleep."""
    release = [0]

    @town.hub.flow(on=town.on(), drift=drift)
    async def flow(order: dict[str, Any], run: Run) -> None:
        for body in lists[release[0]]:
            await town.books.post("/entries", json=body)
        await run.sleep(timedelta(hours=1))
        await town.books.post("/last", json={})

    return release


async def put_between(
    engine: Engine, town: Town, before: list[Any], now: list[Any], drift: Drift = Drift.HOLD
) -> None:
    """A run sleeps; a release comes that asks for *now* instead of *before*."""
    release = of_release(town, before, now, drift=drift)
    await engine.open(town.hub)
    await engine.take()
    release[0] = 1
    await engine.restart(town.hub)
    await engine.pass_time(hours=1)


async def resolve(engine: Engine, decision: str, result: bytes | None = None) -> None:
    run = (await engine.only()).run
    await engine.parts.journal.commit(ResolveHeld(run.id, decision, engine.by(), result))
    await engine.work()


@pytest.mark.parametrize(
    ("decision", "also"), [("done", []), ("retry", [TAX])], ids=["done", "retry"]
)
@pytest.mark.parametrize("now", [[TAX, CHARGE], [CHARGE, TAX]], ids=["before", "behind"])
async def test_a_step_put_before_one_that_is_done_leaves_that_one_done(
    engine: Engine,
    vendor: Vendor,
    town: Town,
    now: list[dict[str, Any]],
    decision: str,
    also: list[dict[str, Any]],
) -> None:
    await put_between(engine, town, [CHARGE], now)
    if now[0] is TAX:
        reason = (await engine.only()).run.reason or ""
        assert await engine.states() == ["held"]
        assert '$.tax was absent and is "in_1" now' in reason
        assert "$.cents was 100 and is 19 now" in reason
        assert "Is it made anew each time?" in reason
        assert "--done: it is the one that is done; nothing is made" in reason
        assert "--retry: it is another one; it is made once" in reason
        await resolve(engine, decision)
    else:
        also = [TAX]

    assert await engine.states() == ["done"]
    assert made(vendor) == [CHARGE, *also]
    keys = [asked.key for asked in vendor.asked if asked.path == "/entries"]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("drift", "state", "bodies"),
    [
        (Drift.RERUN, "done", [CHARGE, TAX]),
        (Drift.KEEP, "held", [CHARGE]),
    ],
)
async def test_a_drift_policy_does_not_make_twice_what_another_step_is_put_before(
    engine: Engine, vendor: Vendor, town: Town, drift: Drift, state: str, bodies: list[Any]
) -> None:
    await put_between(engine, town, [CHARGE], [TAX, CHARGE], drift)

    assert (await engine.states(), made(vendor)) == ([state], bodies)
    if drift is Drift.KEEP:
        reason = (await engine.only()).run.reason or ""
        assert "is asked for more often than when it was made" in reason
        await resolve(engine, "retry")
        assert (await engine.states(), made(vendor)) == (["done"], [CHARGE, TAX])


async def test_of_two_steps_put_in_each_is_asked_about_once(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    await put_between(engine, town, [CHARGE], [TAX, FEE, CHARGE])
    for _ in range(2):
        assert await engine.states() == ["held"]
        await resolve(engine, "retry")

    assert (await engine.states(), made(vendor)) == (["done"], [CHARGE, TAX, FEE])


async def test_a_step_that_was_taken_out_does_not_shift_the_others(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    await put_between(engine, town, [TAX, CHARGE, FEE], [CHARGE, FEE])

    assert (await engine.states(), made(vendor)) == (["done"], [TAX, CHARGE, FEE])


async def test_a_persons_result_stands_for_the_step_that_was_put_in(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: list[Any] = []
    release = 1

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        bodies = [CHARGE] if release == 1 else [TAX, CHARGE]
        seen[:] = [(await town.books.post("/entries", json=body)).json() for body in bodies]
        await run.sleep(timedelta(hours=1))

    vendor.answers = [Answer(json={"id": "charge"})]
    await engine.open(town.hub)
    await engine.take()
    release = 2
    await engine.pass_time(hours=1)
    await resolve(engine, "done", b'{"id":"tax, by hand"}')

    assert (await engine.states(), made(vendor)) == (["done"], [CHARGE])
    assert seen == [{"id": "tax, by hand"}, {"id": "charge"}]


@pytest.mark.parametrize("decision", ["done", "retry"])
async def test_an_argument_that_is_made_anew_is_asked_about_once(
    engine: Engine, vendor: Vendor, town: Town, decision: str
) -> None:
    times = iter(range(100))

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"at": next(times)})
        await town.books.post("/last", json={})

    vendor.rule = lambda asked: Answer(503 if len(vendor.paths()) == 2 else 200, {})
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)
    reason = (await engine.only()).run.reason or ""
    assert "$.at was 0 and is 1 now" in reason
    await resolve(engine, decision)

    assert await engine.states() == ["done"]
    assert len(made(vendor)) == (1 if decision == "done" else 2)


class Placed(Contract, name="order.placed", version=1):
    email: Annotated[str, Sensitive]


async def test_what_must_not_be_told_is_not_kept_with_the_arguments(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    cents = 1

    @town.hub.flow(on=town.on(contract=Placed))
    async def flow(order: Placed, run: Run) -> None:
        await town.books.post("/entries", json={"to": order.email, "cents": cents})
        await run.sleep(timedelta(hours=1))

    await engine.open(town.hub)
    await engine.take({"email": "ann@example.com"})
    cents = 2
    await engine.pass_time(hours=1)

    reason = (await engine.only()).run.reason or ""
    assert "asked for with other arguments: $.cents was 1 and is 2 now. " in reason
    database = sqlite3.connect(engine.folder / "tieline.db")
    kept = database.execute("SELECT arguments FROM step WHERE name LIKE 'books%' AND tries = 1")
    assert kept.fetchall() == [(b'POST /entries\n{"cents":1,"to":"[redacted]"}',)]
    database.close()


# --- refused, broken, and asked for anew ----------------------------------------------------------


def anew(town: Town, drift: Drift = Drift.HOLD) -> None:
    """A flow that asks for the time anew at each execution, and for a retry when it is refused."""
    times = iter(range(1, 100))

    @town.hub.flow(on=town.on(), drift=drift, retry=RetryPolicy(attempts=9))
    async def flow(order: dict[str, Any], run: Run) -> None:
        try:
            await town.books.post("/entries", json={"customer": 7, "at": next(times)})
        except CallRefused as refused:
            raise Retry("refused, tries again", after=timedelta(seconds=10)) from refused
        await town.books.post("/last", json={})


async def test_after_a_refusal_an_effect_that_may_have_happened_is_found_again(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    anew(town)
    vendor.answers = [Answer(422, {"title": "no such customer"}), DROP]
    await engine.open(town.hub)
    await engine.take()
    for _ in range(6):
        await engine.pass_time(minutes=2)

    assert [body["at"] for body in made(vendor)] == [1, 2]
    run = await engine.only()
    assert run.run.state == "held"
    assert "$.at was 2 and is 3 now" in (run.run.reason or "")
    assert "A repeat under its idempotency key would carry another content" in (
        run.run.reason or ""
    )
    await resolve(engine, "retry")
    assert [body["at"] for body in made(vendor)] == [1, 2, 4]
    assert len({asked.key for asked in vendor.asked}) == 4
    assert await engine.states() == ["done"]


async def test_after_a_refusal_an_effect_that_was_made_is_not_made_again(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    anew(town)
    vendor.answers = [Answer(422), Answer(), Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    for _ in range(4):
        await engine.pass_time(minutes=2)

    assert [body["at"] for body in made(vendor)] == [1, 2]
    assert await engine.states() == ["held"]
    await resolve(engine, "done")
    assert [body["at"] for body in made(vendor)] == [1, 2]
    assert await engine.states() == ["done"]


async def test_after_a_retry_by_a_person_an_effect_that_was_made_is_not_made_again(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    times = iter(range(1, 100))

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={"at": next(times)})
        await town.books.post("/last", json={})

    vendor.answers = [Answer(422), Answer(), Answer(503)]
    await engine.open(town.hub)
    run = await engine.take()
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()
    await engine.pass_time(minutes=2)

    assert [body["at"] for body in made(vendor)] == [1, 2]
    assert await engine.states() == ["held"]


@pytest.mark.parametrize("drift", Drift)
async def test_a_repeat_under_the_same_key_never_carries_another_body_unasked(
    engine: Engine, vendor: Vendor, town: Town, drift: Drift
) -> None:
    anew(town, drift)
    bodies: dict[str | None, set[bytes]] = {}

    async def rule(asked: Asked) -> Answer:
        bodies.setdefault(asked.key, set()).add(asked.body)
        return DROP if asked.path == "/entries" else Answer()

    vendor.rule = rule
    await engine.open(town.hub)
    await engine.take()
    for _ in range(6):
        await engine.pass_time(minutes=2)

    assert await engine.states() == ["held"]
    assert len(made(vendor)) == 1
    await resolve(engine, "done")
    assert await engine.states() == ["done"]
    assert all(len(one) == 1 for one in bodies.values())


async def test_an_effect_made_anew_by_the_drift_policy_is_found_again(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    """Rerun: the second one is cut off, and the third execution asks for a third."""
    anew(town, Drift.RERUN)
    vendor.answers = [Answer(), Answer(503), DROP]
    await engine.open(town.hub)
    await engine.take()
    for _ in range(4):
        await engine.pass_time(minutes=2)

    assert [body["at"] for body in made(vendor)] == [1, 2]
    assert await engine.states() == ["held"]


async def test_a_write_that_its_provider_knows_by_no_key_is_repeated_as_it_is_wanted_now(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    times = iter(range(1, 100))

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.put("/topic", json={"at": next(times)})

    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=2)

    assert [asked.json["at"] for asked in vendor.asked] == [1, 2]
    assert await engine.states() == ["done"]
