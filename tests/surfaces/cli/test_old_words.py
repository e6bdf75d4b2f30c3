"""Old words of the command line: each works for one release, says so, and then goes."""

from importlib.metadata import version
from typing import Any

import pytest

from tieline.surfaces.cli import deprecated
from tieline.surfaces.cli.deprecated import DeprecatedName, in_new_words

TABLE = (*deprecated.NOUNS_AND_VERBS, *deprecated.OPTIONS, *deprecated.VALUES)
WHY = ("--reason", "a test")
LINES: dict[str, tuple[str, str]] = {
    "receipts": ("receipts list", "deliveries list"),
    "quarantine close": (
        "quarantine close rct_0 --reason x",
        "quarantine discard rct_0 --reason x",
    ),
    "--verdict": ("deliveries list --verdict=accepted", "deliveries list --status accepted"),
    "--as-new-action": (
        "replay plan {paid} --as-new-action",
        "replay plan {paid} --repeat-side-effects",
    ),
    "--state ready": ("runs list --state ready", "runs list --state queued"),
    "--status refused": ("deliveries list --status refused", "deliveries list --status rejected"),
    "--kind refused": ("issues list --kind refused", "issues list --kind rejected-at-the-door"),
    r"--kind refused-(\w+)": ("dead list --kind refused-422", "dead list --kind rejected-422"),
}
"""Old word → a line with it, and the same line in today's words."""


def release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3])


@pytest.mark.parametrize("word", TABLE, ids=lambda word: word.old)
def test_an_old_word_does_the_same_and_says_until_when(shop: Any, word: DeprecatedName) -> None:
    old, new = (line.format(**shop.ids).split() for line in LINES[word.old])

    then, now = shop.tieline("--json", *old), shop.tieline("--json", *new)

    assert (then.code, then.out) == (now.code, now.out)
    assert f"works until release {word.until}\n" in then.err
    assert "is called" not in now.err


@pytest.mark.parametrize("word", TABLE, ids=lambda word: word.old)
def test_no_old_word_outlives_its_release(word: DeprecatedName) -> None:
    """Take its row out, its line above, and its words in docs and changelog."""
    assert release(version("tieline")) < release(word.until)


def test_an_old_line_is_put_into_new_words_as_a_whole() -> None:
    line = ["receipts", "list", "--verdict", "refused", "--since", "2h"]

    words, met = in_new_words(line)

    assert words == ["deliveries", "list", "--status", "rejected", "--since", "2h"]
    assert [word.old for word in met] == ["receipts", "--verdict", "--status refused"]


@pytest.mark.parametrize(
    "line",
    [
        "deliveries list --source receipts",
        "story receipts",
        "story -- --verdict",
        "runs list --flow ready --state held",
        "replay plan --kind refusedly",
        "receiptsx list",
    ],
)
def test_what_is_no_old_word_is_left_alone(line: str) -> None:
    assert in_new_words(line.split()) == (line.split(), [])


def test_failed_finds_what_is_dead(shop: Any) -> None:
    said = shop.tieline("--json", "runs", "list", "--state", "failed")

    assert said.out == shop.tieline("--json", "runs", "list", "--state", "dead").out
    assert shop.ids["dead"] in said.out


@pytest.mark.parametrize("by", ["hidden key {short}", "{short}", "email:hidden key {short}"])
def test_a_story_is_found_by_the_hidden_key_that_another_list_shows(shop: Any, by: str) -> None:
    shown = shop.tieline("events", "show", shop.ids["paid"]).out
    short = shown.partition("email:hidden key ")[2][:8]

    said = shop.tieline("story", by.format(short=short))

    assert said.code == 0
    assert shop.ids["paid"] in said.out
    assert "sha256:" not in said.out
