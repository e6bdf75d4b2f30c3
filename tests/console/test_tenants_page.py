"""Tenants in the console: one is added, limited, paused and resumed, in a real browser."""

from playwright.sync_api import Page, expect
from tests.console.house import House

from tieline.features.tenants.model import ShowTenant

WHY = "a test of the console"


def say_why(page: Page, button: str, **fields: str) -> None:
    """Fill in the open question, and go on."""
    dialog = page.locator("dialog[open]")
    for label, text in fields.items():
        dialog.get_by_label(label, exact=True).fill(text)
    dialog.get_by_label("Reason").fill(WHY)
    dialog.get_by_role("button", name=button, exact=True).click()


def test_a_tenant_is_added_limited_paused_and_resumed(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/tenants")
    page.get_by_role("link", name="Add a tenant").click()
    say_why(page, "Add", Name="shop-a", Note="the shop")
    expect(page.get_by_role("status")).to_contain_text("The tenant is added")

    page.get_by_role("link", name="Limit").click()
    say_why(page, "Change", Rate="100/s")
    expect(page.get_by_text("rate 100/s")).to_be_visible()

    page.get_by_role("link", name="Pause").click()
    expect(page.locator("dialog[open]")).to_contain_text("Its deliveries are still taken")
    say_why(page, "Pause")
    expect(page.get_by_text("Paused by")).to_be_visible()

    page.goto(f"{hub.url}/tenants")
    expect(page.locator('tr[data-row="shop-a"]')).to_contain_text("paused")
    page.get_by_role("link", name="shop-a").click()
    page.get_by_role("link", name="Resume").click()
    say_why(page, "Resume")
    expect(page.get_by_role("status")).to_contain_text("goes on")

    row = hub.ask(ShowTenant("shop-a")).tenant
    assert (row.note, row.rate_count, row.paused_us) == ("the shop", 100, None)
