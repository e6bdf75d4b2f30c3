"""Odd text: a NUL in a key, a lane or a name of a signed delivery is taken by every store."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import pytest
from tests.engine import SHOP_EVENTS, Engine, TestClock, TestIds, Town, Witness
from tests.stores import BACKENDS, Store

from tieline import Connector, Contract, Hub, Key, Run
from tieline.adapters.vault.fixed import FixedVault
from tieline.model.base.reason_text import storable
from tieline.model.inbound.request import Inbound
from tieline.model.views.views import ListReceipts
from tieline.model.views.work_lists import Find
from tieline.pipeline.admit import Admitter
from tieline.pipeline.front import Front, FrontParts


class Parcel(Contract, name="parcel", version=1):
    parcel_id: Annotated[str, Key("parcel")]
    street: str


def test_what_is_storable_says_what_it_was() -> None:
    texts = ["plain", "a\0b", "\ud800x", "line\n", "ä\N{ROCKET}", ""]

    told = [storable(text) for text in texts]

    assert told == ["plain", r"a\x00b", r"\ud800x", "line\n", "ä\N{ROCKET}", ""]
    assert [storable(text) for text in told] == told


@pytest.mark.parametrize("open_store", BACKENDS, ids=lambda one: one.__name__)
async def test_a_delivery_with_a_nul_in_its_key_and_lane_is_stored(
    open_store: Any, tmp_path: Path
) -> None:
    store: Store = await open_store(tmp_path)
    hub = Hub("test")
    shop = hub.connect("shop", Connector("shop", webhook=SHOP_EVENTS))

    @hub.flow(on=shop.webhook("parcel", contract=Parcel, unverified=True), ordered_by="street")
    async def send(parcel: Parcel) -> None:
        """Nothing."""

    clock, ids, spec = TestClock(), TestIds(), hub.spec()
    admitter = Admitter(spec, ids, dedupe_us=1)
    parts = FrontParts(store.journal, FixedVault({}), clock, ids, Witness(), admitter)
    data = {"parcel_id": "p\0 1", "street": "s\0 1"}
    body = orjson.dumps({"type": "parcel", "id": "e\0 1", "data": data})
    inbound = Inbound("POST", "http://h/in/shop", (), body, "shop", "::1", clock.at_us)

    reply = await Front(spec, parts).take(inbound)

    assert reply.status == 202
    [receipt] = (await store.views.read(ListReceipts())).rows
    assert receipt.verdict == "accepted"
    [run] = await store.claim(flows=("send",))
    assert run.lane == r"s\x00 1"
    assert await store.views.read(Find(r"parcel:p\x00 1")) != ()
    await store.close()


async def test_odd_names_of_a_flow_are_spelt_out(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def name(order: Any, run: Run) -> None:
        run.refer(order=order["id"])
        await run.step("look\0", lambda: 1, key=order["id"])

    await engine.open(town.hub)
    run = await engine.take({"id": "o\0 1"})

    assert run.run.state == "done", run.run.reason
    assert [(step.name, step.key) for step in run.steps] == [(r"look\x00", r"o\x00 1")]
    assert [one.key for one in run.mentions] == [r"o\x00 1"]


async def test_an_event_that_nobody_could_name_is_not_emitted(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def emit(order: Any, run: Run) -> None:
        await run.emit(f"order.{order['id']}", {})

    await engine.open(town.hub)
    run = await engine.take({"id": "o\0"})

    assert run.run.state == "dead"
    assert "use a name such as" in (run.run.reason or "")
