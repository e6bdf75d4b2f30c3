"""Refusals of the API: one path for each order; words that name thing, value and what is right."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.conftest import StoreHouse
from tests.surfaces.api.test_api_calls import Api
from tests.surfaces.web.site import Site, open_site

from tieline.compose.features import endpoints
from tieline.model.people.role import Role
from tieline.model.runs.run import Dead
from tieline.surfaces.api.endpoint import PREFIX

ENDPOINTS = endpoints()

Make = Callable[..., dict[str, object]]


@pytest.fixture
async def site(house: StoreHouse) -> AsyncIterator[Site]:
    async with open_site(house) as opened:
        yield opened


@pytest.fixture
async def api(site: Site) -> Api:
    return Api(site, await site.token_of(Role.ADMIN))


# --- one path -------------------------------------------------------------------------------------


async def test_there_is_no_second_door_for_commands(api: Api) -> None:
    args = {"kind": "bogus", "name": "x", "by": {"actor": "x", "reason": "", "at_us": 1}}
    answer = await api.post("/commands", {"do": "pause", "args": args})

    assert answer.status == 404
    assert [one.path for one in ENDPOINTS if "command" in one.path] == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001, None, 7])
async def test_every_order_needs_a_reason_of_a_reasonable_length(api: Api, reason: Any) -> None:
    orders = [one for one in ENDPOINTS if "reason" in one.body.model_fields]
    assert len(orders) > 20
    for order in orders:
        path = order.path.replace("{", "").replace("}", "")
        answer = await api.post(path, {"reason": reason})

        assert (answer.status, answer.json()["code"]) == (422, "invalid"), order.path
        assert "reason is " in answer.json()["detail"], order.path
    assert (await api.get("/audit-entries?subject=user:x"))["items"] == []


async def test_ids_and_hashes_are_made_here_and_taken_from_nobody(api: Api) -> None:
    replay = {"id": "rpl_x' or 1", "type": "invoice.paid", "reason": "x"}
    user = {"name": "../<script>", "role": "admin", "reason": "x"}
    answers = [
        await api.post("/replays", replay),
        await api.post("/replays", {"type": "x", "reason": "x", "planned": 5}),
        await api.post("/replays", {"type": "x", "reason": "x", "per_second": 100_000_000}),
        await api.post("/users", user),
        await api.post("/users", {**user, "name": "ann", "password": "plaintext"}),
        await api.post("/tokens", {"name": "t", "scopes": ["read"], "hash": "x", "reason": "x"}),
    ]

    assert {one.status for one in answers} == {422}
    assert (await api.get("/replays"))["items"] == []
    assert [row["name"] for row in (await api.get("/users"))["items"]] == ["u-admin"]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("ListRuns", {"flow": "x" * 201}),
        ("ListRuns", {"window": {"limit": 10**9}}),
        ("ListRuns", {"window": {"since_us": -1}}),
        ("ListAudit", {"window": {"before": "x"}}),
        ("ListIssues", {"states": ["bogus"]}),
        ("CheckRows", {"part": "bogus"}),
        ("CheckRows", {"part": "audit", "after": "{"}),
        ("CheckRows", {"part": "lane", "after": '["a"]'}),
        ("CheckRows", {"part": "run", "limit": 10**6}),
        ("CountEffects", {"event_ids": ["evt_1"] * 501}),
        ("ReadSums", {"kind": "bogus", "since_us": 1, "until_us": 2}),
        ("ReadSeries", {"kind": "flow", "name": "x", "since_us": 1, "until_us": 2**63}),
        ("Find", {"text": "a\0b"}),
    ],
)
async def test_a_question_is_bounded(api: Api, name: str, args: dict[str, Any]) -> None:
    answer = await api.post("/questions", {"ask": name, "args": args})

    assert (answer.status, answer.json()["code"]) == (422, "refused"), answer.body


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/runs?limit=0", "limit is '0'; use 1 or more"),
        ("/runs?waits_for=crm", "waits_for is 'crm'; write a kind and a key"),
        ("/runs?limit=501", "limit is '501'; use 500 or less"),
        ("/runs?limit=x", "limit is 'x'; use a whole number"),
        ("/runs?since=yesterday", "since is 'yesterday'; use a span such as 30m, 2h or 7d, or a"),
        ("/runs?since=2026-99-99", "since is '2026-99-99'; use a span such as 30m"),
        ("/runs?foo=1", "foo is not known here; known are: limit, cursor, since, until, flow,"),
        ("/runs?state=Dead", "state is 'Dead'; use 'ready', 'running', 'retrying'"),
        ("/runs?since=1h&until=2h", "since is '1h', which is not before until ('2h')"),
        ("/series?since=1h&until=2h", "since is '1h', which is not before until ('2h')"),
        ("/runs?flow=post_invoise", "flow is 'post_invoise', which is not known; use one of post_"),
        ("/attempts?connection=nothing", "connection is 'nothing', which is not known; use one of"),
        ("/receipts?source=nothing", "source is 'nothing', which is not known; use one of"),
        ("/dead-letters?kind=unavailible", "which is not known; use one of unavailable"),
        ("/runs?cursor=run_nothing", "cursor is 'run_nothing'; use the `next` of a page"),
        ("/events?cursor=run_nothing", "cursor is 'run_nothing'; use the `next` of a page"),
        ("/audit-entries?cursor=run_x", "cursor is 'run_x'; use the `next` of a page"),
        ("/issues?cursor=x", "cursor is 'x'; use the `next` of a page"),
        ("/operations?cursor=rpl_x", "cursor is 'rpl_x'; use the `next` of a page"),
        ("/matches?q=x&cursor=a", "cursor is 'a'; use the `next` of a page"),
        ("/events?reference=x", "reference is 'x'; use `kind:key`, such as order:84219"),
    ],
)
async def test_a_refused_value_is_named_with_what_is_right(api: Api, path: str, words: str) -> None:
    answer = await api.ask(path)

    assert (answer.status, answer.json()["code"]) == (422, "invalid"), answer.body
    assert words in answer.json()["detail"]


async def test_a_name_that_only_the_store_knows_is_known(
    api: Api, house: StoreHouse, invoice: Make
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.work(lambda _: Dead("of-an-older-release", "x"))

    assert len((await api.get("/dead-letters?kind=of-an-older-release"))["items"]) == 1
    assert (await api.get("/dead-letters?kind=ValueError"))["items"] == []
    assert (await api.get("/dead-letters?kind=refused-422"))["items"] == []


async def test_a_long_id_is_not_sent_back(api: Api) -> None:
    answer = await api.ask("/runs/run_" + "x" * 50_000)

    assert answer.status == 404
    assert len(answer.body) < 500
    assert answer.json()["key"].startswith("run_xxx")


async def test_a_body_is_told_which_fields_there_are(api: Api) -> None:
    extra = await api.post("/flows/post_invoice/pause", {"reason": "x", "role": "admin"})
    blank = await api.post("/flows/post_invoice/pause", {"reason": " "})
    tuple_ = await api.post("/operations", {"target": "held", "action": "retry", "reason": "x"})

    assert "role is not known here; known are: reason" in extra.json()["detail"]
    assert "reason is ' '; say it in words" in blank.json()["detail"]
    assert "use resolve-continue, resolve-retry, resolve-give-up, cancel" in tuple_.json()["detail"]


# --- lists ----------------------------------------------------------------------------------------

ASKED = {"/matches": "&q=order:1", "/account/events": "&stands=dead"}


@pytest.mark.parametrize(
    "path",
    [one.path for one in ENDPOINTS if one.is_safe and "Listed" in str(one.answer)],
)
async def test_every_list_has_a_limit_and_a_way_on(api: Api, path: str) -> None:
    if "{" in path:
        path = "/users/u-admin/sessions" if path.startswith("/users") else ""
    page = await api.get(f"{path}?limit=1{ASKED.get(path, '')}") if path else {}

    assert not path or set(page) == {"items", "next"}
    assert len(page.get("items", ())) <= 1


def test_no_answer_is_a_bare_list() -> None:
    assert [one.path for one in ENDPOINTS if "tuple" in str(one.answer)] == []


async def test_what_is_declared_comes_in_pages_that_meet(api: Api) -> None:
    whole = [row["name"] for row in (await api.get("/flows"))["items"]]
    found: list[str] = []
    path: str | None = "/flows?limit=1"
    while path is not None:
        page = await api.get(path)
        found += [row["name"] for row in page["items"]]
        path = None if page["next"] is None else f"/flows?limit=1&cursor={page['next']}"

    assert found == whole == sorted(whole)
    assert len(whole) > 1


async def test_filters_of_what_is_declared(api: Api) -> None:
    await api.post("/flows/post_invoice/pause", {"reason": "x"})
    paused = (await api.get("/flows?paused=true"))["items"]
    by_connection = (await api.get("/flows?connection=books"))["items"]

    assert [row["name"] for row in paused] == ["post_invoice"]
    assert by_connection == [] or all("books" in row["uses"] for row in by_connection)
    assert [row["kind"] for row in (await api.get("/pauses?kind=flow"))["items"]] == ["flow"]
    assert (await api.get("/pauses?kind=connection"))["items"] == []
    assert (await api.get("/users?role=viewer"))["items"] == []
    assert len((await api.get("/tokens?owner=u-admin"))["items"]) == 1


async def test_long_work_of_all_kinds_is_one_list(
    api: Api, house: StoreHouse, invoice: Make
) -> None:
    for number in range(3):
        await house.deliver("invoice.paid", invoice(number, f"cus_{number}"))
    await house.work(lambda _: Dead("bug", "x"))
    made: list[str] = []
    for number in range(3):
        house.clock.advance(minutes=1)
        bulk = {"target": "dead-letters", "action": "discard", "reason": "x"}
        replay = {"type": "invoice.paid", "reason": "x"}
        answer = await api.post(*(("/operations", bulk) if number % 2 else ("/replays", replay)))
        made.append(answer.json()["id"])
    found: list[str] = []
    path: str | None = "/operations?limit=1"
    while path is not None:
        page = await api.get(path)
        found += [row["id"] for row in page["items"]]
        path = None if page["next"] is None else f"/operations?limit=1&cursor={page['next']}"

    assert found == made[::-1]
    assert [r["id"] for r in (await api.get("/operations?kind=decision"))["items"]] == [made[1]]
    assert [r["id"] for r in (await api.get("/operations?since=90s"))["items"]] == made[:0:-1]


async def test_tries_are_listed_by_time(api: Api, house: StoreHouse, invoice: Make) -> None:
    await house.deliver("invoice.paid", invoice(1))
    (run,) = await house.claim()
    await house.settle(run, Dead("bug", "x"), house.call_step(run))
    house.clock.advance(minutes=5)

    assert (await api.get("/attempts?since=2m"))["items"] == []
    assert len((await api.get("/attempts?since=10m&until=2m"))["items"]) == 1


async def test_a_run_that_is_not_dead_is_no_dead_letter(
    api: Api, house: StoreHouse, invoice: Make
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    (run,) = await house.claim()
    living = await api.ask(f"/dead-letters/{run.id}")
    await house.settle(run, Dead("bug", "x"))
    dead = await api.ask(f"/dead-letters/{run.id}")

    assert (living.status, living.json()["kind"], dead.status) == (404, "dead letter", 200)


# --- what is made ---------------------------------------------------------------------------------


async def test_a_repeat_has_the_same_location(api: Api, house: StoreHouse, invoice: Make) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.work()
    body, key = {"type": "invoice.paid", "reason": "x"}, {"idempotency-key": "k"}
    first = await api.post("/replays", body, **key)
    again = await api.post("/replays", body, **key)

    assert first.headers["location"] == again.headers["location"]
    assert first.headers["location"] == f"{PREFIX}/operations/{first.json()['id']}"
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("days", "never"),
    [({}, False), ({"days": 1}, False), ({"days": None}, True), ({"days": 0}, True)],
)
async def test_a_token_expires_unless_somebody_says_that_it_never_does(
    api: Api, days: dict[str, Any], never: bool
) -> None:
    made = await api.post("/tokens", {"name": "t", "scopes": ["read"], "reason": "x", **days})

    assert made.status == 201
    assert (made.json()["expires_at"] is None, made.json()["never_expires"]) == (never, never)
    if not days:
        assert made.json()["expires_at"].startswith("2026-04-01")


async def test_a_pause_says_whether_it_is_new(api: Api) -> None:
    first = await api.post("/flows/post_invoice/pause", {"reason": "one"})
    again = await api.post("/flows/post_invoice/pause", {"reason": "two"})

    assert (first.json()["fresh"], again.json()["fresh"]) == (True, False)
    assert again.json()["reason"] == "one"
