"""Lines: what a flow writes down stands in its page and story once, however often it is run."""

from typing import Annotated, Any

from tests.engine import DROP, Engine, Town, Vendor

from tieline import Contract, Key, Run, Sensitive
from tieline.operations.story import story
from tieline.rules.runs.lines import LEFT_OUT, LONGEST, MOST, lines_of


class Order(Contract, name="order.made", version=1):
    id: Annotated[str, Key("order")]
    email: Annotated[str, Sensitive]


async def written(engine: Engine) -> list[tuple[bool, str]]:
    run = await engine.only()
    return [(line.said, line.words) for line in lines_of(run.steps)]


async def test_a_line_is_written_once_over_retry_and_restart_and_a_new_one_is_added(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    executions: list[int] = []
    vendor.answers = [DROP]

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        executions.append(1)
        run.log("begins")
        run.say("we look at it")
        await town.books.put("/entries/1", json={})
        run.log("begins")
        run.log(f"execution {len(executions)}")
        run.say("it is done")
        run.say("we look at it")

    await engine.open(town.hub)
    await engine.take()
    assert await written(engine) == [(False, "begins"), (True, "we look at it")]
    await engine.restart(town.hub)
    await engine.pass_time(minutes=2)

    assert await engine.states() == ["done"]
    assert len(executions) == 2
    assert await written(engine) == [
        (False, "begins"),
        (True, "we look at it"),
        (False, "begins"),
        (False, "execution 2"),
        (True, "it is done"),
        (True, "we look at it"),
    ]
    run = await engine.only()
    told = [line.words for line in (await story(engine.parts.views, run.run.id)).lines]
    assert told.count("flow notes: begins") == 2
    assert "flow says: it is done" in told


async def test_a_line_shows_no_secret_value_and_is_bounded(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on(contract=Order))
    async def flow(order: Order, run: Run) -> None:
        run.log(f"{order.email} wants {order.id}\nforged line " + "x" * 999)
        for number in range(MOST + 5):
            run.log(number)

    await engine.open(town.hub)
    await engine.take({"id": "o1", "email": "ada@example.org"})

    lines = [words for _, words in await written(engine)]
    assert "ada@example.org" not in lines[0]
    assert "\n" not in lines[0]
    assert len(lines[0]) == LONGEST
    assert len(lines) == MOST + 1
    assert lines[-1] == LEFT_OUT


async def test_what_was_written_before_a_run_died_stays(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        run.log("so far, so good")
        raise ValueError("a bug")

    await engine.open(town.hub)
    await engine.take()

    assert await engine.states() == ["dead"]
    assert await written(engine) == [(False, "so far, so good")]
