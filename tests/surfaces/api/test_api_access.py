"""Access to the API: each role against each route, and each token against what it is for.

The table is made of the application's own routes: a new one is in it without anybody's doing.
"""

import re
from collections.abc import AsyncIterator

import orjson
import pytest
from starlette.routing import Route
from tests.conftest import StoreHouse
from tests.surfaces.web.site import Site, open_site

from tieline.compose.features import QUESTIONS, endpoints
from tieline.model.people.role import Role, Scope
from tieline.rules.people.access import OF_ROLE, Permission, allowed
from tieline.surfaces.api.endpoint import PREFIX, Endpoint
from tieline.surfaces.web.authorize import need_of

ENDPOINTS = endpoints()

JSON = {"content-type": "application/json"}


@pytest.fixture
async def site(house: StoreHouse) -> AsyncIterator[Site]:
    async with open_site(house) as opened:
        yield opened


def path_of(endpoint: Endpoint) -> str:
    """Of a thing that is not there: a refusal of its kind shows that the guard was passed."""
    return PREFIX + re.sub(r"\{[^}]*\}", "nothing", endpoint.path)


async def call(site: Site, endpoint: Endpoint, headers: dict[str, str]) -> int:
    body = None if endpoint.is_safe else b"{}"
    sent = headers if endpoint.is_safe else {**headers, **JSON}
    answer = await site.client.send(endpoint.method, path_of(endpoint), body, **sent)
    assert answer.status < 500, answer.body
    return answer.status


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_gets_to_what_it_may_and_to_nothing_else(site: Site, role: Role) -> None:
    await site.add_user("ann", role)
    ann = await site.session("ann")
    headers = {**ann.cookie, "x-csrf-token": ann.csrf}
    got = {f"{one.method} {one.path}": await call(site, one, headers) != 403 for one in ENDPOINTS}

    assert got == {f"{one.method} {one.path}": one.needs in OF_ROLE[role] for one in ENDPOINTS}


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_token_gets_to_what_it_is_for(site: Site, scope: Scope) -> None:
    headers = await site.token("t", scope)
    got = {f"{one.method} {one.path}": await call(site, one, headers) != 403 for one in ENDPOINTS}

    permissions = allowed(None, [scope])
    assert got == {f"{one.method} {one.path}": one.needs in permissions for one in ENDPOINTS}


async def test_nobody_gets_to_anything(site: Site) -> None:
    assert {await call(site, one, {}) for one in ENDPOINTS} == {401}
    document = await site.client.get(f"{PREFIX}/openapi.json")
    assert document.status == 401


def test_support_may_search_and_read_stories_and_nothing_else() -> None:
    open_to_support = {one.path for one in ENDPOINTS if one.needs in OF_ROLE[Role.SUPPORT]}

    assert open_to_support == {
        "/matches",
        "/stories",
        "/me",
        "/questions",
        "/status/{kind}/{key}",
    }
    assert {name for name, one in QUESTIONS.items() if one.needs is Permission.SEARCH} == {
        "ReadTrail",
        "FindKey",
        "Find",
    }


async def test_every_route_says_what_it_needs(site: Site) -> None:
    routes = [one for one in site.routes if isinstance(one, Route)]

    assert len(routes) > len(ENDPOINTS)
    assert [one.path for one in routes if need_of(one) is None] == []


@pytest.mark.parametrize("name", list(QUESTIONS))
async def test_support_cannot_ask_by_another_way(site: Site, name: str) -> None:
    headers = {**await site.token_of(Role.SUPPORT), **JSON}
    body = orjson.dumps({"ask": name, "args": ARGS.get(name, {})})
    answer = await site.client.post(f"{PREFIX}/questions", body, **headers)

    assert (answer.status != 403) == (QUESTIONS[name].needs in OF_ROLE[Role.SUPPORT]), answer.body


ARGS: dict[str, dict[str, object]] = {
    "ShowReceipt": {"id": "rct_1"},
    "ShowTenant": {"name": "shop-a"},
    "ShowEvent": {"id": "evt_1"},
    "ShowRun": {"id": "run_1"},
    "ShowProbe": {"connection": "books"},
    "PlanForgetting": {"run_id": "run_1", "step": "books POST /entries", "key": "#1"},
    "ShowReplay": {"id": "rpl_1"},
    "ReadTrail": {"id": "evt_1"},
    "FindKey": {"key": "1"},
    "Find": {"text": "1"},
    "CheckRows": {"part": "audit"},
    "ShowIssue": {"id": "iss_1"},
    "ListSources": {"now_us": 1},
    "ShowWorker": {"id": "wrk_1"},
    "ReadSums": {"kind": "flow", "since_us": 1, "until_us": 2},
    "ReadSeries": {"kind": "flow", "name": "x", "since_us": 1, "until_us": 2},
    "ShowOperation": {"id": "opr_1"},
    "PlanReplay": {"filter": {"type": "x"}, "as_new_action": False},
    "PlanDecisions": {"action": "retry", "filter": {"target": "dead-letters"}},
    "PlanClosing": {"source": "x"},
}
