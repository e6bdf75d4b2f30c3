"""The place of a command: a store or a hub elsewhere, never another than the one that was named;
and long work, which is the same in both."""

import re

import pytest
from tests.surfaces.cli.conftest import Shop
from tests.surfaces.cli.test_cli_far import Elsewhere, there

__all__ = ["there"]

BECAUSE = ("--reason", "a test")


@pytest.mark.parametrize("line", ["db status", "db migrate", "serve", "demo", "new x"])
def test_a_url_is_not_forgotten(shop: Shop, line: str) -> None:
    """``db migrate`` would have changed the store here, where another was named."""
    said = shop.tieline("--url", "http://127.0.0.1:9", "--token", "tl_x", *line.split())

    assert said.code == 2
    assert "beside its store only" in said.err
    assert (said.out, shop.build.served) == ("", [])


def test_a_command_has_one_place(shop: Shop) -> None:
    both = ("--url", "http://127.0.0.1:9", "--token", "tl_x", "--store", str(shop.path))
    said = shop.tieline(*both, "runs", "list")

    assert said.code == 2
    assert "give one of them" in said.err


def test_a_url_of_the_environment_is_for_what_can_go_there(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIELINE_URL", "http://127.0.0.1:9")

    assert shop.tieline("db", "status").code == 0
    assert shop.tieline("--store", str(shop.path), "runs", "list").code == 0
    assert shop.tieline("runs", "list").code == 2


def test_the_address_of_a_page_is_told(shop: Shop, there: Elsewhere) -> None:
    far = ("--url", there.url + "/foo", "--token", there.tokens["admin"])
    reading, ordering = (
        shop.tieline(*far, "runs", "list"),
        shop.tieline(*far, "flows", "pause", "post_invoice", *BECAUSE),
    )

    assert (reading.code, ordering.code) == (2, 2)
    for said in (reading, ordering):
        assert "/foo" in said.err
        assert "give the address of a hub's console" in said.err


def test_status_and_doctor_say_where_they_looked(shop: Shop, there: Elsewhere) -> None:
    status, doctor = there.tieline("status"), there.tieline("doctor")

    assert status.lines[0] == f"hub at: {there.url}"
    assert f'"url":"{there.url}"' in there.tieline("status", "--json").out.replace(" ", "")
    assert "without --url" in doctor.err
    assert "give --hub" not in doctor.err


def test_nothing_is_said_twice(shop: Shop, there: Elsewhere) -> None:
    away = shop.tieline("--url", "http://127.0.0.1:9", "--token", "tl_x", "runs", "list")
    bad = shop.tieline("--url", there.url, "--token", "tl_no", "runs", "list")

    assert away.err.count("cannot be reached") == 1
    assert bad.err.count("the token") == 1


@pytest.mark.parametrize(
    "line", ["runs list --state Dead", "deliveries list --status ok", "replay list --state over",
             "operations list --state over", "operations list --kind x"]
)  # fmt: skip
def test_a_state_that_nothing_has_is_told(shop: Shop, line: str) -> None:
    said = shop.tieline(*line.split())

    assert said.code == 2
    assert "use one of" in said.err


def test_passwords_are_not_set_from_afar(there: Elsewhere) -> None:
    add = there.tieline("user", "add", "bob", "--role", "viewer", *BECAUSE)
    change = there.tieline("user", "set-password", "u-viewer", *BECAUSE)

    assert (add.code, change.code) == (2, 2)
    assert "tieline user invite bob" in add.err


def test_people_and_tokens_are_made_by_the_hub_itself(shop: Shop, there: Elsewhere) -> None:
    invited = there.tieline("user", "invite", "bob", "--role", "viewer", *BECAUSE)
    made = there.tieline("token", "add", "ci", "--scope", "read", *BECAUSE)
    key = made.out.split()[-1]
    used = shop.tieline("--url", there.url, "--token", key, "runs", "list")
    revoked = there.tieline("token", "revoke", "ci", *BECAUSE)
    gone = shop.tieline("--url", there.url, "--token", key, "runs", "list")

    assert f"{there.url}/welcome/" in invited.out
    assert (made.code, used.code, revoked.code, gone.code) == (0, 0, 0, 2)


@pytest.mark.parametrize("is_far", [False, True])
def test_all_dead_letters_of_a_filter_are_decided(
    shop: Shop, is_far: bool, request: pytest.FixtureRequest
) -> None:
    tieline = request.getfixturevalue("there").tieline if is_far else shop.tieline
    unsure = tieline("dead", "retry", "--all", "--flow", "post_invoice", *BECAUSE)
    none = tieline("dead", "discard", "--all", "--kind", "bug", "--yes", *BECAUSE)
    started = tieline(
        "dead",
        "retry",
        "--all",
        "--flow",
        "post_invoice",
        "--kind",
        "refused-422",
        "--yes",
        *BECAUSE,
    )
    listed = tieline("operations", "list", "--state", "running")
    id_ = next(word for word in started.out.split() if word.startswith("opr_"))
    shown = tieline("operations", "show", id_)
    stopped = tieline("operations", "cancel", id_, *BECAUSE)
    again = tieline("operations", "cancel", id_, *BECAUSE)
    missing = tieline("operations", "show", "opr_nothing")

    assert (unsure.code, none.code, started.code) == (2, 0, 0)
    assert unsure.out.startswith("runs: 1: dead letters, flow post_invoice\nwould do: 1: retry")
    assert "nothing of this waits" in none.out
    assert id_ in listed.out
    assert "kind: decision" in shown.out
    assert (stopped.code, again.code, missing.code) == (0, 5, 3)


@pytest.mark.parametrize("is_far", [False, True])
def test_all_held_runs_are_resolved(
    shop: Shop, is_far: bool, request: pytest.FixtureRequest
) -> None:
    tieline = request.getfixturevalue("there").tieline if is_far else shop.tieline
    none = tieline("held", "resolve", "--all", "--flow", "announce", "--retry", "--yes", *BECAUSE)
    started = tieline("held", "resolve", "--all", "--give-up", "--yes", *BECAUSE)
    id_ = next(word for word in started.out.split() if word.startswith("opr_"))
    shown = tieline("operations", "show", id_)

    assert (none.code, started.code, shown.code) == (0, 0, 0)
    assert "nothing of this waits" in none.out
    assert re.match(r"runs: \d+: all held runs\nwould do: \d+: run of ", started.out)
    assert "resolve-give-up" in shown.out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dead retry", "give either a run's id, or --all"),
        ("dead retry run_1 --all", "give either a run's id, or --all"),
        ("dead discard run_1 --flow announce", "it goes with --all"),
        ("dead retry --all --repeat-side-effects", "run by run"),
        ("held resolve --retry", "give either a run's id, or --all"),
        ("held resolve run_1 --retry --flow announce", "it goes with --all"),
        ("held resolve --all --done", "said run by run"),
        ("held resolve --all", "give one of --done, --continue, --retry, --give-up"),
    ],
)
def test_one_or_all(shop: Shop, line: str, words: str) -> None:
    said = shop.tieline(*line.split(), *BECAUSE)

    assert said.code == 2
    assert words in said.err
