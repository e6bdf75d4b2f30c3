"""The page about tenants: its hub serves two shops with one declaration, as the page says."""

import asyncio
import hmac
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import orjson
import pytest
from tests.docs.test_webhooks_doc import send

from tieline.adapters.vault.environment import variable
from tieline.compose.process import running
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import TenantId
from tieline.model.hub.flow import ScheduleSource
from tieline.model.hub.tenant_rule import TENANT_NAME_RULE, EachTenant, labelled
from tieline.model.views.views import ListReceipts, ListRuns
from tieline.operations.story import story
from tieline.rules.inbound.tenant import unknown_tenant
from tieline.settings.settings import load

PAGE = (Path(__file__).parents[2] / "docs" / "tenants.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
PATIENCE_S = 30


@pytest.fixture
def example(tmp_path: Path) -> ModuleType:
    block = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    path = tmp_path / "tenants_hub.py"
    path.write_text(block.group(1), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("tenants_hub", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tenants_hub"] = module
    spec.loader.exec_module(module)
    return module


async def test_the_hub_of_the_page_serves_two_shops_with_one_declaration(
    example: ModuleType, tmp_path: Path
) -> None:
    settings = load({"store": str(tmp_path / "a.db"), "port": 0, "console_port": 0}, environment={})
    secrets = {"TIELINE_SECRET_SHOP_SIGNING": "platform-key"}
    statuses = []

    async with running(example.hub.spec(), settings, environment=secrets) as it:
        for account in ("shop-a", "shop-b", "shop-x"):
            data = {"order": "7777", "cents": 4200}
            document = {"id": "e1", "type": "order.paid", "account": account, "data": data}
            body = orjson.dumps(document)
            mac = hmac.new(b"platform-key", body, "sha256").hexdigest()
            statuses.append((await send(it.port, "shop", body, x_signature=mac)).status)
        views = it.parts.views
        async with asyncio.timeout(PATIENCE_S):
            while [r.state for r in (await views.read(ListRuns())).rows] != ["done"] * 4:
                await asyncio.sleep(0.01)
        told = [await story(views, "order", "7777", tenant) for tenant in ("shop-a", "shop-b")]
        with pytest.raises(CommandRefused) as asked:
            await story(views, "order", "7777")
        receipts = (await views.read(ListReceipts())).rows

    assert statuses == [202, 202, 202]
    assert [one.about for one in told] == ["order:7777 of shop-a", "order:7777 of shop-b"]
    assert all("all of it is done" in one.ending for one in told)
    assert str(asked.value).startswith("'order:7777' is known of shop-a and shop-b; say whose")
    assert "'order:7777' is known of shop-a and shop-b; say whose" in WORDS
    assert [(r.tenant, r.verdict) for r in reversed(receipts)] == [
        ("shop-a", "accepted"),
        ("shop-b", "accepted"),
        ("shop-x", "unmatched"),
    ]
    assert (receipts[0].reason or "").split(";")[0] in WORDS


def test_the_schedule_of_the_page_fires_for_each(example: ModuleType) -> None:
    sources = example.hub.spec().sources().values()
    (source,) = [source for source in sources if isinstance(source, ScheduleSource)]

    assert source.each == EachTenant()


def test_names_are_as_the_page_says() -> None:
    own = labelled("shop-signing", "shop-a")

    assert f"`{own}`" in PAGE
    assert f"`{variable(own)}`" in PAGE
    assert TENANT_NAME_RULE.removeprefix("use ").replace("'", "`") in WORDS
    assert "tieline tenants add shop-x" in unknown_tenant(TenantId("shop-x"))
