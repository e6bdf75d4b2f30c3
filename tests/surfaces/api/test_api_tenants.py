"""The API and the console about tenants: one list, one of them, and what people order."""

from collections.abc import AsyncIterator, Callable

import pytest
from tests.conftest import StoreHouse
from tests.surfaces.api.test_api_calls import Api
from tests.surfaces.web.site import Site, open_site

from tieline.compose.features import pages
from tieline.features.tenants.model import PauseTenant
from tieline.model.base.ids import TenantId
from tieline.model.people.role import Role

WHY = {"reason": "a test"}


@pytest.fixture
async def site(house: StoreHouse) -> AsyncIterator[Site]:
    async with open_site(house) as opened:
        yield opened


@pytest.fixture
async def api(site: Site) -> Api:
    return Api(site, await site.token_of(Role.OPERATOR))


async def test_a_tenant_is_added_and_ordered_about(site: Site, api: Api) -> None:
    added = await api.post("/tenants", {**WHY, "name": "shop-a", "note": "the shop"})
    limited = await api.post("/tenants/shop-a/limit", {**WHY, "rate": "600/10m", "queue": 9})
    paused = await api.post("/tenants/shop-a/pause", WHY)

    assert added.status == limited.status == paused.status == 200, added.body
    row = paused.json()["tenant"]
    assert (row["name"], row["note"], row["paused_reason"]) == ("shop-a", "the shop", "a test")
    assert (row["rate_count"], row["at_once"], row["queue"]) == (600, None, 9)
    assert isinstance(site.told[-1], PauseTenant)
    listed = await api.get("/tenants")
    assert [one["name"] for one in listed["items"]] == ["shop-a"]
    resumed = await api.post("/tenants/shop-a/resume", WHY)
    assert resumed.json()["tenant"]["paused_at"] is None


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/tenants", {"name": "Shop A"}, 422, "use 1 to 64 letters"),
        ("/tenants/nobody/pause", {}, 404, "nobody"),
        ("/tenants/nobody/limit", {"rate": "fast"}, 422, "100/s"),
        ("/tenants/nobody/limit", {"at_once": 0}, 422, "at_once"),
    ],
)
async def test_what_cannot_be_meant_is_told(
    api: Api, path: str, body: dict[str, object], status: int, said: str
) -> None:
    answer = await api.post(path, {**WHY, **body})

    assert answer.status == status, answer.body
    assert said in answer.body.decode()


async def test_the_list_goes_on_behind_the_last_name(
    house: StoreHouse, api: Api, invoice: Callable[..., dict[str, object]]
) -> None:
    for number, name in enumerate(("c", "a", "b")):
        await house.deliver("invoice.paid", invoice(number), tenant=TenantId(name))

    first = await api.get("/tenants?limit=2")
    rest = await api.get(f"/tenants?limit=2&cursor={first['next']}")

    assert [one["name"] for one in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert rest["next"] is None


def test_every_act_of_a_tenant_has_its_page() -> None:
    assert any("tenant-paused" in one.told for one in pages())
