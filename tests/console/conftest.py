"""Fixtures of the console's tests: one demo hub for all of them, one browser for each file.

A browser ends with its file: its driver has a loop in the tests' thread, beside which no other test
could run one.
"""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from tests.console.house import House, chromium, house

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def hub() -> Iterator[House]:
    sys.audit("tests.needs", "a browser")  # tests.light hears it
    with house() as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sys.audit("tests.needs", "a browser")
    path = chromium()
    if path is None:
        words = "no Chromium: install one, or name it in TIELINE_TEST_CHROMIUM"
        if os.environ.get("TIELINE_TEST_REQUIRE_ALL_BACKENDS"):
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@dataclass
class Watched:
    """What a browser met that it should not have met."""

    home: str
    faults: list[str] = field(default_factory=list)
    expected: str = ""
    """A status that a test asks for; browsers, and the library on the page, tell it as an error."""

    def watch(self, page: Page) -> Page:
        """Note every error of *page*, and every request that goes elsewhere."""
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._asked)
        return page

    def _note(self, kind: str, text: str) -> None:
        words = (f"with a status of {self.expected}", f"with status {self.expected}")
        is_expected = self.expected and any(word in text for word in words)
        if kind in {"error", "warning"} and not is_expected:
            self.faults.append(f"{kind}: {text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:")):
            self.faults.append(f"a request elsewhere: {request.url}")


Opened = Callable[..., Page]


@pytest.fixture
def watched(hub: House) -> Iterator[Watched]:
    """Every page of a test; at its end, nothing may have been wrong on any of them."""
    found = Watched(hub.url)
    yield found
    assert found.faults == []


@pytest.fixture
def opened(browser: Browser, hub: House, watched: Watched) -> Iterator[Opened]:
    """Opens pages, each in a browser of its own."""
    contexts: list[BrowserContext] = []

    def open_page(
        *, theme: str = "light", width: int = 1280, as_admin: bool = True, scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id="Europe/Berlin",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = watched.watch(context.new_page())
        if as_admin:
            enter(page, hub.url, *hub.log_in)
        return page

    yield open_page
    for context in contexts:
        context.close()


def enter(page: Page, url: str, name: str, password: str) -> None:
    """Log in."""
    page.goto(f"{url}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda there: "/login" not in there)


@pytest.fixture
def page(opened: Opened) -> Page:
    """The console, as an administrator sees it."""
    return opened()
