"""Changed deliveries: what comes under a known id with another body is kept, and runs if asked."""

import hmac
import time
from typing import Any

import orjson
import pytest
from tests.engine import Engine, Town

from tieline import Connector, EventShape, HmacScheme, Run, SingleSignature, WebhookScheme
from tieline.adapters.vault.fixed import FixedVault
from tieline.connectors.hubspot import HUBSPOT
from tieline.connectors.linear import LINEAR
from tieline.connectors.shopify import SHOPIFY
from tieline.connectors.standard_webhooks import STANDARD_WEBHOOKS, SVIX
from tieline.connectors.stripe import STRIPE
from tieline.connectors.twilio import TWILIO
from tieline.features.replays import passes as replay
from tieline.model.base.headers import Named
from tieline.model.base.ids import ReplayId
from tieline.model.commands import ReplayFilter, StartReplay
from tieline.model.inbound.body import BodyLimits
from tieline.model.inbound.request import Inbound
from tieline.model.runs.facts import Received
from tieline.model.views.plans import PlanReplay
from tieline.model.views.views import ListReceipts
from tieline.operations.planning import PlanParts
from tieline.pipeline.occurrences import occurrences, shape_of
from tieline.pipeline.receive import ReceivedRequest
from tieline.rules.inbound.identity import is_named_unsigned

KEY = "the-key-of-the-press"
PRESS = WebhookScheme(
    name="press",
    schemes=(HmacScheme(place=SingleSignature("X-Press-Signature")),),
    shape=EventShape(type_header="X-Press-Type", id_path="id", id_header="X-Press-Id"),
    docs="https://press.example/webhooks",
)


async def test_every_update_of_a_resource_is_kept_and_runs_when_it_is_replayed(
    engine: Engine, town: Town
) -> None:
    got: list[Any] = []

    @town.hub.flow(on=town.on("order.*"))
    async def book(order: Any, run: Run) -> None:
        got.append(order["cents"])

    engine.clock.at_us = time.time_ns() // 1_000
    await engine.open(town.hub)
    await engine.deliver({"cents": 1}, identity="order-7")
    await engine.deliver({"cents": 2}, identity="order-7")
    await engine.deliver({"cents": 2}, identity="order-7")
    await engine.work()
    wanted = ReplayFilter(states=("quarantined",))
    parts = engine.parts
    rows = (await parts.views.read(ListReceipts())).rows
    assert (got, [row.verdict for row in reversed(rows)]) == (
        [1],
        ["accepted", "quarantined", "duplicate"],
    )
    told = [fact.reason or "" for fact in engine.witness.facts if isinstance(fact, Received)]
    assert [one.partition(":")[0] for one in told] == ["", "changed", ""]

    engine.clock.advance(seconds=1)
    plans = PlanParts(parts.views, lambda: parts.admitter, engine.clock.now_us())
    made = await replay.plan(plans, PlanReplay(wanted))
    order = StartReplay(ReplayId("rpl_01"), wanted, 100, 0, False, engine.by())
    await replay.start(parts.journal, order, made)
    engine.clock.advance(seconds=1)
    await engine.replay()

    assert (got, await engine.states()) == ([1, 2], ["done", "done"])


async def test_a_recorded_delivery_under_another_unsigned_id_runs_nothing(
    engine: Engine, town: Town
) -> None:
    got: list[Any] = []
    press = town.hub.connect("press", Connector("press", webhook=PRESS))

    @town.hub.flow(on=press.webhook("issue"))
    async def read(issue: Any, run: Run) -> None:
        got.append(issue)

    engine.vault = FixedVault({"press-signing": KEY})
    await engine.open(town.hub)

    async def send(name: str, body: bytes) -> None:
        signature = hmac.new(KEY.encode(), body, "sha256").hexdigest()
        headers = (
            ("x-press-signature", signature),
            ("x-press-type", "issue"),
            ("x-press-id", name),
        )
        url = "http://hub.example/in/press"
        inbound = Inbound("POST", url, headers, body, "press", "192.0.2.1", engine.clock.at_us)
        assert (await engine.front.take(inbound)).status == 202
        await engine.work()

    await send("1", b'{"n":1}')
    await send("2", b'{"n":1}')
    await send("3", b'{"n":2}')

    rows = (await engine.parts.views.read(ListReceipts())).rows
    assert [row.verdict for row in reversed(rows)] == ["accepted", "quarantined", "accepted"]
    assert got == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (SHOPIFY, True),
        (LINEAR, True),
        (TWILIO, True),
        (STANDARD_WEBHOOKS, False),
        (SVIX, False),
        (STRIPE, False),
        (PRESS, True),
    ],
    ids=lambda one: getattr(one, "name", str(one)),
)
def test_which_vendors_name_events_unsigned(scheme: WebhookScheme, *, expected: bool) -> None:
    assert is_named_unsigned(scheme) is expected


def test_what_a_vendor_changes_when_it_sends_again_is_no_other_body() -> None:
    shape = shape_of(HUBSPOT, BodyLimits())

    def digest(**changes: Any) -> bytes | None:
        event = {
            "portalId": 1, "subscriptionId": 2, "eventId": 3, "objectId": 4, "occurredAt": 5,
            "subscriptionType": "contact.creation", "attemptNumber": 0,
        } | changes  # fmt: skip
        body = orjson.dumps([event])
        [found] = occurrences(shape, ReceivedRequest(body, body), Named(()))
        return found.digest

    assert digest() == digest(attemptNumber=3)
    assert digest() != digest(propertyName="email")
    assert digest() != digest(subscriptionType="contact.deletion")
