"""Names of steps: stable and distinct over every execution, with nothing sensitive in them."""

import asyncio
from typing import Annotated
from urllib.parse import quote

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import Contract, Run, Sensitive
from tieline.model.runs.facts import CallTried, StepTried

ADA, BOB = "ada@shop.example", "bob@shop.example"
ORDER = {"email": ADA, "other": BOB}


class Asked(Contract, name="order.placed", version=1):
    """Two people."""

    email: Annotated[str, Sensitive]
    other: Annotated[str, Sensitive]


def by_hand(email: str) -> tuple[str, None]:
    return f"/people/{quote(email)}", None


def by_template(email: str) -> tuple[str, dict[str, str]]:
    return "/people/{email}", {"email": email}


@pytest.mark.parametrize("where", [by_hand, by_template])
async def test_distinct_records_stay_distinct_over_retries_in_another_order(
    engine: Engine, vendor: Vendor, town: Town, where: object
) -> None:
    executions = 0

    @town.hub.flow(on=town.on(contract=Asked))
    async def keep(asked: Asked, run: Run) -> None:
        nonlocal executions
        executions += 1
        people = [asked.email, asked.other]
        if executions > 1:
            people.reverse()
        for email in people:
            path, values = where(email)  # type: ignore[operator]
            answer = await town.books.post(path, values=values, json={"of": email})
            assert answer.json() == {"at": quote(email, safe="")}
        await town.books.post("/last", json={})

    def rule(asked: "object") -> Answer:
        path = asked.path  # type: ignore[attr-defined]
        if path == "/last" and executions == 1:
            return Answer(503)
        return Answer(json={"at": path.rpartition("/")[2]})

    vendor.rule = rule
    await engine.open(town.hub)
    await engine.take(ORDER)
    await engine.restart(town.hub)
    await engine.pass_time(minutes=1)

    run = await engine.only()
    assert run.run.state == "done"
    assert executions == 2
    assert vendor.paths()[:2] == [f"/people/{quote(one, safe='')}" for one in (ADA, BOB)]
    assert vendor.paths()[2:] == ["/last", "/last"], "what is remembered is not sent again"
    told = {(step.name, step.key) for step in run.steps if "people" in step.name}
    name = "books POST /people/" + ("{email}" if where is by_template else "[redacted]")
    assert told == {(name, "#1"), (name, "#2")}


async def test_effects_keep_their_keys_whatever_the_path_is_told_as(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on(contract=Asked))
    async def keep(asked: Asked, run: Run) -> None:
        one, other = by_hand(asked.email)[0], "/people/{who}"
        await asyncio.gather(
            town.books.post(one, json={}, key=asked.email),
            town.books.post(other, values={"who": asked.email}, json={}, key=asked.email),
            town.books.post(other, values={"who": asked.other}, json={}),
        )

    await engine.open(town.hub)
    run = await engine.take(ORDER)

    by_path: dict[str, set[str | None]] = {}
    for asked in vendor.asked:
        by_path.setdefault(asked.path, set()).add(asked.key)
    assert [len(keys) for keys in by_path.values()] == [1, 1], "one path and key, one effect"
    assert len(set().union(*by_path.values())) == 2
    shown = "".join(f"{step.name} {step.key} " for step in run.steps)
    assert "shop.example" not in shown
    assert "sha256:" in shown


async def test_what_telemetry_counts_calls_by_has_no_value_in_it(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on(contract=Asked))
    async def keep(asked: Asked) -> None:
        await town.books.get("/people/{email}/notes", values={"email": asked.email})
        await town.books.get("/orders/84219", params={"q": asked.email})
        await town.books.get(by_hand(asked.email)[0])

    await engine.open(town.hub)
    await engine.take(ORDER)

    tried = [fact.operation for fact in engine.witness.facts if isinstance(fact, CallTried)]
    assert tried == ["GET /people/{email}/notes", "GET /orders/{}", "GET /people/{}"]


async def test_a_look_up_is_told_as_discreetly_as_the_call_it_is_for(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on(contract=Asked))
    async def keep(asked: Asked) -> None:
        path = by_hand(asked.email)[0]

        async def found() -> object:
            return (await town.chat.get(path)).json()

        await town.chat.post(path, json={}, confirm=found)

    vendor.answers = [Answer(500), Answer(json={"id": 1})]
    await engine.open(town.hub)
    await engine.take(ORDER)
    await engine.pass_time(minutes=1)

    assert (await engine.only()).run.state == "done"
    tried = [fact.operation for fact in engine.witness.facts if isinstance(fact, CallTried)]
    assert tried == ["POST /people/{}", "GET /people/{}"]


async def test_a_call_inside_a_step_hangs_on_it(engine: Engine, vendor: Vendor, town: Town) -> None:
    async def ask() -> object:
        return (await town.books.get("/inside")).json()

    @town.hub.flow(on=town.on())
    async def keep(order: dict[str, str], run: Run) -> None:
        await run.step("ask", ask)
        await town.books.get("/outside")

    await engine.open(town.hub)
    await engine.take()

    facts = engine.witness.facts
    (step,) = [fact for fact in facts if isinstance(fact, StepTried)]
    parents = {fact.operation: fact.parent for fact in facts if isinstance(fact, CallTried)}
    assert step.span is not None
    assert parents == {"GET /inside": step.span, "GET /outside": None}
