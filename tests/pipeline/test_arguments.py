"""Arguments inside a flow: what cannot be carried out is refused before anything is sent, by the
author's own line."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.engine import Engine, Town, Vendor

import tieline.testing
from tieline import Connector, NoAuth, Run
from tieline.model.base.errors import ArgumentRefused

Ask = Callable[[Any, Any], Any]
HERE = str(Path(__file__))

MISTAKES: list[tuple[Ask, str]] = [
    (
        lambda town, run: town.books.post("/x", json={}, effect="idempotant"),
        "effect is 'idempotant'; use 'read', 'idempotent', 'verify' or 'once'",
    ),
    (lambda town, run: town.books.get("/x", timeout=5), "timeout is 5; use timedelta(seconds=5)"),
    (lambda town, run: town.books.post("/x", body="text"), "body is 'text'; use bytes"),
    (lambda town, run: town.books.post("/x", headers=["a"]), "headers is ['a']; use names and"),
    (lambda town, run: town.books.post("/x", confirm=True), "confirm is True; use a function"),
    (lambda town, run: town.books.get("/x", params={"a": {"b": 1}}), "params['a'] has names of"),
    (lambda town, run: town.books.post("/x", json={"a": float("nan")}), "json cannot be sent: $.a"),
    (lambda town, run: town.books.post("/x", headers={"Host": "other"}), "follows from base_url"),
    (lambda town, run: town.books.get("https://other.example/x"), "a URL of 'other.example'"),
    (lambda town, run: town.books.get("/x/{id}"), "has the place {id}"),
    (lambda town, run: town.books.get(5), "path is 5; use a text"),
    (lambda town, run: run.sleep(60), "sleep: duration is 60; use timedelta(seconds=60)"),
    (lambda town, run: run.step("x", 5), "step: fn is 5; use a function"),
    (lambda town, run: run.step(len, len), "step: name is len; use a text"),
    (lambda town, run: run.emit("order.*", {}), "emit: type is 'order.*'; use a name such as"),
    (lambda town, run: run.refer(order=None), "refer: order is None, which names nothing"),
    (lambda town, run: run.wait_for("x", key=None), "wait_for: key is None, which names"),
    (lambda town, run: run.wait_for("x", key=1, within=60), "within is 60; use timedelta"),
]


@pytest.mark.parametrize(("ask", "said"), MISTAKES, ids=[said for _, said in MISTAKES])
async def test_it_is_refused_before_anything_is_sent(
    engine: Engine, vendor: Vendor, town: Town, ask: Ask, said: str
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/first", json={})
        await ask(town, run)

    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert said in run.dead.reason
    last = [line for line in (run.evidence or "").splitlines() if "  File" in line][-1]
    assert HERE in last
    assert [step.state for step in run.steps] == ["done"]
    assert vendor.paths() == ["/first"]
    async with tieline.testing.plain(town.hub) as plain:
        with pytest.raises(ArgumentRefused, match=re.escape(said)):
            await ask(town, plain)


async def test_plain_words_are_taken(engine: Engine, vendor: Vendor, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/x", json={}, effect="idempotent", timeout=timedelta(seconds=5))

    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.state == "done"
    assert [step.effect for step in run.steps] == ["idempotent"]


async def test_an_own_header_stands_for_the_connectors(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    named = Connector(
        "named", auth=NoAuth(), headers=(("X-Version", "1"), ("X-More", "1")), nested_forms=True
    )
    named_system = town.hub.connect("named", named, base_url=vendor.url, allow=("127.0.0.1",))

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await named_system.post("/x", form={"card": {"n": True}}, headers={"x-version": "2"})
        await named_system.get(f"{vendor.url}/y", params={"a": None, "b": False})

    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.state == "done"
    posted, read = vendor.asked
    assert posted.body == b"card%5Bn%5D=true"
    assert (posted.headers["x-version"], posted.headers["x-more"]) == ("2", "1")
    assert read.path == "/y?b=false"
