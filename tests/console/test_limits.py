"""Limits: who may do what, attacked through the real server."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from playwright.sync_api import Page, Route, expect
from tests.console.conftest import Opened, Watched, enter
from tests.console.house import House
from tests.console.tour import tour

from tieline.model.views.views import ListDead, ListPauses, ShowRun

PASSWORD = "eleven tame otters"
CHANGES = ("retry", "discard", "edit", "cancel", "resolve", "forget-step")
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Stay(HTTPRedirectHandler):
    """Answers are looked at, not followed."""

    def redirect_request(self, *_: object) -> None:
        return None


class Browserless:
    """Somebody who sends what they want."""

    def __init__(self, hub: House) -> None:
        self._hub = hub
        self._cookie = ""

    def log_in(self, name: str, password: str) -> "Browserless":
        status, headers, _ = self.send("/login", {"name": name, "password": password})
        assert status == 303
        jar = SimpleCookie(headers["set-cookie"])
        self._cookie = "; ".join(f"{one.key}={one.value}" for one in jar.values())
        return self

    def send(
        self, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """(status, headers, body) of one request."""
        data = None if form is None else urlencode(form).encode()
        sent = {**(FORM if form is not None else {}), "accept": "text/html", **headers}
        if self._cookie:
            sent["cookie"] = self._cookie
        try:
            answer = build_opener(Stay).open(Request(self._hub.url + path, data, sent), timeout=20)
        except HTTPError as error:
            answer = error
        with answer:
            found = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, found, answer.read().decode()

    def request(self, path: str) -> Request:
        """A request of theirs, to be sent by somebody else."""
        return Request(self._hub.url + path, headers={"cookie": self._cookie})

    def token(self) -> str:
        """The form token of the session."""
        _, _, text = self.send("/story")
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', text)
        assert found
        return found[1]


def invited(hub: House, admin: Browserless, name: str, role: str) -> Browserless:
    """Somebody new, who has come in."""
    form = {"csrf": admin.token(), "reason": "a test", "name": name, "role": role}
    status, _, text = admin.send("/users/invite", form)
    assert status == 200
    link = re.search(r"/welcome/[\w-]+", text)
    assert link
    came, _, _ = Browserless(hub).send(link[0], {"name": name, "password": PASSWORD})
    assert came == 303
    return Browserless(hub).log_in(name, PASSWORD)


@pytest.fixture(scope="module")
def people(hub: House) -> dict[str, Browserless]:
    """One of each role, invited by the administrator."""
    admin = Browserless(hub).log_in(*hub.log_in)
    found = {"admin": admin}
    for role in ("support", "viewer", "operator"):
        found[role] = invited(hub, admin, role, role)
    return found


def test_somebody_who_is_invited_comes_in_with_a_browser(opened: Opened, hub: House) -> None:
    """Its page tells its address to nobody, so the browser says ``Origin: null`` of its form."""
    admin = Browserless(hub).log_in(*hub.log_in)
    form = {"csrf": admin.token(), "reason": "a test", "name": "ines", "role": "viewer"}
    _, _, text = admin.send("/users/invite", form)
    link = re.search(r"/welcome/[\w-]+", text)
    assert link
    page = opened(as_admin=False)
    page.goto(f"{hub.url}{link[0]}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Come in").click()

    expect(page.get_by_role("heading", name="Now")).to_be_visible()


def test_nobody_sees_anything_without_logging_in(hub: House) -> None:
    stranger = Browserless(hub)
    for path in tour(hub).values():
        status, headers, text = stranger.send(path)
        assert status in {303, 404}, path
        assert headers.get("location", "/login").startswith("/login"), path
        assert hub.order not in text


def test_support_searches_and_reads_stories_and_sees_nothing_else(
    hub: House, people: dict[str, Browserless]
) -> None:
    support = people["support"]
    allowed = {"search", "story", "story-whole", "nothing-found", "account", "not-found"}
    for name, path in tour(hub).items():
        status, _, _ = support.send(path)
        wanted = 303 if name == "now" else status if name in allowed else 403
        assert status == wanted, name
        assert (status == 403) == (name not in {*allowed, "now"}), name


def test_a_story_offers_support_nothing_that_it_may_not_do(opened: Opened, hub: House) -> None:
    page = opened(as_admin=False)
    enter(page, hub.url, "support", PASSWORD)
    page.goto(f"{hub.url}/story?q={hub.order}")

    expect(page.get_by_text("All of it is done.")).to_be_visible()
    links = page.locator("main a, nav.side a").evaluate_all("all => all.map(a => a.pathname)")
    assert set(links) <= {"/story", "/"}
    assert page.get_by_role("button", name="Replay").count() == 0


def test_a_viewer_changes_nothing(hub: House, people: dict[str, Browserless]) -> None:
    run_id = hub.ask(ListDead()).rows[0].run_id
    viewer = people["viewer"]
    form = {"csrf": viewer.token(), "reason": "because"}
    for verb in CHANGES:
        assert viewer.send(f"/runs/{run_id}/{verb}", form)[0] == 403
    assert viewer.send("/flows/book_payment/pause", form)[0] == 403
    assert viewer.send("/replays/start?flow=book_payment", form)[0] == 403

    assert hub.ask(ShowRun(run_id)).run.state == "dead"
    assert not hub.ask(ListPauses())
    _, _, text = viewer.send(f"/runs/{run_id}")
    assert f"/runs/{run_id}/retry" not in text


def test_only_an_administrator_says_who_may_do_what(
    hub: House, people: dict[str, Browserless]
) -> None:
    operator = people["operator"]
    form = {"csrf": operator.token(), "reason": "because", "role": "admin", "name": "me"}
    for path in ("/users/invite", "/users/viewer/role", "/users/viewer/remove", "/tokens/new"):
        assert operator.send(path, form)[0] == 403
    assert operator.send("/users")[0] == 403


@pytest.mark.parametrize(
    ("forged", "headers"),
    [
        ({}, {}),
        ({"csrf": "0" * 64}, {}),
        ({"csrf": "real"}, {"origin": "https://evil.example"}),
        ({"csrf": "real"}, {"sec-fetch-site": "cross-site"}),
    ],
)
def test_what_no_page_of_ours_has_sent_changes_nothing(
    hub: House, people: dict[str, Browserless], forged: dict[str, str], headers: dict[str, str]
) -> None:
    operator = people["operator"]
    token = operator.token()
    form = {"reason": "forged", **{k: token if v == "real" else v for k, v in forged.items()}}

    status, _, _ = operator.send("/flows/book_payment/pause", form, **headers)

    assert status == 403
    assert not hub.ask(ListPauses())


def test_a_change_is_never_made_by_a_link(hub: House, people: dict[str, Browserless]) -> None:
    operator = people["operator"]
    query = urlencode({"csrf": operator.token(), "reason": "by a link"})

    status, _, _ = operator.send(f"/flows/book_payment/pause?{query}")

    assert status == 200
    assert not hub.ask(ListPauses())


def test_every_answer_forbids_scripts_and_frames_of_others(hub: House) -> None:
    stranger = Browserless(hub)
    for path in ("/login", "/static/console.js", "/nowhere"):
        _, headers, text = stranger.send(path)
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "<style" not in text or path.startswith("/static")
        assert " style=" not in text or path.startswith("/static")


def test_what_came_from_outside_is_shown_as_it_is_and_never_run(
    opened: Opened, hub: House, watched: Watched
) -> None:
    watched.expected = "404"
    page = opened()
    page.goto(f"{hub.url}/story?" + urlencode({"q": '"><img src=x onerror=alert(1)>\u202e'}))

    assert page.locator("main img").count() == 0
    expect(page.locator("main")).to_contain_text("<img src=x onerror=alert(1)>\\u202e")


def test_a_page_that_renews_itself_leaves_for_the_log_in_when_the_session_is_over(
    page: Page, hub: House, watched: Watched
) -> None:
    watched.expected = "401"
    page.goto(f"{hub.url}/held?since=1d")
    page.context.clear_cookies()
    page.get_by_role("link", name="Decide").first.click()

    page.wait_for_url("**/login?next=/held%3Fsince%3D1d")
    assert page.locator("dialog").count() == 0
    for name, field in zip(hub.log_in, ("Name", "Password"), strict=True):
        page.get_by_label(field).fill(name)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Held runs")).to_be_visible()


def test_now_leaves_for_the_log_in_when_the_session_is_over(
    page: Page, hub: House, watched: Watched
) -> None:
    watched.expected = "401"
    page.goto(f"{hub.url}/")
    page.context.clear_cookies()

    page.wait_for_url("**/login?next=/")


def test_live_leaves_for_the_log_in_when_the_session_is_over(
    page: Page, hub: House, watched: Watched
) -> None:
    watched.expected = "401"
    asked: list[str] = []

    # It stays in place (no `times=1`): taken away while it answers, Chromium asks the hub instead.
    def ends_once(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=200, content_type="text/event-stream", body=": it ends\n\n")
        else:
            route.continue_()

    page.route("**/live/stream*", ends_once)
    page.goto(f"{hub.url}/live")
    page.context.clear_cookies()

    expect(page).to_have_url(re.compile(r"/login\?next=/live$"), timeout=20_000)
    assert len(asked) > 1


@pytest.mark.parametrize("late", ["hx-sse", "console"])
def test_live_connects_however_late_one_of_its_scripts_comes(
    page: Page, hub: House, late: str
) -> None:
    def slowly(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route(f"**/{late}*.js*", slowly)
    page.goto(f"{hub.url}/live")

    expect(page.locator("[data-live-mark]")).to_have_text("live")


def test_live_leaves_for_the_log_in_when_the_session_was_over_before_it_connected(
    page: Page, hub: House, watched: Watched
) -> None:
    watched.expected = "401"

    def too_late(route: Route) -> None:
        page.context.clear_cookies()
        route.fulfill(status=401, content_type="application/problem+json", body="{}")

    page.route("**/live/stream*", too_late)
    page.goto(f"{hub.url}/live")

    expect(page).to_have_url(re.compile(r"/login\?next=/live$"), timeout=20_000)


def test_live_tries_again_when_too_many_watch_and_says_so(
    page: Page, hub: House, watched: Watched
) -> None:
    watched.expected = "503"
    busy = True

    def answer(route: Route) -> None:
        if busy:
            route.fulfill(status=503, content_type="application/problem+json", body="{}")
        else:
            route.continue_()

    page.route("**/live/stream*", answer)
    page.goto(f"{hub.url}/live")

    expect(page.locator("[data-live-mark]")).to_have_text("trying to connect again")
    busy = False
    expect(page.locator("[data-live-mark]")).to_have_text("live")
    expect(page.locator("#live")).not_to_contain_text("{}")


def watches(hub: House, who: Browserless) -> Iterator[bytes]:
    """The lines of Live as they come, for as long as *who* may look."""
    return iter(build_opener(Stay).open(who.request("/live/stream"), timeout=20))


@pytest.mark.parametrize("how", ["log-out", "demotion", "removal"])
def test_a_live_stream_ends_at_once_when_its_watcher_may_look_no_more(
    hub: House, people: dict[str, Browserless], how: str
) -> None:
    name = f"watcher-{how}"
    watcher = invited(hub, people["admin"], name, "viewer")
    lines = watches(hub, watcher)
    assert next(lines).startswith(b": the tail begins")

    admin = people["admin"]
    form = {"csrf": admin.token(), "reason": "a test"}
    if how == "log-out":
        status, _, _ = watcher.send("/logout", {"csrf": watcher.token()})
    elif how == "demotion":
        status, _, _ = admin.send(f"/users/{name}/role", {**form, "role": "support"})
    else:
        status, _, _ = admin.send(f"/users/{name}/remove", form)
    assert status == 303

    quiet = 0  # such a line comes every 15 s
    for line in lines:
        quiet += line.startswith(b": quiet")
        assert quiet < 2, "it goes on"
    assert watcher.send("/live/stream")[0] != 200


def test_a_change_after_the_session_is_over_is_not_made_and_says_so(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/flows/announce_ticket/pause")
    page.get_by_label("Reason").fill("too late")
    page.context.clear_cookies()
    page.get_by_role("button", name="Pause").click()

    expect(page.get_by_role("alert")).to_contain_text("nothing was changed")
    assert not hub.ask(ListPauses())
    for name, field in zip(hub.log_in, ("Name", "Password"), strict=True):
        page.get_by_label(field).fill(name)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Pause flow announce_ticket")).to_be_visible()
