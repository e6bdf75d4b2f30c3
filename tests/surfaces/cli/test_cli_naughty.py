"""Whatever a sender writes, a terminal only shows it, and payloads come back as they went in."""

import asyncio
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tieline.model.runs.run import Dead

STRINGS: list[str] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "naughty-strings.json").read_text(encoding="utf-8")
)
JOINERS = "\u200c\u200d"


def what_moves_a_terminal(text: str) -> set[str]:
    """Characters that could move the cursor, start a line, or turn the reading direction."""
    return {
        char
        for char in text
        if char != "\n"
        and char not in JOINERS
        and unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
    }


TELLING = {
    number for number, text in enumerate(STRINGS) if what_moves_a_terminal(text) or number % 6 == 0
}
"""Commands one by one take time: those that could do harm, and some of the others."""


@pytest.fixture
def naughty(
    build_house: Callable[[], Any], shop_on: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """A store in which every text that can come from outside is one of the strings."""

    async def make() -> Any:
        house = build_house()
        for number, text in enumerate(STRINGS):
            payload = {"text": text, text: number}
            await house.deliver(
                f"order.{text}"[:200],
                payload,
                identity=f"{number} {text}"[:200],
                correlation=f"c {text}",
                headers=(("x-odd", text.encode(errors="replace").decode("latin-1")),),
            )
        await house.refuse(f"bad-signature: {STRINGS[-2]}")
        for run in await house.claim():
            await house.settle(run, Dead(run.event.identity, run.event.type, run.event.type))
        await house.close()
        return house

    return shop_on(asyncio.run(make()))


@pytest.mark.parametrize("line", ["deliveries list", "events list", "runs list", "dead list"])
def test_lists_show_it_inert(naughty: Any, line: str) -> None:
    said = naughty.tieline(*line.split(), "--limit", "500")
    as_json = naughty.tieline(*line.split(), "--limit", "500", "--json")

    assert (said.code, as_json.code) == (0, 0)
    assert what_moves_a_terminal(said.out.replace("\t", "")) == set()
    assert {len(text.split("\t")) for text in said.lines} == {len(said.lines[0].split("\t"))}
    assert len(said.lines) >= len(STRINGS) + 1
    assert as_json.out.isascii()
    assert what_moves_a_terminal(as_json.out) == set()


def test_one_thing_shows_it_inert_and_its_json_is_the_payload(naughty: Any) -> None:
    events = [
        json.loads(line) for line in naughty.tieline("--json", "events", "list", "-n", "500").lines
    ]
    runs = {
        run["event_id"]: run["id"]
        for run in map(json.loads, naughty.tieline("--json", "runs", "list", "-n", "500").lines)
    }
    assert len(events) == len(STRINGS)
    for event in events:
        number = int(event["identity"].split(" ")[0])
        if number not in TELLING:
            continue
        text = STRINGS[number]
        shown = json.loads(naughty.tieline("--json", "events", "show", event["id"]).out)
        assert shown["payload"] == {"text": text, text: number}
        for words in (
            ("events", "show", event["id"]),
            ("receipts", "show", event["receipt_id"]),
            ("runs", "show", runs[event["id"]]),
            ("story", event["id"]),
        ):
            said = naughty.tieline(*words)
            assert said.code == 0, words
            assert what_moves_a_terminal(said.out.replace("\t", "")) == set(), words


def test_it_is_inert_in_errors_too(naughty: Any) -> None:
    for text in STRINGS:
        if not text or "\x00" in text or text.startswith("-"):
            continue
        said = naughty.tieline("runs", "show", text)

        assert said.code == 3, ascii(text)
        assert what_moves_a_terminal(said.err) == set(), ascii(text)
        assert len(said.err.splitlines()) == 1, ascii(text)


def test_a_reason_goes_in_and_comes_out_as_it_was_typed(naughty: Any) -> None:
    for text in (STRINGS[number] for number in sorted(TELLING)):
        if not text.strip() or "\x00" in text:
            continue
        paused = naughty.tieline("flows", "pause", "announce", f"--reason={text}")
        resumed = naughty.tieline("flows", "resume", "announce", f"--reason={text}")
        [last] = naughty.tieline("--json", "audit", "list", "-n", "1").lines

        assert (paused.code, resumed.code) == (0, 0), ascii(text)
        assert json.loads(last)["reason"] == text.strip()
