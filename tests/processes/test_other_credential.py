"""Other credential: a worker with a wrong one, or none, leaves the work to the others."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests import postgres_server
from tests.engine import SHOP_EVENTS, Answer, Asked, Vendor, a_vendor
from tests.processes.test_roles import deliver, until

from tieline import Bearer, Connector, Hub
from tieline.compose.process import Running, running
from tieline.model.views.views import ListConnectionStates, ListRuns, ListWorkers
from tieline.operations.fleet_signs import fleet_signs
from tieline.rules.watch.fleet import problems
from tieline.settings.settings import Settings

GOOD, WRONG = {"TIELINE_SECRET_BOOKS": "good"}, {"TIELINE_SECRET_BOOKS": "old"}


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    def told(asked: Asked) -> Answer:
        is_good = asked.headers["authorization"] == "Bearer good"
        return Answer(json={"id": "e1"}) if is_good else Answer(401, json={"error": "no"})

    async with a_vendor() as listening:
        listening.rule = told
        yield listening


def a_hub(vendor: Vendor) -> Hub:
    hub = Hub("orders")
    shop = hub.connect("shop", Connector("shop", webhook=SHOP_EVENTS))
    books = hub.connect(
        "books",
        Connector("books", auth=Bearer(), idempotency_header="Idempotency-Key"),
        base_url=vendor.url,
        allow=("127.0.0.1",),
        credential="books",
    )

    @hub.flow(on=shop.webhook("order.placed", unverified=True), name="post")
    async def post(order: dict[str, Any]) -> None:
        await books.post("/entries", json=order)

    return hub


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (WRONG, "the credential of this process is not accepted, and that of others is"),
        ({}, "the vault of this process has no credential for it"),
    ],
    ids=["another", "none"],
)
async def test_the_work_goes_on_and_the_process_is_named(
    tmp_path: Path, vendor: Vendor, theirs: dict[str, str], words: str
) -> None:
    url = await postgres_server.shared().database_of(tmp_path)
    settings = Settings(store=url, port=0, console_port=0, shutdown_seconds=1)
    settings = settings.model_copy(update={"worker_silent_seconds": 3.0})
    hub = a_hub(vendor).spec()
    async with (
        running(hub, settings, environment=theirs) as bad,
        running(hub, settings.model_copy(update={"roles": ("worker",)}), environment=GOOD) as good,
    ):
        for number in range(8):  # at the door of the one that cannot
            assert await deliver(bad.port, number) == 202

        async def is_named() -> bool:
            return any(row.troubles for row in await good.parts.views.read(ListWorkers()))

        await until(is_named)
        for number in range(8, 16):
            assert await deliver(bad.port, number) == 202

        async def are_done() -> bool:
            page = await good.parts.views.read(ListRuns())
            return [row.state for row in page.rows].count("done") >= 8

        await until(are_done)
        (told,) = await wrong(good)
        assert words in told
        assert "connection books: " in told
        standings = await good.parts.views.read(ListConnectionStates())
        assert all(row.refusals == 0 for row in standings)


async def wrong(it: Running) -> list[str]:
    signs = await fleet_signs(it.parts.views, it.parts.clock.now_us(), {}, it.parts.hub)
    return [one.what for one in problems(signs)]
