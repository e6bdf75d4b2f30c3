"""Two tenants at the surfaces: the console and the API ask whose story is meant."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from tests.conftest import StoreHouse
from tests.surfaces.web.client import Client
from tests.surfaces.web.site import Session, Site, open_site

from tieline.compose.console import web_pages
from tieline.model.base.ids import TenantId
from tieline.model.people.role import Role
from tieline.surfaces.api.endpoint import PREFIX
from tieline.surfaces.web.server import WebAddress, WebServer

Invoice = Callable[..., dict[str, object]]


@pytest.fixture
async def site(house: StoreHouse, invoice: Invoice) -> AsyncIterator[Site]:
    for tenant in ("shop-a", "shop-b"):
        await house.deliver("invoice.paid", invoice(1), tenant=TenantId(tenant))
    await house.work()
    async with open_site(house) as opened:
        yield opened


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Session]:
    """Somebody who may look, at the pages of the console."""
    await site.add_user("ann", "viewer")
    session = await site.session("ann")
    web = WebServer(web_pages(site.parts), WebAddress("127.0.0.1", 0))
    await web.open()
    yield Session(replace(site, client=Client(web.port)), session.key)
    await web.close(5.0)


async def test_the_console_lists_both_and_shows_each(browser: Session) -> None:
    asked = await browser.get("/story?q=invoice:in_1")
    page = asked.body.decode()
    assert asked.status == 200
    for tenant in ("shop-a", "shop-b"):
        assert f"/story?q=invoice:in_1&amp;tenant={tenant}" in page
        assert f"invoice in_1 of {tenant}, in 1 event" in page

    told = (await browser.get("/story?q=invoice:in_1&tenant=shop-b")).body.decode()
    assert "invoice:in_1 of shop-b" in told
    assert "All of it is done." in told
    assert "&amp;tenant=shop-b&amp;all=1" in told
    assert (await browser.get("/story?q=invoice:in_1&tenant=shop-c")).status == 200


async def test_lists_and_pages_of_the_console_name_the_tenant(browser: Session) -> None:
    for path in ("/receipts", "/events", "/runs"):
        page = (await browser.get(path)).body.decode()
        assert page.count("shop-a") == page.count("shop-b") == 1, path


async def test_the_api_asks_too(site: Site) -> None:
    headers = await site.token_of(Role.VIEWER)

    asked = await site.client.get(f"{PREFIX}/stories?about=invoice:in_1", **headers)
    told = await site.client.get(f"{PREFIX}/stories?about=invoice:in_1&tenant=shop-a", **headers)

    assert asked.status in {409, 422}
    assert "is known of shop-a and shop-b" in asked.json()["detail"]
    assert told.json()["about"] == "invoice:in_1 of shop-a"
