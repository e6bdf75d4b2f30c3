"""The API: lists in pages, details redacted, decisions with reasons, and answers given once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from tests.conftest import StoreHouse
from tests.surfaces.web.client import Answer
from tests.surfaces.web.site import SECRETS, Site, open_site

from tieline.features.decisions.bulk import bulk_pass
from tieline.features.probes.model import ProbeConnection
from tieline.features.schedules.model import KeepSchedule
from tieline.model.commands import Pause, RetryDead, StartReplay
from tieline.model.people.role import Role
from tieline.model.runs.run import Dead, Held, StepState
from tieline.surfaces.api.endpoint import PREFIX

JSON = {"content-type": "application/json"}


@pytest.fixture
async def site(house: StoreHouse) -> AsyncIterator[Site]:
    async with open_site(house) as opened:
        yield opened


class Api:
    """An operator's program."""

    def __init__(self, site: Site, headers: dict[str, str]) -> None:
        self.site = site
        self.headers = headers

    async def get(self, path: str) -> Any:
        answer = await self.site.client.get(PREFIX + path, **self.headers)
        assert answer.status == 200, answer.body
        return answer.json()

    async def ask(self, path: str) -> Answer:
        return await self.site.client.get(PREFIX + path, **self.headers)

    async def post(self, path: str, body: object, **more: str) -> Answer:
        raw = orjson.dumps(body)
        return await self.site.client.post(PREFIX + path, raw, **self.headers, **JSON, **more)


@pytest.fixture
async def api(site: Site) -> Api:
    return Api(site, await site.token_of(Role.OPERATOR))


async def a_dead_run(house: StoreHouse, invoice: Callable[..., dict[str, object]]) -> str:
    await house.deliver("invoice.paid", invoice(1, email="ann@acme.example"))
    (run,) = await house.claim()
    await house.settle(run, Dead("provider-refused", "no such account"), house.call_step(run))
    return run.id


async def test_a_list_comes_in_pages_that_meet(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    for number in range(5):
        await house.deliver("invoice.paid", invoice(number, f"cus_{number}"))
    found: list[str] = []
    path: str | None = "/runs?limit=2"
    while path is not None:
        page = await api.get(path)
        found += [row["id"] for row in page["items"]]
        path = None if page["next"] is None else f"/runs?limit=2&cursor={page['next']}"

    assert len(found) == len(set(found)) == 5
    assert found == sorted(found, reverse=True)
    assert [row["id"] for row in (await api.get("/runs?state=done"))["items"]] == []
    assert len((await api.get("/runs?since=2h&flow=post_invoice"))["items"]) == 5


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "cursor=evt_1",
        "state=sleeping",
        "since=yesterday",
        "sinec=2h",
        "limit=1&limit=2",
        "since=2026-99-99",
    ],
)
async def test_a_query_that_makes_no_sense_is_told(api: Api, query: str) -> None:
    answer = await api.ask(f"/runs?{query}")

    assert (answer.status, answer.json()["code"]) == (422, "invalid")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["retriable"] is False


@pytest.mark.parametrize("secret", SECRETS.values())
async def test_no_secret_that_the_hub_may_use_is_in_an_answer(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]], secret: str
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    (run,) = await house.claim()
    await house.settle(run, Dead("bug", f"it said {secret}"), house.call_step(run))

    answer = await api.get(f"/runs/{run.id}")

    assert "it said [redacted]" in str(answer)
    assert secret not in str(answer)


async def test_details_are_redacted(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    headers = [("authorization", "Bearer s3cret"), ("x-note", "whsec_canary-of-billing")]
    payload = invoice(
        1, email="ann@acme.example", password="hunter2", note="whsec_canary-of-billing"
    )
    made = await house.deliver("invoice.paid", payload, headers=headers)
    (run,) = await house.claim()
    await house.settle(run, Dead("bug", "whsec_canary-of-billing"), house.call_step(run))
    event = await api.get(f"/events/{made.event_id}")
    answers = [
        await api.ask(path)
        for path in (
            "/runs",
            "/receipts",
            "/dead-letters",
            "/issues",
            f"/events/{made.event_id}",
            f"/receipts/{event['receipt']['id']}",
            f"/runs/{run.id}",
            f"/stories?about={run.id}",
            f"/runs/{run.id}/steps",
        )
    ]
    asked = [
        await api.post("/questions", {"ask": name, "args": {"id": id_}})
        for name, id_ in (
            ("ShowEvent", made.event_id),
            ("ShowReceipt", event["receipt"]["id"]),
            ("ShowRun", run.id),
            ("ReadTrail", run.id),
        )
    ]

    assert event["payload"]["invoice_id"] == "in_1"
    assert event["payload"]["email"] == "[redacted]"
    for answer in (*answers, *asked):
        assert answer.status == 200, answer.body
        for secret in (b"canary", b"hunter2", b"ann@acme", b"s3cret"):
            assert secret not in answer.body, answer.body


async def test_a_run_tells_why_it_stands_and_what_it_did(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    run_id = await a_dead_run(house, invoice)
    shown = await api.get(f"/runs/{run_id}")

    assert "waits for a decision" in shown["why"]
    assert shown["dead"]["kind"] == "provider-refused"
    (step,) = shown["steps"]
    assert step["result"] == {"status": 201, "body": {"id": "entry_1"}}
    assert (await api.get(f"/runs/{run_id}/steps"))["items"] == shown["steps"]
    assert (await api.get(f"/runs/{run_id}/attempts"))["items"] == shown["attempts"]
    missing = await api.ask("/runs/run_nothing")
    assert (missing.status, missing.json()["code"]) == (404, "not-found")


async def test_a_decision_is_carried_out_told_to_the_hub_and_noted_by_name(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    run_id = await a_dead_run(house, invoice)
    silent = await api.post(f"/dead-letters/{run_id}/retry", {"reason": " "})
    done = await api.post(f"/dead-letters/{run_id}/retry", {"reason": "the account is back"})
    again = await api.post(f"/dead-letters/{run_id}/retry", {"reason": "once more"})
    refused, line = (await api.get(f"/audit-entries?subject={run_id}"))["items"]

    assert (silent.status, done.status) == (422, 200)
    assert (again.status, again.json()["code"]) == (409, "conflict")
    assert [type(one) for one in api.site.told] == [RetryDead]
    assert line["actor"] == "u-operator (token t-operator)"
    assert (line["action"], line["reason"]) == ("retry", "the account is back")
    assert (refused["actor"], refused["action"]) == (line["actor"], "rejected-retry-dead")


async def test_a_dead_run_is_edited_without_anybody_seeing_its_payload(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    run_id = await a_dead_run(house, invoice)
    body = {"reason": "typo", "changes": {"customer_id": "cus_2"}}
    edited = await api.post(f"/dead-letters/{run_id}/edit", body)
    whole = {"reason": "typo", "payload": {}, "changes": {"a": 1}}
    both = await api.post(f"/dead-letters/{run_id}/edit", whole)
    (run,) = await house.claim()

    assert edited.status == 200, edited.body
    assert edited.json()["replaces"] == run_id
    assert both.status == 422
    stored = orjson.loads(run.event.data or b"{}")
    assert (stored["customer_id"], stored["email"]) == ("cus_2", "ann@acme.example")


async def test_a_held_run_is_resolved(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    (run,) = await house.claim()
    doubt = Held("in doubt", ("books POST /entries", "#1"))
    await house.settle(run, doubt, house.call_step(run, StepState.INTENT))
    (held,) = (await api.get("/held-runs"))["items"]
    body = {"reason": "seen", "decision": "done", "result": {"id": "e1"}}
    done = await api.post(f"/held-runs/{run.id}/resolve", body)

    assert held["id"] == run.id
    assert done.status == 200, done.body
    assert (await api.get("/held-runs"))["items"] == []


async def test_the_inbox_says_what_waits_for_whom_and_how_to_answer(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    run_id = await a_dead_run(house, invoice)
    house.clock.advance(minutes=1)
    await house.deliver("invoice.paid", invoice(2, "cus_2"))
    (run,) = await house.claim()
    await house.settle(run, Held("amount above limit"))

    first = await api.get("/inbox?limit=1")
    second = await api.get(f"/inbox?limit=1&cursor={first['next']}")
    counts = await api.get("/inbox/counts")
    mine = await api.get("/inbox?owner=finance-ops")
    nobodys = await api.get("/inbox?owner=nobody")
    holds = await api.get("/inbox?kind=hold")
    wrong = await api.ask("/inbox?kind=nonsense")
    odd = await api.ask("/inbox?cursor=run_1")

    (dead,), (hold,) = first["items"], second["items"]
    assert (dead["kind"], dead["verbs"][0]["command"]) == (
        "dead-letter",
        f"tieline dead retry {run_id}",
    )
    assert (hold["kind"], hold["id"], hold["owner"]) == ("hold", run.id, "finance-ops")
    assert hold["asks"] == "May post_invoice go on? amount above limit"
    assert "since_at" in hold
    assert second["next"] is None
    assert {one["kind"]: one["waiting"] for one in counts["kinds"]} == {
        "hold": 1,
        "outcome-unknown": 0,
        "dead-letter": 1,
        "quarantine": 0,
        "unknown-tenant": 0,
    }
    assert (len(mine["items"]), nobodys["items"]) == (2, [])
    assert [one["id"] for one in holds["items"]] == [run.id]
    assert (wrong.status, odd.status) == (422, 422)
    assert "use one of hold, outcome-unknown" in wrong.json()["detail"]


async def test_a_hold_is_let_through_and_a_write_in_doubt_is_not(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    (run,) = await house.claim()
    doubt = Held("in doubt", ("books POST /entries", "#1"))
    await house.settle(run, doubt, house.call_step(run, StepState.INTENT))
    body = {"reason": "finance agreed", "decision": "continue"}
    refused = await api.post(f"/held-runs/{run.id}/resolve", body)

    assert refused.status == 409
    assert "the outcome of books POST /entries is unknown" in refused.json()["detail"]


async def test_a_flow_is_paused_and_resumed(api: Api) -> None:
    body = {"reason": "the books are down", "for": "2h"}
    paused = await api.post("/flows/post_invoice/pause", body)
    wrong = await api.post("/flows/post_invoice/pause", {**body, "for": "2 hours"})
    shown = await api.get("/flows/post_invoice")
    unknown = await api.post("/flows/nothing/pause", {"reason": "x"})
    resumed = await api.post("/flows/post_invoice/resume", {"reason": "they are back"})
    twice = await api.post("/flows/post_invoice/resume", {"reason": "they are back"})

    since, until = (paused.json()[f"{at}_at"] for at in ("since", "until"))
    assert datetime.fromisoformat(until) - datetime.fromisoformat(since) == timedelta(hours=2)
    assert (wrong.status, "for is '2 hours'" in wrong.json()["detail"]) == (422, True)
    assert paused.json()["reason"] == "the books are down"
    assert shown["paused"]["actor"].startswith("u-operator")
    assert (unknown.status, resumed.status, twice.status) == (404, 200, 409)
    assert isinstance(api.site.told[0], Pause)


async def test_a_probe_is_asked_for_and_shown(api: Api) -> None:
    none = await api.post("/connections/nothing/probe", {"reason": "x"})
    wrong = await api.post("/connections/books/probe", {"reason": "x", "path": "/a#b"})
    never = await api.ask("/connections/books/probe")
    asked = await api.post("/connections/books/probe", {"reason": "they say it is back"})
    shown = await api.get("/connections/books/probe")

    assert (none.status, wrong.status, never.status) == (404, 422, 404)
    assert asked.json() == shown
    assert (shown["path"], shown["ended_at"], shown["status"]) == ("/", None, None)
    assert isinstance(api.site.told[0], ProbeConnection)


async def test_a_replay_is_planned_started_and_followed_as_an_operation(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    for number in range(3):
        await house.deliver("invoice.paid", invoice(number, f"cus_{number}"))
    await house.work()
    plan = await api.post("/replays/plan", {"type": "invoice.paid"})
    nothing = await api.post("/replays", {"reason": "x"})
    fingerprint = plan.json()["plan"]["fingerprint"]
    why = {"type": "invoice.paid", "reason": "the books lost them"}
    unlike = await api.post("/replays", {**why, "as_planned": "3-9" + fingerprint[3:]})
    started = await api.post("/replays", {**why, "as_planned": fingerprint})
    path = started.headers["location"].removeprefix(PREFIX)
    operation = await api.get(path)
    cancelled = await api.post(f"{path}/cancel", {"reason": "enough"})

    assert (plan.json()["events"], plan.json()["runs"]) == (3, [["post_invoice", 3]])
    assert plan.json()["plan"]["does"][0]["does"] == "new run of post_invoice"
    assert (nothing.status, nothing.json()["code"]) == (422, "refused")
    assert (started.status, operation["state"], operation["total"]) == (202, "running", 3)
    assert (operation["would"], operation["ending"]) == (3, "made 0 of 3 so far")
    assert (unlike.status, unlike.json()["code"]) == (409, "conflict")
    assert "the plan has changed since it was made: would do: 3, not 9" in unlike.json()["detail"]
    assert cancelled.json()["state"] == "cancelled"
    assert isinstance(api.site.told[0], StartReplay)


async def test_all_dead_letters_of_a_filter_are_decided_behind_the_answer(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    for number in range(3):
        await house.deliver("invoice.paid", invoice(number, f"cus_{number}"))
    await house.work(lambda _: Dead("bug", "x"))
    wanted = {"target": "dead-letters", "action": "discard", "flow": "post_invoice"}
    body = {**wanted, "reason": "x"}
    plan = await api.post("/operations/plan", wanted)
    started = await api.post("/operations", body)
    path = started.headers["location"].removeprefix(PREFIX)
    parts = api.site.parts
    while await bulk_pass(parts.journal, parts.views, parts.after, parts.clock.now_us()):
        pass
    ended = await api.get(path)
    nothing = await api.post("/operations", body)
    late = await api.post(f"{path}/cancel", {"reason": "x"})

    assert (started.status, started.json()["total"]) == (202, 3)
    assert [one["count"] for one in plan.json()["does"]] == [3]
    assert (ended["done"], ended["refused"], ended["state"]) == (3, 0, "done")
    assert (ended["would"], ended["not_made"], ended["ending"]) == (3, {}, "made 3 of 3")
    assert (nothing.status, late.status) == (422, 409)
    assert (await api.get("/dead-letters"))["items"] == []
    assert [one["id"] for one in (await api.get("/operations?kind=decision"))["items"]] == [
        ended["id"]
    ]


# --- once -----------------------------------------------------------------------------------------


async def test_a_repeat_with_the_same_key_does_nothing_and_gets_the_same_answer(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.work()
    key = {"idempotency-key": "k-1"}
    body = {"type": "invoice.paid", "reason": "again"}
    answers = await asyncio.gather(*(api.post("/replays", body, **key) for _ in range(4)))
    after = await api.post("/replays", body, **key)
    other = await api.post("/replays", {**body, "reason": "another"}, **key)
    elsewhere = await api.post("/replays/plan", body, **key)
    replays = await api.get("/replays")

    assert {one.status for one in answers} <= {202, 409}
    assert after.status == 202
    assert after.headers["idempotency-replayed"] == "true"
    assert len(replays["items"]) == 1
    assert {one.json()["id"] for one in (*answers, after) if one.status == 202} == {
        replays["items"][0]["id"]
    }
    assert (other.status, other.json()["code"]) == (422, "key-reused")
    assert elsewhere.status == 422
    house.clock.advance(hours=24, seconds=1)
    fresh = await api.post("/replays", body, **key)
    assert "idempotency-replayed" not in fresh.headers


async def test_a_request_that_came_to_nothing_does_not_use_its_key_up(api: Api) -> None:
    key = {"idempotency-key": "k-2"}
    missing = await api.post("/flows/nothing/pause", {"reason": "x"}, **key)
    found = await api.post("/flows/post_invoice/pause", {"reason": "x"}, **key)

    assert (missing.status, found.status) == (404, 200)


async def test_what_is_shown_once_is_not_kept_for_a_repeat(site: Site) -> None:
    admin = Api(site, await site.token_of(Role.ADMIN))
    body = {"name": "ci", "scopes": ["read"], "days": 30, "reason": "the pipeline"}
    made = await admin.post("/tokens", body, **{"idempotency-key": "k-3"})
    again = await admin.post("/tokens", body, **{"idempotency-key": "k-3"})
    token = made.json()["token"]
    used = await site.client.get(f"{PREFIX}/runs", authorization=f"Bearer {token}")
    listed = await admin.ask("/tokens")

    assert made.status == 201
    assert used.status == 200
    assert again.json() == {**made.json(), "token": None}
    assert token.encode() not in listed.body


# --- bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b'{"reason": "x"}', "text/plain", 415),
        (b'{"reason": "x"}', "", 415),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"reason": "x", "reason": "y"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"reason": "x", "role": "admin"}', "application/json", 422),
        (b'{"reason": 1}', "application/json", 422),
        (b'{"reason": null}', "application/json", 422),
        (b"{}", "application/json", 422),
    ],
)
async def test_a_body_is_json_of_the_right_shape(
    api: Api, body: bytes, media: str, status: int
) -> None:
    path = f"{PREFIX}/flows/post_invoice/pause"
    answer = await api.site.client.post(path, body, **api.headers, **{"content-type": media})

    assert answer.status == status, answer.body
    assert (await api.get("/pauses"))["items"] == []


async def test_a_session_needs_its_token_here_too(site: Site) -> None:
    await site.add_user("ann", "operator")
    ann = await site.session("ann")
    path, body = f"{PREFIX}/flows/post_invoice/pause", b'{"reason": "x"}'
    forged = await site.client.post(path, body, **ann.cookie, **JSON)
    right = await site.client.post(path, body, **ann.cookie, **JSON, **{"x-csrf-token": ann.csrf})

    assert (forged.status, forged.json()["code"]) == (403, "cross-site")
    assert right.status == 200


async def test_users_are_invited_changed_and_removed(site: Site) -> None:
    admin = Api(site, await site.token_of(Role.ADMIN))
    invited = await admin.post("/users", {"name": "Bob", "role": "viewer", "reason": "new"})
    password = "a long enough secret"
    await site.post(invited.json()["path"], {"name": "bob", "password": password})
    bob = await site.log_in("bob", password)
    role = await admin.post("/users/bob/role", {"role": "operator", "reason": "on call"})
    last = await admin.post("/users/u-admin/role", {"role": "viewer", "reason": "x"})
    removed = await admin.post("/users/bob/remove", {"reason": "left"})
    gone = await admin.ask("/users/bob")

    assert bob.status == 303
    assert role.json()["role"] == "operator"
    assert (last.status, removed.status, gone.status) == (409, 200, 404)


async def test_the_audit_chain_is_checked(api: Api) -> None:
    await api.post("/flows/post_invoice/pause", {"reason": "x"})
    chain = await api.get("/audit-entries/chain")
    (newest, *_) = (await api.get("/audit-entries?limit=1"))["items"]

    assert (chain["sound"], chain["oddities"]) == (True, [])
    assert chain["lines"] == newest["seq"]
    assert chain["head"] == newest["hash"]
    assert (await api.get(f"/audit-entries/{newest['seq']}")) == newest


async def test_the_account_adds_up_and_opens_the_list_behind_each_number(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    run_id = await a_dead_run(house, invoice)
    await house.deliver("nobody.cares", {})

    whole = await api.get("/account?since=1h")
    none = await api.get("/account?source=topic&since=1h")
    dead = await api.get("/account/events?stands=dead&since=1h")
    wrong = await api.ask("/account/events?stands=finished")
    backwards = await api.ask("/account?since=1h&until=2h")

    assert (whole["accepted"], whole["balanced"], whole["whole"]) == (2, True, True)
    assert (whole["stands"]["dead"], whole["stands"]["unmatched"]) == (1, 1)
    assert none["accepted"] == 0
    (event,) = dead["items"]
    assert (await api.get(f"/runs/{run_id}"))["run"]["event_id"] == event["id"]
    assert (wrong.status, backwards.status) == (422, 422)


async def test_a_schedule_is_held_asked_to_fire_and_goes_on(api: Api, house: StoreHouse) -> None:
    name = "schedule:*/10 * * * * UTC"
    await house.journal.commit(KeepSchedule(name, "*/10 * * * *", "UTC", 9, house.clock.at_us))

    body = {"reason": "r", "name": name}
    paused = await api.post("/schedules/pause", body)
    again = await api.post("/schedules/pause", body)
    gone_on = await api.post("/schedules/resume", body)
    undeclared = await api.post("/schedules/fire", body)
    unknown = await api.post("/schedules/pause", {"reason": "r", "name": "schedule:none"})

    assert (paused.status, again.status, gone_on.status) == (200, 409, 200), paused.body
    assert (paused.json()["paused_by"], gone_on.json()["paused_by"]) == (
        "u-operator (token t-operator)",
        None,
    )
    assert (undeclared.status, unknown.status) == (409, 404)
    assert "it would never fire" in undeclared.json()["detail"]


async def test_one_step_of_a_run_is_forgotten(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    path = f"/runs/{await a_dead_run(house, invoice)}"
    wanted = {"step": "books POST /entries", "key": "#1"}
    plan = await api.post(f"{path}/forget-step/plan", wanted)
    forgotten = await api.post(f"{path}/forget-step", {**wanted, "reason": "a log-in page"})
    late = await api.post(f"{path}/forget-step", {**wanted, "reason": "x"})
    nothing = await api.post(f"{path}/forget-step/plan", wanted)

    assert (plan.status, plan.json()["does"][0]["count"]) == (200, 1)
    assert "tieline dead retry run_" in plan.json()["warnings"][-1]["words"]
    assert (forgotten.status, (await api.get(path))["steps"]) == (200, [])
    assert (late.status, nothing.status) == (409, 404)


async def test_a_product_asks_how_a_thing_stands_and_is_told_nothing_else(
    api: Api, house: StoreHouse, invoice: Callable[..., dict[str, object]]
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.work()

    told = await api.get("/status/invoice/in_1")
    unknown = await api.ask("/status/invoice/in_2")

    assert told == {"status": "done", "words": None}
    assert unknown.status == 404
