"""Headers of a connection go out with every call of it, once, instead of its connector's."""

from typing import Any

from tests.engine import Engine, Vendor

from tieline import Connector, Hub, NoAuth
from tieline.model.inbound.signature import EventShape, WebhookScheme

EVENTS = WebhookScheme("shop", (), EventShape("type", id_path="id", data_path="data"), "")


async def test_they_go_out_with_every_call_and_the_connectors_do_where_no_other_is_named(
    engine: Engine, vendor: Vendor
) -> None:
    hub = Hub("test")
    system = Connector("books", auth=NoAuth(), headers=(("x-version", "1"), ("x-kept", "yes")))
    books = hub.connect(
        "books",
        system,
        base_url=vendor.url,
        allow=("127.0.0.1",),
        headers={"X-Version": "2", "X-Account": "acme"},
    )
    shop = hub.connect("shop", Connector("shop", webhook=EVENTS))

    @hub.flow(on=shop.webhook("order.placed", unverified=True))
    async def flow(order: dict[str, Any]) -> None:
        await books.put("/entries/1", json={})
        await books.get("/entries/1", headers={"x-call": "own"})

    await engine.open(hub)
    await engine.take({"id": 1})

    assert await engine.states() == ["done"]
    names = ("x-version", "x-kept", "x-account", "x-call")
    sent = [tuple(one.headers.get(name) for name in names) for one in vendor.asked]
    assert sent == [("2", "yes", "acme", None), ("2", "yes", "acme", "own")]
