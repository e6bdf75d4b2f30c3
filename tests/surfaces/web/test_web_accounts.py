"""Accounts: who gets in, for how long, and what attacks on sessions come to."""

import asyncio

import pytest
from argon2 import PasswordHasher
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from tests.conftest import StoreHouse
from tests.surfaces.web.site import PASSWORD, Site, open_site

from tieline.features.access import model as m
from tieline.features.access.bootstrap import first_invitation
from tieline.features.access.login import local
from tieline.features.access.model import ListSessions, ListTokens, ListUsers
from tieline.features.access.rules.credentials import IDLE_US, SESSION_US
from tieline.features.access.rules.login_limit import ADDRESS, PAIR
from tieline.features.access.session_cookie import COOKIE, SECURE_COOKIE
from tieline.model.views.views import ListAudit
from tieline.rules.people.access import Permission
from tieline.surfaces.web.authorize import needs
from tieline.surfaces.web.parts import WebPolicy
from tieline.surfaces.web.viewer import viewer_of


@needs(Permission.READ)
async def whoami(request: Request) -> Response:
    return PlainTextResponse(viewer_of(request).name)


@needs(Permission.OPERATE)
async def act(request: Request) -> Response:
    async with request.form() as form:
        return PlainTextResponse(f"{form.get('what')} by {viewer_of(request).name}")


WHO = Route("/who", whoami)
ACT = Route("/act", act, methods=["POST"])


async def who(site: Site, key: str) -> int:
    return (await site.client.get("/who", cookie=f"{COOKIE}={key}")).status


async def test_a_user_logs_in_and_is_known_until_they_log_out(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        ann = await site.session("ann")
        inside = await ann.get("/who")
        cookie = (await site.log_in("ann")).headers["set-cookie"].lower()
        out = await ann.post("/logout", {})
        after = await ann.get("/who")

    assert (inside.status, inside.body) == (200, b"ann")
    assert (out.status, out.headers["location"]) == (303, "/login")
    assert after.status == 401
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


async def test_behind_tls_the_cookie_is_for_this_host_over_tls_alone(house: StoreHouse) -> None:
    async with open_site(house, WHO, policy=WebPolicy(is_secure=True)) as site:
        await site.add_user("ann")
        answer = await site.log_in("ann")
        forged = await site.client.get("/who", cookie=f"{COOKIE}={answer.cookies[SECURE_COOKIE]}")

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-tieline_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert forged.status == 401


async def test_only_hashes_are_stored(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        ann = await site.session("ann")
        token = await site.token("ci", "read")
    await house.journal.close()
    stored = b"".join(path.read_bytes() for path in house.path.parent.glob("tieline.db*"))

    assert b"$argon2id$" in stored
    for secret in (PASSWORD, ann.key, token["authorization"].split()[1]):
        assert secret.encode() not in stored


async def test_sessions_end_of_idleness_and_of_age(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        idle, busy = await site.session("ann"), await site.session("ann")
        for _ in range(3):
            house.clock.at_us += IDLE_US - 1
            assert await who(site, busy.key) == 200
        assert await who(site, idle.key) == 401
        steps = SESSION_US // (IDLE_US - 1)
        for _ in range(steps - 3):
            house.clock.at_us += IDLE_US - 1
            assert await who(site, busy.key) == 200
        house.clock.at_us += IDLE_US - 1
        assert await who(site, busy.key) == 401


async def test_a_session_is_never_taken_over_from_before_the_log_in(house: StoreHouse) -> None:
    """Session fixation: an attacker plants a cookie of their own, or of an own session."""
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        await site.add_user("eve")
        eve = await site.session("eve")
        planted = await site.log_in("ann", cookie=f"{COOKIE}={eve.key}")
        invented = await site.log_in("ann", cookie=f"{COOKIE}=invented-by-eve")
        keys = {planted.cookies[COOKIE], invented.cookies[COOKIE]}

        assert not keys & {eve.key, "invented-by-eve"}
        assert await who(site, eve.key) == 401  # replaced by the log-in
        assert await who(site, "invented-by-eve") == 401
        assert [await who(site, key) for key in keys] == [200, 200]


async def test_logged_out_everywhere_is_everywhere(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        phone, desk = await site.session("ann"), await site.session("ann")
        await phone.post("/logout", {"everywhere": "yes"})

        assert [await who(site, phone.key), await who(site, desk.key)] == [401, 401]
        assert await site.parts.views.read(ListSessions("ann")) == ()


async def test_a_new_password_ends_the_other_sessions(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        phone, desk = await site.session("ann"), await site.session("ann")
        wrong = await desk.post("/account", {"old": "not it at all", "new": "a new long secret"})
        weak = await desk.post("/account", {"old": PASSWORD, "new": "ann"})
        done = await desk.post("/account", {"old": PASSWORD, "new": "a new long secret"})

        assert (wrong.status, weak.status, done.status) == (422, 422, 200)
        assert [await who(site, phone.key), await who(site, desk.key)] == [401, 200]
        assert (await site.log_in("ann")).status == 401
        assert (await site.log_in("ann", "a new long secret")).status == 303


async def test_a_role_that_is_taken_away_counts_at_once(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("boss", "admin")
        await site.add_user("ann", "operator")
        ann = await site.session("ann")
        await house.journal.commit(m.SetRole("ann", "support", site.by()))
        demoted = await ann.get("/who")
        await house.journal.commit(m.RemoveUser("ann", site.by()))
        removed = await ann.get("/who")

    assert (demoted.status, removed.status) == (403, 401)


# --- csrf -----------------------------------------------------------------------------------------

FOREIGN: list[dict[str, str]] = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "null", "sec-fetch-site": "cross-site"},
    {"origin": "null", "sec-fetch-site": "none"},
    {"origin": "http://127.0.0.1.evil.example"},
    {"origin": "http://127.0.0.1:1"},
    {"origin": "file://127.0.0.1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_another_site_cannot_act_with_somebodys_session(
    house: StoreHouse, headers: dict[str, str]
) -> None:
    async with open_site(house, ACT) as site:
        await site.add_user("ann", "operator")
        ann = await site.session("ann")
        attacked = await ann.post("/act", {"what": "x"}, **headers)
        log_in = await site.log_in("ann", **headers)

    assert (attacked.status, attacked.json()["code"]) == (403, "cross-site")
    assert log_in.status == 403  # nor can it log a browser in as somebody else


async def test_without_the_forms_token_nothing_is_done(house: StoreHouse) -> None:
    async with open_site(house, ACT) as site:
        await site.add_user("ann", "operator")
        ann, other = await site.session("ann"), await site.session("ann")
        missing = await site.post("/act", {"what": "x"}, **ann.cookie)
        wrong = await ann.post("/act", {"what": "x", "csrf": other.csrf})
        as_text = await site.client.post(
            "/act", b"csrf=" + ann.csrf.encode(), **{**ann.cookie, "content-type": "text/plain"}
        )
        origin = f"http://127.0.0.1:{site.client.port}"
        right = await ann.post("/act", {"what": "x"}, origin=origin)
        header = await site.post("/act", {"what": "y"}, **ann.cookie, **{"x-csrf-token": ann.csrf})

    assert [one.status for one in (missing, wrong, as_text)] == [403] * 3
    assert (right.status, right.body) == (200, b"x by ann")
    assert (header.status, header.body) == (200, b"y by ann")


# --- guessing -------------------------------------------------------------------------------------


async def test_guessing_at_one_name_is_slowed_and_the_right_password_waits_too(
    house: StoreHouse,
) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        tries = [(await site.log_in("ann", f"wrong guess {n}")).status for n in range(PAIR + 1)]
        right = await site.log_in("ann")
        house.clock.advance(minutes=15)
        later = await site.log_in("ann")

    assert tries == [401] * PAIR + [429]
    assert right.status == 429
    assert int(right.headers["retry-after"]) > 0
    assert later.status == 303


async def test_many_tries_at_once_do_not_slip_through(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann", stored=PasswordHasher().hash(PASSWORD))  # as slow as a real one
        tries = await asyncio.gather(*(site.log_in("ann", f"guess {n}") for n in range(PAIR + 5)))

    assert sum(one.status == 401 for one in tries) == PAIR


def test_guessing_names_from_one_address_is_slowed() -> None:
    from tieline.features.access.rules.login_limit import LoginLimit

    limit = LoginLimit()
    tries = [limit.take(f"name{n}", "192.0.2.1", 0) for n in range(ADDRESS + 1)]

    assert tries[:ADDRESS] == [None] * ADDRESS
    assert tries[ADDRESS]
    assert limit.take("name0", "192.0.2.2", 0) is None


async def test_an_unknown_name_is_told_the_same_and_checked_the_same(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        await house.journal.commit(m.AddUser("invited", "admin", None, site.by()))
        known = await site.log_in("ann", "wrong password")
        unknown = await site.log_in("nobody", "wrong password")
        waiting = await site.log_in("invited", "wrong password")

    def words(body: bytes, name: str) -> bytes:
        return body.replace(name.encode(), b"-")

    assert {known.status, unknown.status, waiting.status} == {401}
    assert words(known.body, "ann") == words(unknown.body, "nobody")
    assert words(known.body, "ann") == words(waiting.body, "invited")


# --- tokens ---------------------------------------------------------------------------------------


async def test_a_token_may_what_its_scopes_and_its_owner_may(house: StoreHouse) -> None:
    async with open_site(house, WHO, ACT) as site:
        await site.add_user("bob", "viewer")
        everything = await site.token("all", "read", "operate", "admin", owner="bob")
        metrics = await site.token("prometheus", "metrics")
        operate = await site.token("ci", "operate")
        seen = await site.client.get("/who", **everything)
        acted = await site.post("/act", {"what": "x"}, **everything)
        no_read = await site.client.get("/who", **metrics)
        installed = await site.post("/act", {"what": "x"}, **operate)
        noted = {row.name: row.used_us for row in await site.parts.views.read(ListTokens())}

    assert (seen.status, seen.body) == (200, b"bob (token all)")
    assert (acted.status, no_read.status) == (403, 403)
    assert (installed.status, installed.body) == (200, b"x by token ci")
    assert None not in noted.values()


async def test_expired_revoked_and_invented_tokens_are_nobodys(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann", "admin")
        ann = await site.session("ann")
        expired = await site.token("old", "read", expires_us=house.clock.at_us)
        revoked = await site.token("gone", "read")
        await house.journal.commit(m.RevokeToken("gone", site.by()))
        headers = [
            expired,
            revoked,
            {"authorization": "Bearer tl_invented"},
            {"authorization": "Basic YW5uOng="},
            {"authorization": "Bearer"},
            {"authorization": ""},
        ]
        answers = [await site.client.get("/who", **one) for one in headers]
        beside = await ann.get("/who", authorization="Bearer tl_invented")

    assert {one.status for one in answers} == {401}
    assert {one.headers["www-authenticate"] for one in answers} == {"Bearer"}
    assert beside.status == 401  # a bad token is not made good by a cookie


# --- invitations ----------------------------------------------------------------------------------


async def test_the_first_link_makes_one_administrator_and_is_lost_claims(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        first, second = [await first_invitation(site.parts) for _ in range(2)]
        assert first is not None
        assert second is not None
        form = await site.client.get(f"/welcome/{first}")
        weak = await site.post(f"/welcome/{first}", {"name": "Ann", "password": "short"})
        done = await site.post(f"/welcome/{first}", {"name": "Ann", "password": PASSWORD})
        again = await site.post(f"/welcome/{first}", {"name": "eve", "password": PASSWORD})
        other = await site.post(f"/welcome/{second}", {"name": "eve", "password": PASSWORD})
        inside = await who(site, done.cookies[COOKIE])
        users = await site.parts.views.read(ListUsers())
        none = await first_invitation(site.parts)

    assert (form.status, form.headers["referrer-policy"]) == (200, "no-referrer")
    assert (weak.status, done.status, again.status, other.status) == (422, 303, 404, 422)
    assert inside == 200
    assert [(row.name, row.role) for row in users] == [("ann", "admin")]
    assert none is None


async def test_the_first_link_has_a_day(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        key = await first_invitation(site.parts)
        house.clock.advance(days=1)
        form = await site.client.get(f"/welcome/{key}")
        late = await site.post(f"/welcome/{key}", {"name": "ann", "password": PASSWORD})

    assert (form.status, late.status) == (404, 404)


@pytest.mark.parametrize(
    "goal",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\/evil.example",
        "",
        "evil",
        "/a\r\nb",
    ],
)
def test_a_log_in_leads_to_a_page_of_ours(goal: str) -> None:
    assert local(goal) == "/"
    assert local("/runs?state=dead") == "/runs?state=dead"


async def test_who_came_and_went_is_in_the_audit_log_by_name(house: StoreHouse) -> None:
    async with open_site(house, WHO) as site:
        await site.add_user("ann")
        ann = await site.session("ann")
        await ann.post("/logout", {})
        page = await site.parts.views.read(ListAudit())

    lines = [(row.actor, row.action, row.subject) for row in page.rows[:2]]
    assert lines == [("ann", "log-out", "user:ann"), ("ann", "log-in", "user:ann")]
