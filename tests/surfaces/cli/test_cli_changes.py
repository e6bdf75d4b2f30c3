"""What people change from the command line is done, recorded with who and why, and seen at once."""

import io
import json
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tieline.surfaces.cli.session import actor

WHY = ("--reason", "a test")


def told(shop: Any, *words: str) -> list[dict[str, Any]]:
    """What a command answers as JSON."""
    said = shop.tieline("--json", *words)
    assert said.code == 0, said.err
    return [json.loads(line) for line in said.lines]


def last_audit(shop: Any) -> tuple[str, str, str, str]:
    [line] = told(shop, "audit", "list", "-n", "1")
    return line["actor"], line["action"], line["subject"], line["reason"]


def test_pausing_is_seen_in_the_list_and_in_the_audit_log(shop: Any) -> None:
    first = shop.tieline("flows", "pause", "announce", *WHY)
    again = shop.tieline("flows", "pause", "announce", "--reason", "another")

    [line] = [one for one in told(shop, "flows", "list") if one["name"] == "announce"]
    assert first.out == "flow announce is paused\n"
    assert (
        again.out
        == "flow announce was paused already, and is for the first reason and time given\n"
    )
    assert line["paused"]["actor"] == actor()
    assert line["paused"]["reason"] == "a test"
    assert last_audit(shop) == (actor(), "pause", "flow:announce", "another")


@pytest.mark.parametrize(
    ("noun", "name", "shown"), [("flows", "announce", "paused"), ("connections", "billing", "note")]
)
def test_a_pause_can_have_an_end(shop: Any, noun: str, name: str, shown: str) -> None:
    said = shop.tieline(noun, "pause", name, "--for", "1h", *WHY)
    paused = json.loads(shop.tieline("--json", noun, "show", name).out)["paused"]
    words = next(x for x in shop.tieline(noun, "show", name).lines if x.startswith(shown))

    since, until = (datetime.fromisoformat(paused[f"{at}_at"]) for at in ("since", "until"))
    assert until - since == timedelta(hours=1)
    assert re.fullmatch(rf"{noun[:-1]} {name} is paused until [-\d]+ [:\d]+ UTC\n", said.out)
    assert re.search(r"paused by \S+ until [-\d]+ [:\d]+ UTC: a test", words)


@pytest.mark.parametrize("text", ["1", "0m", "-1h", "99999999w", "tomorrow"])
def test_a_pause_of_no_length_or_for_ever_is_refused(shop: Any, text: str) -> None:
    said = shop.tieline("flows", "pause", "announce", f"--for={text}", *WHY)

    assert (said.code, f"--for is {text!r}; use a span such as 30m" in said.err) == (2, True)
    assert json.loads(shop.tieline("--json", "flows", "show", "announce").out)["paused"] is None


def test_what_waits_to_be_retried_can_be_hurried_one_by_one_and_by_a_filter(shop: Any) -> None:
    [waits] = told(shop, "runs", "list", "--state", "retrying")
    plan = shop.tieline("runs", "retry-now", "--all", "--flow", waits["flow"], "--plan")
    none = shop.tieline("runs", "retry-now", "--all", "--flow", "announce", *WHY)
    one = shop.tieline("runs", "retry-now", waits["id"], *WHY)
    twice = shop.tieline("runs", "retry-now", waits["id"], *WHY)

    assert f"run of {waits['flow']} that is retried now" in plan.out
    assert "nothing of this waits" in none.out
    assert (one.code, told(shop, "runs", "show", waits["id"])[0]["state"]) == (0, "ready")
    assert (twice.code, "only a run that waits to be retried" in twice.err) == (5, True)
    assert last_audit(shop)[1:3] == ("retry-now", waits["id"])


def test_resuming_lifts_a_pause(shop: Any) -> None:
    said = shop.tieline("connections", "resume", "books", *WHY)

    [line] = [one for one in told(shop, "connections", "list") if one["name"] == "books"]
    assert said.out == "connection books goes on\n"
    assert line["paused"] is None


def test_a_live_run_can_be_cancelled(shop: Any) -> None:
    answer = told(shop, "runs", "cancel", shop.ids["retrying"], *WHY)

    [run] = told(shop, "runs", "show", shop.ids["retrying"])
    assert answer == [{"done": True, "run": shop.ids["retrying"]}]
    assert run["state"] == "cancelled"
    assert run["why"] == f"it was cancelled by {actor()}: a test"


def test_a_dead_run_can_be_tried_again(shop: Any) -> None:
    said = shop.tieline("dead", "retry", shop.ids["dead"], *WHY)

    [run] = told(shop, "runs", "show", shop.ids["dead"])
    assert said.out == f"{shop.ids['dead']} is queued to run again\n"
    assert run["state"] == "ready"
    assert run["dead"]["resolution"] == "retried"
    assert told(shop, "dead", "list") == []


def test_a_new_action_needs_its_own_word_of_consent(shop: Any) -> None:
    refused = shop.tieline("dead", "retry", shop.ids["dead"], "--repeat-side-effects", *WHY)
    done = shop.tieline(
        "dead", "retry", shop.ids["dead"], "--repeat-side-effects", "--yes-effects-again", *WHY
    )

    [run] = told(shop, "runs", "show", shop.ids["dead"])
    assert (refused.code, done.code) == (2, 0)
    assert "confirm it on a terminal, or with --yes-effects-again" in refused.err
    assert run["generation"] == 1


def test_a_dead_run_can_be_edited_field_by_field(shop: Any) -> None:
    [answer] = told(
        shop,
        "dead",
        "edit",
        shop.ids["dead"],
        "--set",
        "amount_cents=5",
        "--set",
        'customer_id="cus_9"',
        *WHY,
    )

    [event] = told(shop, "events", "show", answer["event"])
    [run] = told(shop, "runs", "show", answer["run"])
    assert answer["replaces"] == shop.ids["dead"]
    assert event["payload"] == {"invoice_id": "in_2", "customer_id": "cus_9", "amount_cents": 5}
    assert event["cause"] == shop.ids["dead event"]
    assert (run["state"], run["lane"]) == ("ready", "cus_9")
    assert last_audit(shop)[:3] == (actor(), "edit-and-retry", shop.ids["dead"])


@pytest.mark.parametrize("place", ["payload.json", "-"])
def test_a_dead_run_can_be_given_a_whole_payload(
    shop: Any, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = b'{"invoice_id":"in_2","customer_id":"cus_2","amount_cents":7}'
    Path("payload.json").write_bytes(document)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(document)))

    [answer] = told(shop, "dead", "edit", shop.ids["dead"], "--payload", place, *WHY)

    [event] = told(shop, "events", "show", answer["event"])
    assert event["payload"]["amount_cents"] == 7


@pytest.mark.parametrize(
    ("words", "state", "result"),
    [
        (("--done", "--result", '{"id": "entry_7"}'), "ready", {"id": "entry_7"}),
        (("--done",), "ready", None),
        (("--retry",), "ready", None),
        (("--give-up",), "cancelled", None),
    ],
)
def test_a_held_run_is_resolved_as_the_person_says(
    shop: Any, words: tuple[str, ...], state: str, result: object
) -> None:
    [answer] = told(shop, "held", "resolve", shop.ids["held"], *words, *WHY)

    [run] = told(shop, "runs", "show", shop.ids["held"])
    assert answer["decision"] == words[0].removeprefix("--")
    assert run["state"] == state
    assert run["steps"][0]["result"] == result
    assert told(shop, "held", "list") == []


def test_a_replay_is_planned_confirmed_started_and_stopped(shop: Any) -> None:
    said = shop.tieline("replay", "run", "--type", "invoice.paid", "--yes", *WHY)
    [replay] = told(shop, "replay", "list")
    [ended] = told(shop, "replay", "cancel", replay["id"], *WHY)

    [shown] = told(shop, "replay", "show", replay["id"])
    assert said.code == 0
    assert "would do: 1: new run of post_invoice\n" in said.out
    assert "would do: 1: retry of the dead run of post_invoice, in its old place\n" in said.out
    assert "effects: 1 happened and are not repeated\n" in said.out
    assert "left out: 1: invoice.paid@1 for flow post_invoice: invoice_id:" in said.out
    assert said.lines[-1] == "no hub is running: it goes on when one serves this store"
    assert (replay["state"], replay["planned"], replay["per_second"]) == ("running", 3, 10)
    assert ended == {"done": True, "replay": replay["id"], "cancelled": 0}
    assert shown["state"] == "cancelled"
    assert [line["action"] for line in shown["audit"]] == ["replay", "cancel-replay"]


def test_a_replay_as_new_actions_needs_its_own_word_of_consent(shop: Any) -> None:
    line = ("replay", "run", shop.ids["paid"], "--repeat-side-effects", "--yes", *WHY)

    refused = shop.tieline(*line)
    done = shop.tieline(*line, "--yes-effects-again", "--no-wait")

    assert (refused.code, done.code) == (2, 0)
    assert "effects: 1 would be REPEATED" in refused.out
    assert [replay["as_new_action"] for replay in told(shop, "replay", "list")] == [True]


def test_the_environment_says_which_store_unless_the_line_does(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = type(shop.build).__mro__[1]()
    monkeypatch.setenv("TIELINE_STORE", str(shop.path))

    from_environment = real.target({"store": None, "hub": None})
    from_line = real.target({"store": "other.db", "hub": "a:b"})
    monkeypatch.delenv("TIELINE_STORE")
    by_default = real.target({})

    assert from_environment.store == str(shop.path)
    assert (from_line.store, from_line.hub) == ("other.db", "a:b")
    assert (by_default.store, by_default.hub) == ("tieline.db", "hub.py:hub")


def test_the_actor_is_the_systems_user_and_not_what_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = actor()
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "mallory")

    assert actor() == before


def test_status_says_how_a_stopped_store_stands(shop: Any) -> None:
    said = shop.tieline("status")
    [as_json] = told(shop, "status")

    assert said.lines[1:9] == [
        "hub: no hub is running",
        "queued: 0",
        "behind: 0",
        "running: 0",
        "retrying: 1",
        "waiting: 0",
        "held: 1",
        "dead: 1",
    ]
    assert "connection books is paused by ana: books are down" in said.lines
    assert (as_json["process"], as_json["hub"]) == (None, None)
    assert as_json["oldest"]["state"] == "held"


def test_pages_follow_each_other_by_cursor(shop: Any) -> None:
    first = shop.tieline("events", "list", "-n", "4")
    cursor = first.err.strip().rpartition(" ")[2]
    second = shop.tieline("events", "list", "-n", "4", "--cursor", cursor)

    assert first.err == f"there may be more: go on with --cursor {cursor}\n"
    assert second.err == ""
    assert len(first.lines) + len(second.lines) == 2 + 7
    assert set(first.lines[1:]).isdisjoint(second.lines[1:])


def test_people_say_what_they_make_of_an_issue(shop: Any) -> None:
    issue = shop.ids["issue"]

    for words, state in (
        (("ack",), "acknowledged"),
        (("mute", "--for", "8h"), "muted"),
        (("reopen",), "open"),
        (("mute",), "muted"),
        (("resolve",), "resolved"),
    ):
        verb, *more = words
        said = shop.tieline("issues", verb, issue, *more, *WHY)

        assert said.out == f"{issue} is {state}\n", said.err
        [shown] = told(shop, "issues", "show", issue)
        assert shown["issue"]["state"] == state
        assert shown["issue"]["actor"] == actor()
    actions = [line["action"] for line in shown["audit"]]
    assert actions.count("mute-issue") == 2
    assert last_audit(shop) == (actor(), "resolve-issue", issue, "a test")


def test_a_mute_lies_ahead_of_now(shop: Any) -> None:
    issue = shop.ids["issue"]

    shop.tieline("issues", "mute", issue, "--for", "30m", *WHY)

    [shown] = told(shop, "issues", "show", issue)
    assert shown["issue"]["changed_at"] == "2026-01-01T00:06:00.000000Z"
    assert shown["issue"]["until_at"] == "2026-01-01T00:36:00.000000Z"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("issues", "ack", "iss_none"), 3, "iss_none"),
        (("issues", "ack", "run_1"), 2, "use an id such as iss_"),
        (("issues", "mute", "iss_1", "--for", "soon"), 2, "use 30m, 8h or 7d"),
        (("replay", "plan", "--issue", "run_1"), 2, "use an id such as iss_"),
    ],
)
def test_what_cannot_be_meant_of_an_issue_is_said(
    shop: Any, words: tuple[str, ...], code: int, said: str
) -> None:
    reason = () if "plan" in words else WHY

    answer = shop.tieline(*words, *reason)

    assert answer.code == code
    assert said in answer.err


def test_events_of_an_issue_can_be_planned_for_replay(shop: Any) -> None:
    [made] = told(shop, "replay", "plan", "--issue", shop.ids["issue"])

    assert made["events"] == 1
    assert made["runs"] == [["post_invoice", 1]]


def test_the_lists_behind_an_issue(shop: Any) -> None:
    issue = shop.ids["issue"]

    [dead] = told(shop, "dead", "list", "--issue", issue)
    [run] = told(shop, "runs", "list", "--issue", issue)

    assert dead["run_id"] == run["id"] == shop.ids["dead"]
    assert told(shop, "dead", "list", "--connection", "books") == []
    assert told(shop, "dead", "list", "--issue", "iss_none") == []


def test_a_delivery_in_quarantine_is_closed_once_and_leaves_the_list(shop: Any) -> None:
    [aside] = told(shop, "quarantine", "list")

    [planned] = told(shop, "quarantine", "discard", "--source", "billing", "--plan")
    fingerprint = planned["fingerprint"].replace("1-1-", "1-2-", 1)
    line = ("quarantine", "discard", "--source", "billing", *WHY)
    unlike = shop.tieline(*line, "--as-planned", fingerprint)
    said = shop.tieline(*line, "--as-planned", planned["fingerprint"])
    again = shop.tieline("quarantine", "discard", aside["id"], *WHY)

    assert planned["does"][0]["count"] == 1
    assert planned["left_out"] == []
    assert unlike.code == 5
    assert "the plan has changed since it was made: would do: 1, not 2" in unlike.err
    assert said.out == "1 discarded\n"
    assert again.code != 0
    assert f"{aside['id']} is decided already: closed" in again.err
    assert told(shop, "quarantine", "list") == []
    [closed] = told(shop, "quarantine", "list", "--decided")
    assert (closed["id"], closed["decision"]) == (aside["id"], "closed")
    assert last_audit(shop) == (actor(), "close-delivery", aside["id"], "a test")


def test_of_deliveries_that_cannot_all_be_discarded_it_says_which_and_is_not_done(
    shop: Any,
) -> None:
    [aside] = told(shop, "quarantine", "list")
    line = ("quarantine", "discard", aside["id"], "rct_0", "--json", *WHY)

    said = shop.tieline(*line)

    answer = json.loads(said.out)
    assert said.code == 5
    assert (answer["state"], answer["closed"]) == ("partly", [aside["id"]])
    assert answer["refused"] == [["rct_0", "there is no receipt 'rct_0'"]]


def test_what_a_decision_would_do_is_told_and_changes_nothing(shop: Any) -> None:
    dead, done = shop.ids["dead"], shop.ids["done"]
    [one] = told(shop, "dead", "retry", dead, "--plan")
    [other] = told(shop, "dead", "discard", done, "--plan")
    [all_] = told(shop, "held", "resolve", "--all", "--retry", "--plan")

    assert (one["does"][0]["does"], one["left_out"]) == ("retry of a dead run of post_invoice", [])
    assert other["does"] == []
    assert other["left_out"][0]["why"] == "it is done; only a dead run can be retried or discarded"
    assert "a second time" in all_["warnings"][0]["words"]
    assert len(told(shop, "dead", "list")) == 1


def test_a_decision_that_would_do_something_else_by_now_is_refused(shop: Any) -> None:
    line = ("dead", "discard", "--all", "--yes", *WHY)
    [plan] = told(shop, "dead", "discard", "--all", "--plan")
    shop.tieline("dead", "retry", shop.ids["dead"], *WHY)

    said = shop.tieline(*line, "--as-planned", plan["fingerprint"])

    assert said.code == 5
    assert "runs found: 0, not 1; would do: 0, not 1" in said.err


def test_a_replay_of_the_quarantine_whose_contract_is_not_mended_runs_nothing(shop: Any) -> None:
    [aside] = told(shop, "quarantine", "list")

    said = shop.tieline("quarantine", "replay", aside["id"], "--yes", "--no-wait", *WHY)

    assert said.code != 0
    assert "there is nothing to replay" in said.err
    assert [row["id"] for row in told(shop, "quarantine", "list")] == [aside["id"]]


def test_a_schedule_is_held_and_asked_for_by_hand(shop: Any) -> None:
    paused = shop.tieline("schedules", "pause", "nightly", *WHY)
    twice = shop.tieline("schedules", "pause", "nightly", *WHY)
    listed = shop.tieline("schedules", "list")
    resumed = shop.tieline("schedules", "resume", "schedule:nightly", *WHY)
    unknown = shop.tieline("schedules", "fire", "daily", *WHY)

    assert (paused.code, twice.code, resumed.code, unknown.code) == (0, 5, 0, 3)
    assert "schedule:nightly is paused" in paused.out
    assert "paused by" in listed.out
    assert "fire-schedule" not in shop.tieline("audit", "list").out
    assert "pause-schedule" in shop.tieline("audit", "list").out


def test_one_step_can_be_forgotten_after_a_plan(shop: Any) -> None:
    step = ("runs", "forget-step", shop.ids["done"], "books POST /entries")
    [plan] = told(shop, *step, "--plan")
    unasked = shop.tieline(*step, *WHY)
    [kept] = told(shop, "runs", "show", shop.ids["done"])
    [done] = told(shop, *step, "--yes", *WHY)
    [run] = told(shop, "runs", "show", shop.ids["done"])
    again = shop.tieline(*step, "--plan")

    assert [one["does"].partition(":")[0] for one in plan["does"]] == [
        "books POST /entries is made again, under the same idempotency key"
    ]
    assert "by a replay of evt_" in plan["warnings"][-1]["words"]
    assert (unasked.code != 0, len(kept["steps"])) == (True, 1)
    assert (done, run["steps"]) == ({"done": True, "run": shop.ids["done"]}, [])
    assert "which remembers none" in again.err
    assert last_audit(shop)[1:] == (
        "forget-step",
        shop.ids["done"],
        "books POST /entries (#1): a test",
    )


def test_a_step_in_doubt_is_not_forgotten(shop: Any) -> None:
    step = ("runs", "forget-step", shop.ids["held"], "books POST /entries")
    said = shop.tieline(*step, "--yes", *WHY)

    assert said.code != 0
    assert "nobody knows whether it happened; resolve the run" in said.err
