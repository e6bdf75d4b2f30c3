"""Every exit code, and the one clear sentence that comes with it."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tieline.adapters.sqlite.lock_file import LockFile
from tieline.compose.features import VOCABULARY
from tieline.surfaces.cli.main import hoisted, run

NEEDED = ("--reason", "a test")


def test_0_when_it_is_done(shop: Any) -> None:
    said = shop.tieline("dead", "discard", shop.ids["dead"], *NEEDED)

    assert (said.code, said.err) == (0, "")
    assert said.out == f"{shop.ids['dead']} is discarded; its lane goes on\n"


def test_1_when_something_is_wrong(shop: Any) -> None:
    said = shop.tieline("doctor")

    assert said.code == 1
    assert said.lines[0] == (
        "error: connection billing: the vault has no secret 'billing-live'; "
        "do: put it into the variable TIELINE_SECRET_BILLING_LIVE; until then its calls wait"
    )


def test_1_when_a_command_makes_no_sense_and_is_refused(shop: Any) -> None:
    nothing = shop.tieline("replay", "plan")
    unfit = shop.tieline("dead", "edit", shop.ids["dead"], "--set", "amount_cents=null", *NEEDED)

    assert (nothing.code, unfit.code) == (1, 1)
    assert nothing.err.startswith("tieline: the replay names no events; give ids")
    assert "invoice.paid@1 for flow post_invoice: amount_cents" in unfit.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("nonsense", "No such command 'nonsense'"),
        ("events list --limit x", "Invalid value for '--limit'"),
        ("events list --limit 0", "Input should be greater than or equal to 1"),
        ("events list --since yesterday", "--since is 'yesterday'; use a span such as 30m"),
        ("runs list --flow post_invoce", "use one of post_invoice"),
        ("dead list --kind unavailble", "use one of unavailable"),
        ("deliveries list --source biling", "use one of billing"),
        ("dead list --connection boks", "use one of books"),
        ("events list --cursor run_1", "--cursor is 'run_1'; use one that this very list printed"),
        ("events show", "Missing argument 'event_id'"),
        ("runs cancel run_1", "the reason is ''; say why with --reason"),
        ("runs cancel run_1 --reason", "Option '--reason' requires an argument"),
        (
            "held resolve run_1 --reason x",
            "the decision is 'nothing'; give one of --done, --continue, --retry",
        ),
        ("held resolve run_1 --done --retry -r x", "the decision is '--done, --retry'; give one"),
        ("dead edit run_1 -r x", "the edit is ''; give either --payload or --set"),
        ("dead edit run_1 -r x --set a", "--set is 'a'; use FIELD=JSON"),
        ("dead edit run_1 -r x --set a=b", "--set is 'a=b'; use FIELD=JSON"),
        (
            "dead edit run_1 -r x --payload nowhere.json",
            "--payload is 'nowhere.json'; it cannot be",
        ),
        ("replay run run_1 -r x", "the event is 'run_1'; use ids such as evt_"),
        (
            "replay run --state dead -r x",
            "the replay is 'not confirmed'; answer yes, or give --yes",
        ),
        ("new Bad.Name", "the project's name is 'Bad.Name'; use lower-case letters"),
        ("flows list --hub nowhere.py:hub", "hub is 'nowhere.py'; there is no such file"),
        ("flows list --hub nowhere", "hub is 'nowhere'; use file.py:name or module:name"),
    ],
)
def test_2_when_the_line_makes_no_sense(shop: Any, words: str, sentence: str) -> None:
    said = shop.tieline(*words.split())

    assert said.code == 2
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("deliveries show rct_0", "there is no receipt 'rct_0'"),
        ("events show evt_0", "there is no event 'evt_0'"),
        ("runs show run_0", "there is no run 'run_0'"),
        ("runs cancel run_0 -r x", "there is no run 'run_0'"),
        ("dead retry run_0 -r x", "there is no run 'run_0'"),
        ("dead edit run_0 -r x --set a=1", "there is no run 'run_0'"),
        ("flows show post", "there is no flow 'post'"),
        ("flows pause post -r x", "there is no flow 'post'"),
        ("connections show bank", "there is no connection 'bank'"),
        ("connections pause bank -r x", "there is no connection 'bank'"),
        ("schedules show weekly", "there is no schedule 'weekly'"),
        ("workers show wrk_0", "there is no worker 'wrk_0'"),
        ("audit show 99", "there is no audit line '99'"),
        ("replay show rpl_0", "there is no replay 'rpl_0'"),
        ("replay cancel rpl_0 -r x", "there is no replay 'rpl_0'"),
        ("story order 84219", "there is no order '84219'"),
        ("story 84219", "there is no story of '84219'"),
        ("story run_0", "there is no run 'run_0'"),
    ],
)
def test_3_when_it_is_not_there(shop: Any, words: str, sentence: str) -> None:
    said = shop.tieline(*words.split())

    assert (said.code, said.err) == (3, f"tieline: {sentence}\n")


def test_4_when_the_store_is_not_there(shop: Any) -> None:
    reading = shop.tieline("events", "list", "--store", "nowhere.db")
    writing = shop.tieline("runs", "cancel", "run_1", "--store", "nowhere.db", *NEEDED)

    for said in (reading, writing):
        assert said.code == 4
        assert said.err.startswith("tieline: there is no store at nowhere.db; start a hub there")
    assert not Path("nowhere.db").exists()


def test_4_when_the_file_is_no_store(shop: Any) -> None:
    Path("other.db").write_text("x" * 5000)

    said = shop.tieline("events", "list", "--store=other.db")

    assert said.code == 4
    assert "other.db is not a Tieline store" in said.err


def test_4_when_another_process_has_the_store_and_cannot_be_asked(shop: Any) -> None:
    lock = LockFile(shop.path)

    reading = shop.tieline("events", "list")
    writing = shop.tieline("runs", "cancel", shop.ids["held"], *NEEDED)

    lock.release()
    assert reading.code == 0
    assert writing.code == 4
    assert f"is open in process {os.getpid()}" in writing.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("runs cancel {done}", "is done; only a live run can be cancelled"),
        ("dead retry {held}", "is held; only a dead run can be retried"),
        ("dead discard {done}", "is done; only a dead run can be retried or discarded"),
        ("dead edit {held} --set a=1", "is held; only a dead run can be edited"),
        ("held resolve {dead} --retry", "is dead; only a held run can be resolved"),
        ("flows resume announce", "flow 'announce' is not paused"),
    ],
)
def test_5_when_its_state_does_not_allow_it(shop: Any, words: str, sentence: str) -> None:
    said = shop.tieline(*words.format(**shop.ids).split(), *NEEDED)

    assert said.code == 5
    assert sentence in said.err


def test_70_and_no_traceback_when_it_is_our_defect(
    shop: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Any:
        raise KeyError("wiring")

    code = run(VOCABULARY, broken, ["events", "list"])

    err = capsys.readouterr().err
    assert code == 70
    assert err.startswith("tieline: this is a defect of tieline: KeyError: 'wiring' (")
    assert "Traceback" not in err


def test_mistakes_in_a_hub_are_all_told(shop: Any) -> None:
    Path("hub.py").write_text(
        "from tieline import Hub\n"
        "hub = Hub('Bad Name')\n"
        "@hub.flow(on=hub.topic('a'))\n"
        "def no(): pass\n"
    )

    said = shop.tieline("flows", "list", "--hub", "hub.py:hub")

    assert said.code == 2
    assert said.err.splitlines()[0] == "tieline: the hub has 3 mistakes:"
    assert len(said.err.splitlines()) == 4


BROKEN = {
    "import nowhere_to_be_found\n": "importing it raised ModuleNotFoundError",
    "hub = 1 / 0\n": "importing it raised ZeroDivisionError: division by zero (hub.py, line 1)",
    "def (:\n": "importing it raised SyntaxError",
    "hub = 7\n": "hub.py has no Hub named 'hub'",
    "raise SystemExit(3)\n": "it ends the process: SystemExit(3)",
    "from datetime import timedelta\nfrom tieline import Rate\nRate(0, timedelta(seconds=1))\n": (
        "rate count is 0; use 1 or more (hub.py, line 3)"
    ),
}


@pytest.mark.parametrize("text", list(BROKEN))
def test_a_hub_that_cannot_be_loaded_is_told_and_reading_goes_on(shop: Any, text: str) -> None:
    Path("hub.py").write_text(text)
    shop.build.house.hub = None

    named = shop.tieline("flows", "list", "--hub", "hub.py:hub")
    show = shop.tieline("events", "show", shop.ids["paid"])
    doctor = shop.tieline("doctor")

    assert named.code == 2
    assert BROKEN[text] in named.err
    assert show.code == 0
    assert "[not shown: only the hub knows which fields of invoice.paid@1" in show.out
    assert show.err.startswith("the hub is left out, for it cannot be loaded: hub is")
    assert doctor.code == 1
    assert doctor.lines[0].startswith("error: the hub cannot be loaded: hub is 'hub.py")


def test_what_a_hub_prints_is_not_taken_for_an_answer(shop: Any) -> None:
    Path("hub.py").write_text("from tieline import Hub\nhub = Hub('acme')\nprint('loading')\n")
    shop.build.house.hub = None

    said = shop.tieline("flows", "list", "--json", "--hub", "hub.py:hub")

    assert said.code == 0
    assert all(json.loads(line) for line in said.lines)
    assert "loading" in said.err


def test_a_pipe_that_is_closed_early_is_no_error(shop: Any) -> None:
    line = [sys.executable, "-m", "tieline", "--store", str(shop.path), "events", "list"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()

    code = process.wait(timeout=30)

    said = process.stderr.read().decode()
    process.stderr.close()
    assert (code, said) == (0, "")


def test_an_interrupt_ends_quietly(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> Any:
        raise KeyboardInterrupt

    assert run(VOCABULARY, interrupted, ["events", "list"]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("events list --json", "--json events list"),
        ("events --store x list", "--store x events list"),
        ("events list --hub=a:b -n 5", "--hub=a:b events list -n 5"),
        ("story -- --json", "story -- --json"),
        ("events list --store", "--store events list"),
        ("", ""),
    ],
)
def test_some_options_may_stand_anywhere(line: str, expected: str) -> None:
    assert hoisted(line.split()) == expected.split()


def test_help_says_what_every_command_does(shop: Any) -> None:
    said = shop.tieline("--help")
    of_noun = shop.tieline("replay", "--help")

    assert (said.code, of_noun.code) == (0, 0)
    for noun in ("events", "story", "doctor", "replay", "held", "serve", "new"):
        assert f"\n  {noun} " in said.out
    assert "Anywhere on the line: --store PATH" in of_noun.out


def test_serve_and_demo_go_to_the_wiring(shop: Any) -> None:
    shop.tieline("serve", "--port", "0", "--store", "x.db")
    shop.tieline("demo", "--seconds", "5")

    (first, settings), (second, wishes) = shop.build.served
    assert (first, second) == ("serve", "demo")
    assert settings == {
        "store": "x.db",
        "hub": None,
        "host": None,
        "port": 0,
        "roles": None,
        "processes": None,
        "console_port": None,
    }
    assert wishes["seconds"] == 5


# --- on a terminal ----------------------------------------------------------------------------


def on_a_terminal(line: list[str], typed: str = "") -> tuple[int, str]:
    """The exit code and what a person would see; *typed* is what they answer."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "160", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tieline", *line],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    seen = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:
            break
        if not read:
            break
        seen += read
    os.close(ours)
    return process.wait(timeout=30), seen.decode()


def test_a_terminal_gets_a_table_with_colours(shop: Any) -> None:
    code, seen = on_a_terminal(["--store", str(shop.path), "runs", "list"])

    assert code == 0
    assert "\x1b[31mdead" in seen
    assert "\x1b[1mRUN" in seen
    assert "\t" not in seen


def test_the_reason_is_asked_for_on_a_terminal(shop: Any) -> None:
    line = ["--store", str(shop.path), "dead", "discard", shop.ids["dead"]]

    code, seen = on_a_terminal(line, "paid by hand\n")

    audit = shop.tieline("audit", "list", "--json")
    assert code == 0
    assert "Reason (goes into the audit log): " in seen
    assert '"reason": "paid by hand"' in audit.lines[0]


def test_a_new_action_is_confirmed_by_typing_a_word(shop: Any) -> None:
    line = ["--store", str(shop.path), "dead", "retry", shop.ids["dead"], "--repeat-side-effects"]

    refused, seen = on_a_terminal([*line, "-r", "x"], "yes\n")
    done, _ = on_a_terminal([*line, "-r", "x"], "again\n")

    assert (refused, done) == (2, 0)
    assert "0 effects of" in seen
    assert "Type 'again' to go on" in seen


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (("runs", "show", ""), "an argument is ''"),
        (("runs", "list", "--replay", " "), "--replay is ''"),
        (("runs", "list", "--flow="), "--flow is ''"),
        (("dead", "discard", "", "--reason", "x"), "an argument is ''"),
    ],
)
def test_an_empty_id_is_a_variable_that_was_not_set(
    shop: Any, words: tuple[str, ...], about: str
) -> None:
    said = shop.tieline(*words)

    assert said.code == 2
    assert f"{about}; give a value or leave it out" in said.err
