"""Deciding: what somebody on call does, done in a real browser on a hub at work."""

import re

from playwright.sync_api import Page, expect
from tests.console.conftest import Watched
from tests.console.house import HOLD, HOLD_WORDS, House

from tieline.model.base.ids import RunId
from tieline.model.views.views import ListAudit, ListDead, ListPauses, ListRuns, ShowRun

WHY = "a test of the console"


def say_why(page: Page, button: str) -> None:
    """Fill in the reason of the open question, and go on."""
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Reason").fill(WHY)
    dialog.get_by_role("button", name=button, exact=True).click()


def audited(hub: House, action: str, subject: str) -> bool:
    """Whether the audit log has it, with the reason and the person."""
    rows = hub.ask(ListAudit(subject)).rows
    name, _ = hub.log_in
    return any((r.action, r.reason, r.actor) == (action, WHY, name) for r in rows)


def test_a_record_is_found_by_its_order_number_and_its_story_is_read(
    page: Page, hub: House
) -> None:
    page.keyboard.press("/")
    page.keyboard.type(hub.order)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=re.compile("Story of"))).to_be_visible()
    expect(page.get_by_text("All of it is done.")).to_be_visible()
    story = page.locator("ol.story")
    expect(story).to_contain_text("billing sent payment_intent.succeeded")
    expect(story).to_contain_text("books accepted POST /invoices")
    expect(story).to_contain_text("Announce receipt is done")
    expect(story).not_to_contain_text("bytes")
    assert hub.order in page.url

    page.get_by_role("link", name="Show every step").click()
    expect(story).to_contain_text("billing delivered")
    expect(story).to_contain_text("books POST /invoices was answered with 201")
    expect(story).to_contain_text("announce_receipt is done")


def test_a_dead_letter_is_retried_from_its_page(page: Page, hub: House) -> None:
    run_id = hub.ask(ListDead()).rows[0].run_id
    page.goto(f"{hub.url}/dead")

    page.locator(f'a[href="/runs/{run_id}"]').click()
    expect(page.get_by_text("waits for a decision")).to_be_visible()
    page.get_by_role("link", name="Retry", exact=True).click()
    expect(page.locator("dialog[open]")).to_contain_text("runs again as soon as there is room")
    say_why(page, "Retry")

    expect(page.get_by_role("status")).to_contain_text("queued to run again")
    expect(page.locator("h1 .badge")).to_have_text("done")
    hub.until(ShowRun(run_id), lambda d: d.run.state == "done", "the retried run is done")
    assert audited(hub, "retry", run_id)


def test_one_step_of_a_run_is_forgotten_from_its_page(page: Page, hub: House) -> None:
    done = next(run for run in hub.runs(state="done") if len(hub.ask(ShowRun(run.id)).steps) > 1)
    step, *kept = hub.ask(ShowRun(done.id)).steps
    page.goto(f"{hub.url}/runs/{done.id}")

    page.get_by_role("link", name="Forget a step").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("again")
    dialog.get_by_role("radio").first.check()
    say_why(page, "Forget it")

    expect(page.get_by_role("status")).to_contain_text("It is forgotten")
    assert hub.ask(ShowRun(done.id)).steps == tuple(kept)
    [line] = hub.ask(ListAudit(done.id)).rows
    assert (line.action, line.reason) == ("forget-step", f"{step.name} ({step.key}): {WHY}")


def test_a_decision_shows_what_was_sent_and_whom_it_is_about(page: Page, hub: House) -> None:
    run_id = hub.runs(state="held")[0].id
    names = {m.key for m in hub.ask(ShowRun(run_id)).mentions}
    page.goto(f"{hub.url}/held")
    row = page.locator("tr", has=page.locator(f'a[href="/runs/{run_id}"]'))
    shown = row.locator("td.names a.chip").all_inner_texts()
    assert shown
    assert set(shown) <= names
    row.get_by_role("link", name="Decide").click()

    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_label("What was sent")).to_contain_text("POST ")
    expect(dialog.get_by_label("What was sent")).to_contain_text("#support")
    for name in names:
        expect(dialog.locator("dd").filter(has_text=name)).to_be_visible()


def test_a_held_run_is_resolved_by_saying_what_happened(page: Page, hub: House) -> None:
    run_id = hub.runs(state="held")[0].id
    page.goto(f"{hub.url}/held")

    row = page.locator("tr", has=page.locator(f'a[href="/runs/{run_id}"]'))
    row.get_by_role("link", name="Decide").click()
    page.locator("dialog[open]").get_by_role("radio", name="It happened").check()
    say_why(page, "Decide")

    expect(page.get_by_role("status")).to_contain_text("Your decision is recorded")
    hub.until(ShowRun(run_id), lambda d: d.run.state == "done", "the resolved run is done")
    assert audited(hub, "resolve-done", run_id)


def test_a_hold_is_let_through_from_the_inbox(page: Page, hub: House) -> None:
    """What waits longest stands first, with its own question and its own answers."""
    page.goto(f"{hub.url}/")
    page.get_by_role("link", name="Inbox", exact=False).first.click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    row = page.locator("tr[data-row]").first
    expect(row).to_contain_text(f"May capture_lead go on? {HOLD_WORDS}")
    row.get_by_role("link", name="Decide").click()

    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("Let it pass?")
    expect(dialog).to_contain_text(HOLD_WORDS)
    expect(dialog.get_by_role("radio", name="It happened")).to_have_count(0)
    dialog.get_by_role("radio", name="Let it pass").check()
    say_why(page, "Decide")

    expect(page.get_by_role("status")).to_contain_text("Your decision is recorded")
    hub.until(ShowRun(HOLD), lambda d: d.run.state == "done", "what was let through is done")
    assert audited(hub, "resolve-continue", HOLD)
    page.goto(f"{hub.url}/inbox?kind=hold")
    expect(page.get_by_text("Nothing like this waits")).to_be_visible()


def test_the_inbox_shows_each_kind_and_what_is_alike_as_one_line(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/inbox")
    page.locator("a.tile", has_text="dead letters").click()
    assert page.url.endswith("/inbox?kind=dead-letter")
    rows = page.locator("tr[data-row]")
    alike = rows.filter(has_text="runs of book_payment again").first
    counted = int(alike.locator('td[data-name="Alike"]').inner_text())
    assert counted > 1
    alike.get_by_role("link", name="Decide").click()
    expect(page.locator("tr[data-row]")).to_have_count(counted)


def test_a_reason_has_to_be_given_before_anything_changes(
    page: Page, hub: House, watched: Watched
) -> None:
    watched.expected = "422"
    page.goto(f"{hub.url}/flows/announce_ticket/pause")

    page.get_by_label("Reason").fill("   ")
    page.get_by_role("button", name="Pause").click()

    expect(page.get_by_role("alert")).to_contain_text("Say why")
    assert not hub.ask(ListPauses())


def test_a_flow_is_paused_and_goes_on(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/flows")
    page.get_by_role("link", name="capture_lead").first.click()
    page.get_by_role("link", name="Pause").click()
    expect(page.locator("dialog[open]")).to_contain_text("Deliveries are still taken")
    say_why(page, "Pause")

    expect(page.get_by_text("Paused by")).to_be_visible()
    assert [(row.kind, row.name) for row in hub.ask(ListPauses())] == [("flow", "capture_lead")]
    page.goto(f"{hub.url}/")
    expect(page.locator("#now")).to_contain_text("1 thing paused")

    page.goto(f"{hub.url}/flows/capture_lead")
    page.get_by_role("link", name="Resume").click()
    expect(page.locator("dialog[open]")).to_contain_text(WHY)
    say_why(page, "Resume")
    expect(page.get_by_role("status")).to_have_text("It is resumed, and goes on.")
    assert not hub.ask(ListPauses())
    assert audited(hub, "resume", "flow:capture_lead")


def test_a_replay_is_planned_started_and_watched(page: Page, hub: House) -> None:
    before = len(hub.runs(flow="note_code"))
    page.goto(f"{hub.url}/replays")
    page.get_by_role("link", name="Plan a replay").click()
    page.get_by_label("Into flow").select_option("note_code")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_text("effects done before, not repeated")).to_be_visible()
    assert len(hub.runs(flow="note_code")) == before, "a plan changes nothing"

    page.get_by_role("link", name="Start it").click()
    page.locator("dialog[open]").get_by_label("Events a second").fill("50")
    say_why(page, "Start the replay")

    expect(page.get_by_role("status")).to_contain_text("The replay has begun")
    expect(page.locator("h1 .badge")).to_have_text("done")
    assert len(hub.runs(flow="note_code")) > before


def test_dead_letters_are_picked_and_closed_together_and_only_as_they_were_shown(
    page: Page, hub: House
) -> None:
    waiting = len(hub.ask(ListDead()).rows)
    late = page.context.new_page()
    for one in (late, page):
        one.goto(f"{hub.url}/dead")
        one.locator("input[data-pick]").first.check()
        expect(one.get_by_text("1 selected")).to_be_visible()
        one.locator(".bulk").get_by_role("button", name="Discard").click()
        expect(one.get_by_text("1: discard of a dead run of")).to_be_visible()
        one.get_by_label("Reason").fill(WHY)
    page.get_by_role("button", name="Discard them").click()
    expect(page.get_by_role("status")).to_contain_text("Your decision is recorded")
    assert len(hub.ask(ListDead()).rows) == waiting - 1

    late.get_by_role("button", name="Discard them").click()

    expect(late.get_by_role("alert")).to_contain_text("it has changed: would do: 0, not 1")
    expect(late.get_by_text("Left out: 1: it is already decided: discarded.")).to_be_visible()
    expect(late.get_by_role("button", name="Discard them")).to_have_count(0)
    late.close()


def test_a_payload_is_edited_and_runs_in_place_of_the_dead_run(page: Page, hub: House) -> None:
    run_id = hub.ask(ListDead()).rows[0].run_id
    page.goto(f"{hub.url}/runs/{run_id}")
    page.get_by_role("link", name="Edit and retry").click()
    payload = page.locator("dialog[open]").get_by_label("Payload")
    assert '"currency": "eur"' in payload.input_value()
    payload.fill(payload.input_value().replace('"eur"', '"usd"'))
    say_why(page, "Run the edited copy")

    expect(page.get_by_role("status")).to_contain_text("recorded as a new event")
    fresh = RunId(page.url.partition("?")[0].rpartition("/")[2])
    assert fresh != run_id
    hub.until(ShowRun(fresh), lambda d: d.run.state == "done", "the edited run is done")
    page.get_by_role("link", name="payment_intent.succeeded").click()
    expect(page.locator("pre")).to_contain_text('"currency": "usd"')


def test_an_issue_is_acknowledged(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/issues?flow=announce_ticket")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="Acknowledge").click()
    say_why(page, "Acknowledge")
    expect(page.get_by_role("status")).to_contain_text("is acknowledged")

    expect(page.locator("h1 .badge")).to_have_text("acknowledged")
    expect(page.get_by_text(WHY).first).to_be_visible()


def test_what_happens_now_arrives_by_itself(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/live")
    expect(page.locator("[data-live-mark]")).to_have_text("live")
    known = {run.id for run in hub.runs(flow="announce_receipt")}
    hub.send_payment(hub.stage.first_number + 950)

    booked = hub.until(
        ListRuns("announce_receipt"),
        lambda page: page.rows[0].id not in known,
        "the payment's receipt is announced",
    )
    line = page.locator("#live li", has=page.locator(f'a[href="/runs/{booked.rows[0].id}"]'))
    expect(line.filter(has_text="done").first).to_be_visible()


def test_the_live_list_can_be_paused(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/live")
    expect(page.locator("[data-live-mark]")).to_have_text("live")
    page.get_by_role("button", name="Pause").click()
    shown = page.locator("#live li").count()
    hub.send_payment(hub.stage.first_number + 951)

    expect(page.locator("[data-live-mark]")).to_contain_text("came meanwhile")
    assert page.locator("#live li").count() == shown


def test_rows_are_walked_and_opened_by_keys(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/events")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("tr[data-row]").nth(1)
    expect(second).to_have_class("is-cursor")
    page.keyboard.press("k")
    expect(page.locator("tr[data-row]").first).to_have_class("is-cursor")

    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Body")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="Held runs")).to_be_visible()


def test_the_cursor_stays_on_its_row_when_the_page_renews_itself(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = page.locator("[data-row].is-cursor")
    before = row.get_attribute("data-row")
    with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
        pass
    page.wait_for_timeout(300)

    expect(row).to_have_count(1)
    assert row.get_attribute("data-row") == before


def test_a_key_opens_the_page_of_a_row_not_its_question(page: Page, hub: House) -> None:
    page.goto(f"{hub.url}/users")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_url("**/audit?actor=*")
    assert page.locator("dialog[open]").count() == 0


def test_an_id_is_found_by_the_end_that_pages_show(page: Page, hub: House) -> None:
    run_id = hub.runs(flow="capture_lead")[0].id
    for typed in (run_id[-6:], f"run…{run_id[-6:]}"):
        page.goto(f"{hub.url}/story")
        page.locator("#search").fill(typed)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=re.compile("Story of"))).to_contain_text(run_id)


def test_a_page_that_is_not_there_keeps_the_menu(page: Page, hub: House, watched: Watched) -> None:
    watched.expected = "404"
    page.goto(f"{hub.url}/runs/run_none")

    expect(page.get_by_text("404")).to_be_visible()
    expect(page.locator("#search")).to_be_visible()
    expect(page.locator("nav.side").first).to_contain_text("Dead letters")
