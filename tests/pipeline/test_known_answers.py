"""Known answers: whatever fails between a vendor's yes and our memory, what is known is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.engine import DROP, Answer, Engine, Town, Vendor

from tieline import Run
from tieline.compose.features import FEATURES
from tieline.features.manifest import Feature, OnPath, ProcessBase
from tieline.model.commands import ResolveHeld
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.runs.facts import PassFailed
from tieline.pipeline.hooks import PathHooks
from tieline.ports.guarded import Tried

LARGE = b"x" * (2 * 1024 * 1024)
GARBLED = (("content-encoding", "gzip"),)


class Desk:
    """Looks effects up, by a method."""

    async def find(self) -> object:
        return {"id": "found"}


async def a_set() -> object:
    return {1}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "header None": ({"headers": {"X-Shop": None}}, "headers['X-Shop'] is None; a header is a text"),
    "header 5": (
        {"headers": {"X-Shop": 5}},
        "headers['X-Shop'] is of type int; a header is a text",
    ),
    "confirm text": ({"confirm": "look"}, "confirm is 'look'; use a function"),
    "confirm with a parameter": (
        {"confirm": lambda order: None},
        "confirm is <lambda>(order), and is called without arguments",
    ),
}


@pytest.mark.parametrize(("more", "words"), WRONG.values(), ids=WRONG.keys())
async def test_what_can_be_known_before_the_call_is_said_before_it(
    engine: Engine, vendor: Vendor, town: Town, more: dict[str, Any], words: str
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/charge", json={}, **more)

    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert words in run.dead.reason
    assert (run.steps, vendor.asked) == ((), [])


@pytest.mark.parametrize(
    ("connection", "answer", "state", "words"),
    [
        ("chat", Answer(201, body=LARGE), "held", "it was applied, the answer is HTTP 201 Created"),
        ("chat", Answer(201, body=b"abc", headers=GARBLED), "held", "it was applied, the answer"),
        ("books", Answer(201, body=LARGE), "held", "it was applied, the answer is HTTP 201"),
        ("books", Answer(201, body=b"abc", headers=GARBLED), "retrying", "does not inflate"),
        ("chat", Answer(422, body=LARGE), "dead", "HTTP 422"),
        ("chat", Answer(503, body=LARGE), "retrying", "HTTP 503 Service Unavailable"),
        ("chat", Answer(500, body=LARGE), "held", "whether it was applied is unknown: HTTP 500"),
    ],
)
async def test_an_answer_that_cannot_be_read_says_by_its_status_what_happened(
    engine: Engine,
    vendor: Vendor,
    town: Town,
    connection: str,
    answer: Answer,
    state: str,
    words: str,
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await getattr(town, connection).post("/charge", json={})

    vendor.answers = [answer]
    await engine.open(town.hub)
    run = await engine.take()

    reason = run.run.reason or ""
    assert (run.run.state, words in reason) == (state, True), reason
    if state == "held":
        done = ResolveHeld(run.run.id, "done", engine.by(), result=b'{"id":1}')
        await engine.parts.journal.commit(done)
        await engine.work()
        assert (await engine.states(), len(vendor.asked)) == (["done"], 1)


async def test_an_answer_that_is_no_json_is_remembered_all_the_same(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        (await town.chat.post("/charge", json={})).json()

    vendor.answers = [Answer(201, body=b"<html>thank you")]
    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, [step.state for step in run.steps]) == ("dead", ["done"])


LOOKS: dict[str, tuple[Callable[[], object], list[str]]] = {
    "a method": (Desk().find, ["done"]),
    "a plain function": (lambda: {"id": "found"}, ["done"]),
    "what cannot be written down": (a_set, ["held"]),
}


@pytest.mark.parametrize(("look", "states"), LOOKS.values(), ids=LOOKS.keys())
async def test_what_a_look_up_found_happened(
    engine: Engine,
    vendor: Vendor,
    town: Town,
    look: Callable[[], Awaitable[object]],
    states: list[str],
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/charge", json={}, confirm=look)
        await asyncio.sleep(0)

    vendor.answers = [DROP]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=5)

    run = await engine.only()
    assert (await engine.states(), len(vendor.asked)) == (states, 1)
    assert states == ["done"] or "happened, and what its look-up found" in (run.run.reason or "")


async def test_a_feature_that_fails_at_the_answer_does_not_lose_it(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    def fails(connection: ConnectionSpec, tried: Tried) -> None:
        raise KeyError(connection.name)

    def on_path(base: ProcessBase) -> OnPath:
        return OnPath(PathHooks(after_call=(fails,)), lambda _: [])

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/charge", json={})

    engine.features = (*FEATURES, Feature("failing", "Fails at every answer.", on_path=on_path))
    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, [step.state for step in run.steps]) == ("done", ["done"])
    failed = [fact for fact in engine.witness.facts if isinstance(fact, PassFailed)]
    assert [(fact.name, fact.error) for fact in failed] == [("calls of chat", "KeyError: 'chat'")]
