"""Every page: legible to all, in both themes and widths, with no secret and no error on it."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.console.conftest import Opened, Watched
from tests.console.house import House
from tests.console.tour import tour

(AXE,) = Path(__file__).parent.glob("axe-core-*.min.js")
GRAVE = {"serious", "critical"}


@pytest.fixture(autouse=True)
def _pages_that_do_not_exist_are_expected(watched: Watched) -> None:
    watched.expected = "404"


def grave(page: Page) -> list[str]:
    """What the accessibility checker finds serious or critical on the page."""
    # The checker is put in by the driver, past the page's own rules for scripts.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]


LOOKS = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
HIDDEN = """
[...document.querySelectorAll("main *, header.top *")]
  .filter((one) => {
    if (!one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
    if (one.closest(".out-of-sight, svg, thead, input, select")) return false;
    const flows = getComputedStyle(one);
    return one.clientWidth > 1 && flows.overflowX !== "visible" && flows.textOverflow !== "ellipsis"
      && one.scrollWidth > one.clientWidth + 1;
  })
  .map((one) => `${one.tagName}.${one.className} hides ${one.scrollWidth - one.clientWidth} px`)
"""
"""What has more to its right than it shows; ellipses say so themselves, fields scroll."""
NAMES = """
[...document.querySelectorAll("table.folds")].flatMap((table) => {
  const heads = [...table.tHead.rows[0].cells].map((one) => one.textContent.trim());
  return [...table.tBodies[0].rows].flatMap((row) => [...row.cells].map((cell, at) =>
    cell.dataset.name === undefined || cell.dataset.name === heads[at]
      ? "" : `${cell.dataset.name} stands under ${heads[at]}`));
}).filter(Boolean)
"""
"""Cells that are called otherwise in a folded table than in a whole one."""


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_no_page_shuts_anybody_out(opened: Opened, hub: House, theme: str, width: int) -> None:
    page = opened(theme=theme, width=width)
    found: dict[str, list[str]] = {}
    for name, path in tour(hub).items():
        page.goto(hub.url + path)
        wrong = grave(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("it is wider than the screen")
        wrong += page.evaluate(HIDDEN) + sorted(set(page.evaluate(NAMES)))
        if name == "now":
            assert page.get_by_text("silent", exact=True).count(), "a look at Now without its links"
        if wrong:
            found[name] = wrong

    assert not found, json.dumps(found, indent=2)


def test_no_page_shows_a_secret(opened: Opened, hub: House) -> None:
    page = opened()
    texts = {name: _text(page, hub.url + path) for name, path in tour(hub).items()}

    assert "[redacted]" in texts["event"] or "pi_" in texts["event"]
    shown = [name for name, text in texts.items() if any(s in text for s in hub.secrets)]
    assert shown == []


def _text(page: Page, url: str) -> str:
    page.goto(url)
    return page.content()


def test_the_log_in_page_shuts_nobody_out(opened: Opened, hub: House, watched: Watched) -> None:
    page = opened(as_admin=False)
    page.goto(f"{hub.url}/dead")

    assert page.url.endswith("/login?next=/dead")
    assert grave(page) == []


def test_times_are_in_the_zone_of_who_looks_and_in_utc_on_hover(opened: Opened, hub: House) -> None:
    page = opened()
    page.goto(f"{hub.url}/events")
    moment = page.locator("time").first

    exact = moment.get_attribute("datetime") or ""
    assert f"{exact[11:16]}" in (moment.get_attribute("title") or "")
    assert "UTC" in (moment.get_attribute("title") or "")
    shown = page.evaluate(
        "t => new Date(t).toLocaleTimeString('en-GB', {timeZone: 'Europe/Berlin'})", exact
    )
    assert moment.inner_text() == shown


def test_the_theme_is_switched_and_kept(opened: Opened, hub: House) -> None:
    page = opened()
    page.goto(hub.url)
    before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    for _ in range(2):
        page.get_by_role("button", name="Theme").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"

    page.goto(f"{hub.url}/flows")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    after = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert before != after


def test_without_a_script_nothing_pretends_to_work(opened: Opened, hub: House) -> None:
    page = opened(scripts=False)
    page.goto(f"{hub.url}/live")
    expect(page.get_by_text("connecting")).to_be_hidden()
    expect(page.get_by_text("Without a script")).to_be_visible()
    for button in ("Pause", "Theme", "Keyboard shortcuts"):
        assert page.get_by_role("button", name=button).count() == 0, button

    page.goto(f"{hub.url}/held")
    page.locator("input[data-pick]").first.check()
    page.get_by_role("button", name="It did not happen").click()
    expect(page.get_by_role("heading", name="Say of 1 run")).to_be_visible()


def test_numbers_open_the_list_that_they_count(opened: Opened, hub: House) -> None:
    page = opened()
    page.goto(f"{hub.url}/")
    link = page.locator("nav.side").first.get_by_role("link", name="Rejected at the door")
    counted = int((link.locator(".count").inner_text()).split()[0])
    link.click()
    assert page.url.endswith("/refused?since=1d")
    expect(page.locator("tr[data-row]")).to_have_count(counted)

    page.goto(f"{hub.url}/runs?flow=book_payment&state=unfinished")
    expect(page.get_by_text("No run is like this")).to_be_visible()
    page.goto(f"{hub.url}/attempts?connection=crm&since=1h&order=slowest")
    took = page.locator('td[data-name="Took"]').all_inner_texts()
    assert [int(one.split()[0]) for one in took] == sorted(
        (int(one.split()[0]) for one in took), reverse=True
    )
