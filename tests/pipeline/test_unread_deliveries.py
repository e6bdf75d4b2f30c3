"""Unread deliveries: what nobody could read is read by a replay, once its source is mended."""

import hmac
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from tests.engine import Engine, Town, Vendor, a_town, an_engine

from tieline import Connector, EventShape, HmacScheme, Run, SingleSignature, WebhookScheme
from tieline.features.replays import passes as replay
from tieline.model.base.ids import ReplayId
from tieline.model.commands import ReplayFilter, StartReplay
from tieline.model.inbound.body import BodyForm
from tieline.model.inbound.request import Inbound, Reply
from tieline.model.plans.plan import Plan
from tieline.model.views.plans import PlanReplay
from tieline.model.views.quarantine import CountQuarantine
from tieline.model.views.views import ListReceipts
from tieline.operations.planning import PlanParts
from tieline.pipeline.inbound_rates import UNREAD

KEY = "the-key-of-the-post"
SIGNED = WebhookScheme(
    name="post",
    schemes=(HmacScheme(place=SingleSignature("X-Post-Signature")),),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="https://post.example/webhooks",
)
ASIDE = ReplayFilter(states=("quarantined",))


@pytest.fixture
async def engine(tmp_path: Any, path: str) -> Any:
    async with an_engine(tmp_path, is_fast=path == "fast", secrets={"post-signing": KEY}) as made:
        made.clock.at_us = time.time_ns() // 1_000
        yield made


def a_post(town: Town, scheme: WebhookScheme, got: list[Any], **dials: Any) -> Town:
    post = town.hub.connect("post", Connector("post", webhook=scheme))

    @town.hub.flow(on=post.webhook("letter", **dials))
    async def open_letter(letter: Any, run: Run) -> None:
        got.append(letter)

    return town


async def send(engine: Engine, body: bytes) -> str:
    """Deliver; returns the newest delivery's verdict."""
    assert (await delivered(engine, body)).status == 202
    await engine.work()
    return (await engine.parts.views.read(ListReceipts())).rows[0].verdict


async def delivered(engine: Engine, body: bytes) -> Reply:
    signature = hmac.new(KEY.encode(), body, "sha256").hexdigest()
    inbound = Inbound(
        "POST",
        "http://hub.example/in/post",
        (("x-post-signature", signature),),
        body,
        "post",
        "192.0.2.1",
        engine.clock.at_us,
    )
    return await engine.front.take(inbound)


async def replayed(engine: Engine) -> tuple[Plan, Sequence[str]]:
    parts = engine.parts
    sources = PlanParts(parts.views, lambda: parts.admitter, engine.clock.now_us())
    made = await replay.plan(sources, PlanReplay(ASIDE))
    if made.would:
        order = StartReplay(ReplayId("rpl_01"), ASIDE, 100, 0, False, engine.by())
        await replay.start(parts.journal, order, made)
        engine.clock.advance(seconds=1)
        await engine.replay()
    return made, await engine.states()


async def waiting(engine: Engine) -> int:
    return (await engine.parts.views.read(CountQuarantine())).waiting


def a_letter(keys: int) -> bytes:
    data = {f"k{n}": n for n in range(keys)}
    return orjson.dumps({"type": "letter", "id": "l1", "data": data})


async def test_a_higher_limit_lets_a_replay_read_what_was_kept(
    engine: Engine, town: Town, vendor: Vendor
) -> None:
    got: list[Any] = []
    await engine.open(a_post(town, SIGNED, got).hub)
    assert await send(engine, a_letter(20_000)) == "quarantined"
    plan, _ = await replayed(engine)
    assert (plan.would, [one.why for one in plan.left_out]) == (
        0,
        ["unreadable: too-many-keys: more than 10000 keys"],
    )

    await engine.restart(a_post(a_town(vendor), SIGNED, got, max_keys=30_000).hub)
    plan, states = await replayed(engine)

    assert [(one.does, one.count) for one in plan.does] == [("new run of open_letter", 1)]
    assert (states, len(got[0]), await waiting(engine)) == (["done"], 20_000, 0)
    again, states = await replayed(engine)
    assert (again.would, states) == (0, ["done"])
    assert await send(engine, a_letter(20_000)) == "duplicate"


async def test_another_form_lets_a_replay_read_a_batch_and_finds_each_event(
    engine: Engine, town: Town, vendor: Vendor
) -> None:
    got: list[Any] = []
    await engine.open(a_post(town, SIGNED, got).hub)
    letters = "".join(f"<e><type>letter</type><id>{n}</id><data>{n}</data></e>" for n in (1, 2))
    assert await send(engine, f"<all>{letters}</all>".encode()) == "quarantined"

    batches = replace(SIGNED.shape, events_path="all.e")
    scheme = replace(SIGNED, body=BodyForm.XML, shape=batches)
    await engine.restart(a_post(a_town(vendor), scheme, got).hub)
    _, states = await replayed(engine)

    assert (states, sorted(got), await waiting(engine)) == (["done", "done"], ["1", "2"], 0)


async def test_what_came_again_and_was_read_then_is_not_run_twice(
    engine: Engine, town: Town, vendor: Vendor
) -> None:
    got: list[Any] = []
    await engine.open(a_post(town, SIGNED, got).hub)
    await send(engine, a_letter(20_000))
    await engine.restart(a_post(a_town(vendor), SIGNED, got, max_keys=30_000).hub)
    assert await send(engine, a_letter(20_000)) == "accepted"

    _, states = await replayed(engine)

    assert (states, len(got)) == (["done"], 1)


async def test_a_large_body_within_its_sources_limits_is_run_on_both_paths(
    engine: Engine, town: Town
) -> None:
    got: list[Any] = []
    await engine.open(a_post(town, SIGNED, got, max_keys=30_000, max_depth=150).hub)
    nested = b'{"type":"letter","id":"l2","data":' + b"[" * 140 + b"]" * 140 + b"}"

    verdicts = [await send(engine, body) for body in (a_letter(20_000), nested)]

    assert (verdicts, await engine.states()) == (["accepted"] * 2, ["done"] * 2)
    assert len(got[0]) == 20_000


async def test_what_cannot_be_read_has_its_own_budget_and_beyond_it_is_sent_again(
    engine: Engine, town: Town
) -> None:
    await engine.open(a_post(town, SIGNED, []).hub)
    first = [await delivered(engine, b"no JSON %d" % number) for number in range(UNREAD.burst)]

    late = await delivered(engine, b"one too many")
    sound = await delivered(engine, a_letter(1))
    engine.clock.advance(seconds=1)
    later = await delivered(engine, b"one too many")

    assert {reply.status for reply in first} == {202}
    assert (late.status, dict(late.headers)["retry-after"]) == (503, "1")
    assert b"too-many-unread" in late.body
    assert (sound.status, later.status) == (202, 202)
