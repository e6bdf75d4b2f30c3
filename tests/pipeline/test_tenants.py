"""Tenants: whose a delivery is goes with all that comes of it; whom nobody knows is kept aside."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import orjson
import pytest
from tests.engine import Engine
from tests.pipeline.test_replayed_lanes import begin_with, planned, replayed
from tests.pipeline.test_schedules_fire import fire
from tests.pipeline.test_tenants_held_back import order as ordered

from tieline import (
    Connection,
    Connector,
    Contract,
    EventShape,
    Hub,
    Key,
    Rate,
    Run,
    Tenant,
    TokenScheme,
    WebhookScheme,
)
from tieline.adapters.vault.fixed import FixedVault
from tieline.features.inbox.model import CountInbox, ListInbox
from tieline.features.issues.model import IssueRow, ListIssues
from tieline.features.quarantine.plan import waiting
from tieline.features.tenants.model import AddTenant, PauseTenant
from tieline.model.base.ids import NO_TENANT, UNNAMED, IssueId, Micros, TenantId
from tieline.model.commands import CloseDeliveries, ReplayFilter
from tieline.model.inbound.request import Inbound, Reply
from tieline.model.views.details import ReceiptDetail
from tieline.model.views.plans import PlanClosing
from tieline.model.views.views import ListReceipts, ShowEvent, ShowReceipt
from tieline.pipeline.front import Front, FrontParts
from tieline.ports.tenants import DeclaredTenants

SHAPE = EventShape(type_path="type", id_path="id", data_path="data")
SCHEME = WebhookScheme("shop", (TokenScheme("x-token"),), SHAPE, "")
MANY = WebhookScheme("shop", (TokenScheme("x-token"),), EventShape(events_path="events"), "")
UNMATCHED = ReplayFilter(states=("unmatched",))


class Order(Contract, name="order", version=1):
    order: Annotated[str, Key]


@dataclass(slots=True)
class Street:
    """Two shops at one hub, and whoever comes by."""

    engine: Engine
    seen: list[tuple[str, str]] = field(default_factory=list)
    """(tenant, order) of each run, and what it was told."""
    sent: int = 0

    def hub(self, *names: str, scheme: WebhookScheme = SCHEME, **dials: Any) -> Hub:
        hub = Hub("test")
        hub.tenants(*names)
        shop: Connection = hub.connect("shop", Connector("shop", webhook=scheme))

        @hub.flow(on=shop.webhook(contract=Order, **dials), ordered_by="order")
        async def take(order: Order, run: Run) -> None:
            self.seen.append((run.event.tenant, order.order))
            await run.emit("order.taken", {"order": order.order})

        @hub.flow(on=hub.topic("order.taken"))
        async def told(taken: dict[str, Any], run: Run) -> None:
            self.seen.append((run.event.tenant, f"told {taken['order']}"))

        return hub

    async def deliver(
        self, document: Any, *, token: str = "t0p-secret", path: str = "shop"
    ) -> Reply:
        inbound = Inbound(
            "POST",
            f"http://hub.example/in/{path}",
            (("content-type", "application/json"), ("x-token", token)),
            orjson.dumps(document),
            path,
            "192.0.2.1",
            self.engine.clock.at_us,
        )
        return await self.engine.front.take(inbound)

    async def order(self, tenant: str | None, order: str, **how: Any) -> Reply:
        self.sent += 1
        data = {"order": order} | ({} if tenant is None else {"account": tenant})
        document = {"type": "order.placed", "id": how.pop("identity", f"{self.sent}"), "data": data}
        return await self.deliver(document, **how)

    async def receipts(self) -> list[ReceiptDetail]:
        views = self.engine.parts.views
        rows = (await views.read(ListReceipts())).rows
        return [await views.read(ShowReceipt(row.id)) for row in reversed(rows)]

    async def issues(self) -> list[IssueRow]:
        return list((await self.engine.parts.views.read(ListIssues())).rows)


@pytest.fixture
def street(engine: Engine) -> Street:
    engine.vault = FixedVault(
        {
            "shop-signing": "t0p-secret",
            "shop-signing@shop-a": "secret-of-a",
            "shop-signing@shop-b": "secret-of-b",
        }
    )
    return Street(engine)


class BusyShop(DeclaredTenants):
    """Has had all of its budget."""

    def admits(self, tenant: TenantId, now_us: Micros) -> Micros | None:
        return 1_500_000 if tenant == "shop-a" else None


FIELD = Tenant.field("data.account")


async def test_the_tenant_goes_with_receipt_event_runs_lanes_and_what_is_emitted(
    street: Street,
) -> None:
    engine = street.engine
    await engine.open(street.hub("shop-a", "shop-b", tenant=FIELD))

    for tenant in ("shop-a", "shop-b"):
        reply = await street.order(tenant, "7777", identity="evt-1")
        assert reply.status == 202
    await street.order("shop-a", "7777", identity="evt-1")
    await engine.work()

    assert sorted(street.seen) == [
        ("shop-a", "7777"),
        ("shop-a", "told 7777"),
        ("shop-b", "7777"),
        ("shop-b", "told 7777"),
    ]
    found = [(one.receipt.tenant, one.receipt.verdict) for one in await street.receipts()]
    assert found == [("shop-a", "accepted"), ("shop-b", "accepted"), ("shop-a", "duplicate")]
    for run in await engine.runs("take"):
        event = (await engine.parts.views.read(ShowEvent(run.event.id))).event
        assert event.tenant in {"shop-a", "shop-b"}
    assert await street.issues() == []


async def test_an_unknown_tenant_is_kept_and_named_and_replayed_once_it_is_known(
    street: Street,
) -> None:
    engine = street.engine
    await begin_with(engine, street.hub("shop-a", tenant=FIELD))
    for order in ("1", "2"):
        assert (await street.order("shop-x1", order)).status == 202
    await street.order("shop-x2", "3")
    await engine.work()

    assert street.seen == []
    receipts = await street.receipts()
    assert {one.receipt.verdict for one in receipts} == {"unmatched"}
    assert receipts[0].receipt.reason == (
        "unknown-tenant: 'shop-x1' is not known here; "
        "add it (tieline tenants add shop-x1), then replay"
    )
    issues = {
        issue.words.partition("'")[2].partition("'")[0]: issue for issue in await street.issues()
    }
    assert {name: (i.source, i.kind, i.subjects) for name, i in issues.items()} == {
        "shop-x1": ("shop", "unknown-tenant", 2),
        "shop-x2": ("shop", "unknown-tenant", 1),
    }
    assert all(issue.needs_person for issue in issues.values())

    made = await planned(engine, ReplayFilter(issue=issues["shop-x1"].id))
    assert made.does == ()
    assert "'shop-x1' is not known here" in made.left_out[0].why

    await engine.restart(street.hub("shop-a", "shop-x1", tenant=FIELD))
    await replayed(engine, ReplayFilter(issue=issues["shop-x1"].id))

    assert sorted(street.seen) == [
        ("shop-x1", "1"),
        ("shop-x1", "2"),
        ("shop-x1", "told 1"),
        ("shop-x1", "told 2"),
    ]
    left = {issue.words: issue.needs_person for issue in await street.issues()}
    assert sorted(left.values()) == [False, True]


async def test_an_unknown_tenant_waits_in_the_inbox_until_it_is_added_or_discarded(
    street: Street,
) -> None:
    engine = street.engine
    await begin_with(engine, street.hub("shop-a", tenant=FIELD))
    for order in ("1", "2"):
        await street.order("shop-x", order)
    await street.order("shop-y", "3")
    read = engine.parts.views.read

    first, second = (await read(ListInbox(kind="unknown-tenant"))).rows
    assert (first.tenant, first.count, second.tenant) == ("shop-x", 2, "shop-y")
    assert first.asks.startswith("Is tenant shop-x ours? shop brought 2 deliveries of it")
    assert [verb.command for verb in first.verbs] == [
        "tieline tenants add shop-x",
        f"tieline replay run --issue {first.id}",
        f"tieline quarantine discard --issue {first.id}",
    ]
    counts = {one.kind: one.waiting for one in (await read(CountInbox())).kinds}
    assert counts["unknown-tenant"] == 2

    asked = PlanClosing((), None, IssueId(first.id))
    meant = [id_ async for id_, _ in waiting(engine.parts.views, asked)]
    closed = await engine.parts.journal.commit(CloseDeliveries(tuple(meant), engine.by()))
    assert len(closed.done) == 2
    assert [one.tenant for one in (await read(ListInbox(kind="unknown-tenant"))).rows] == ["shop-y"]
    assert [id_ async for id_, _ in waiting(engine.parts.views, asked)] == []


async def test_a_delivery_that_does_not_say_whose_it_is_is_kept_as_nobodys(street: Street) -> None:
    engine = street.engine
    await begin_with(engine, street.hub("shop-a", tenant=FIELD))

    for _ in range(2):
        assert (await street.order(None, "1")).status == 202
    await street.order("a b", "2")

    assert {one.receipt.tenant for one in await street.receipts()} == {UNNAMED}
    assert {one.receipt.verdict for one in await street.receipts()} == {"unmatched"}
    first, second = sorted(await street.issues(), key=lambda issue: issue.words)
    assert (first.kind, first.count) == ("no-tenant", 1)
    assert "it is 'a b'" in first.words
    assert (second.kind, second.count) == ("no-tenant", 2)

    made = await planned(engine, UNMATCHED)
    assert "have it sent again" in made.left_out[0].why
    await street.order("shop-a", "1", identity="1")
    await engine.work()
    assert street.seen[0] == ("shop-a", "1")


async def test_events_of_several_tenants_in_one_delivery_go_to_each(street: Street) -> None:
    engine = street.engine
    rule = Tenant.field("account")
    await begin_with(engine, street.hub("shop-a", "shop-b", scheme=MANY, tenant=rule))
    events = [{"account": name, "order": "7"} for name in ("shop-a", "shop-x", "shop-b")]

    await street.deliver({"events": events})
    await engine.work()

    assert sorted(t for t, o in street.seen if o == "7") == ["shop-a", "shop-b"]
    (receipt,) = await street.receipts()
    assert (receipt.receipt.tenant, receipt.receipt.verdict) == ("shop-x", "unmatched")

    hub = street.hub("shop-a", "shop-b", "shop-x", scheme=MANY, tenant=rule)
    await engine.restart(hub)
    (issue,) = await street.issues()
    await replayed(engine, ReplayFilter(issue=issue.id))
    assert sorted(t for t, o in street.seen if o == "7") == ["shop-a", "shop-b", "shop-x"]


@pytest.mark.parametrize(
    ("token", "status", "tenant"),
    [
        ("secret-of-a", 202, "shop-a"),
        ("secret-of-b", 202, "shop-b"),
        ("t0p-secret", 202, UNNAMED),
        ("guessed", 401, NO_TENANT),
    ],
)
async def test_the_secret_that_fits_says_whose_it_is(
    street: Street, token: str, status: int, tenant: str
) -> None:
    await street.engine.open(street.hub("shop-a", "shop-b", tenant=Tenant.secret()))

    assert (await street.order(None, "1", token=token)).status == status

    (receipt,) = await street.receipts()
    assert receipt.receipt.tenant == tenant
    assert b"secret-of" not in (receipt.receipt.headers or b"")


async def test_a_secret_of_two_tenants_is_nobodys(street: Street) -> None:
    same = {"shop-signing@shop-a": "same", "shop-signing@shop-b": "same"}
    street.engine.vault = FixedVault(same)
    await street.engine.open(street.hub("shop-a", "shop-b", tenant=Tenant.secret()))

    assert (await street.order(None, "1", token="same")).status == 202

    (receipt,) = await street.receipts()
    assert receipt.receipt.tenant == UNNAMED
    assert "no tenant's own" in (receipt.receipt.reason or "")


@pytest.mark.parametrize(
    ("path", "token", "status", "source", "tenant", "verdict"),
    [
        ("shop/shop-a", "secret-of-a", 202, "shop", "shop-a", "accepted"),
        ("shop/shop-c", "t0p-secret", 202, "shop", "shop-c", "accepted"),
        ("shop/shop-b", "secret-of-a", 401, "shop", NO_TENANT, "refused"),
        ("shop/shop-a", "t0p-secret", 401, "shop", NO_TENANT, "refused"),
        ("shop/shop-x", "t0p-secret", 202, "shop", "shop-x", "unmatched"),
        ("shop", "t0p-secret", 202, "shop", UNNAMED, "unmatched"),
        ("shop/", "t0p-secret", 404, "shop/", NO_TENANT, "refused"),
        ("other/shop-a", "t0p-secret", 404, "other/shop-a", NO_TENANT, "refused"),
    ],
)
async def test_the_path_says_whose_it_is_and_is_proved_by_their_own_secret(
    street: Street, path: str, token: str, status: int, source: str, tenant: str, verdict: str
) -> None:
    hub = street.hub("shop-a", "shop-b", "shop-c", tenant=Tenant.path())
    await street.engine.open(hub)

    assert (await street.order(None, "1", token=token, path=path)).status == status

    (receipt,) = await street.receipts()
    shown = receipt.receipt
    assert (shown.source, shown.tenant, shown.verdict) == (source, tenant, verdict)


async def test_a_path_behind_a_source_that_is_not_asked_for_one_is_no_source(
    street: Street,
) -> None:
    await street.engine.open(street.hub("shop-a", tenant=FIELD))

    assert (await street.order("shop-a", "1", path="shop/shop-a")).status == 404


async def test_a_source_takes_no_more_than_its_rate_and_says_when_to_come_back(
    street: Street,
) -> None:
    engine = street.engine
    rate = Rate(2, timedelta(seconds=10), burst=2)
    await engine.open(street.hub("shop-a", tenant=FIELD, rate=rate))

    forged = await street.order("shop-a", "0", token="guessed")
    replies = [await street.order("shop-a", f"{n}") for n in range(3)]

    assert forged.status == 401
    assert [reply.status for reply in replies] == [202, 202, 429]
    assert dict(replies[2].headers)["retry-after"] == "5"
    assert orjson.loads(replies[2].body)["type"] == "urn:tieline:problem:rate-limited"
    assert len(await street.receipts()) == 3
    engine.clock.advance(seconds=5)
    assert (await street.order("shop-a", "3")).status == 202


async def test_a_tenant_may_be_told_to_wait_while_others_come_in(street: Street) -> None:
    engine = street.engine
    hub = street.hub("shop-a", "shop-b", tenant=FIELD)
    await engine.open(hub)
    parts = engine.parts
    engine.front = Front(
        hub.spec(),
        FrontParts(
            parts.journal,
            engine.vault,
            engine.clock,
            engine.ids,
            engine.witness,
            parts.admitter,
            tenants=BusyShop(hub.spec().tenants),
        ),
    )
    assert (await street.order("shop-b", "1")).status == 202
    waiting = await street.order("shop-a", "1")

    assert waiting.status == 429
    assert dict(waiting.headers)["retry-after"] == "2"
    assert b"tenant 'shop-a' sends more" in waiting.body


async def test_what_came_before_its_source_said_whose_it_is_is_replayed_as_nobodys(
    street: Street,
) -> None:
    engine = street.engine
    await begin_with(engine, street.hub())
    await street.order(None, "1")
    await engine.work()

    await engine.restart(street.hub("shop-a", tenant=FIELD))
    await replayed(engine, ReplayFilter(states=("done",), type="order.placed"))

    assert street.seen.count((NO_TENANT, "1")) == 2


async def test_where_nobody_is_named_everybody_is_known(street: Street) -> None:
    await street.engine.open(street.hub(tenant=FIELD))

    await street.order("shop-x", "1")
    await street.engine.work()

    assert street.seen[0] == ("shop-x", "1")


async def test_a_tenant_that_somebody_adds_is_known_and_its_deliveries_are_replayed(
    street: Street,
) -> None:
    engine = street.engine
    await begin_with(engine, street.hub("shop-a", tenant=FIELD))
    for tenant in ("T024BE7LD", "shop-x"):
        await street.order(tenant, "1")

    await ordered(engine, AddTenant(TenantId("T024BE7LD"), engine.by(), ""))
    await replayed(engine, ReplayFilter(states=("unmatched",), tenant="T024BE7LD"))
    await street.order("T024BE7LD", "2")
    await engine.work()

    assert [one for one in street.seen if one[1] in "12"] == [
        ("T024BE7LD", "1"),
        ("T024BE7LD", "2"),
    ]


async def test_a_schedule_fires_for_whom_somebody_added_and_for_nobody_who_is_paused(
    street: Street,
) -> None:
    engine = street.engine
    hub = street.hub("shop-a", "shop-b", tenant=FIELD)
    seen = []

    @hub.flow(on=hub.schedule("0 6 * * *", each=Tenant.every()))
    async def fires(fired: dict[str, Any], run: Run) -> None:
        seen.append(run.event.tenant)

    await engine.open(hub)
    await ordered(engine, AddTenant(TenantId("shop-c"), engine.by(), ""))
    await ordered(engine, PauseTenant(TenantId("shop-b"), engine.by()))
    await fire(engine, hours=7)

    assert sorted(seen) == ["shop-a", "shop-c"]
