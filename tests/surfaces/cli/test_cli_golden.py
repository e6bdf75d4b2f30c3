"""What scripts and people read is the same tomorrow: every list and every thing, word for word.

``make regenerate`` writes the files again; read the difference before it is committed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.generated import RUN

GOLDEN = Path(__file__).parent / "golden"

LISTS = (
    "deliveries list",
    "deliveries list --status rejected",
    "events list",
    "events list --type order.*",
    "events list --since 3m",
    "runs list",
    "runs list --state held",
    "dead list",
    "held list",
    "flows list",
    "connections list",
    "schedules list",
    "audit list",
    "workers list",
    "replay list",
    "issues list",
    "issues list --state resolved --state open",
    "sources list",
    "inbox",
    "account",
    "account --list dead",
    "inbox --kind dead-letter",
)
THINGS = (
    "deliveries show {receipt}",
    "deliveries show {refused}",
    "events show {paid}",
    "runs show {done}",
    "runs show {dead}",
    "runs show {retrying}",
    "held show {held}",
    "flows show post_invoice",
    "connections show books",
    "schedules show nightly",
    "workers show wrk_1",
    "audit show 1",
    "issues show {issue}",
    "issues show {odd issue}",
    "story invoice in_1",
    "story {dead}",
    "story {refused}",
    "replay plan --state dead",
    "replay plan {paid} --repeat-side-effects",
)


def file_of(line: str, ending: str) -> Path:
    name = line.replace("{", "").replace("}", "").replace("*", "all").replace(" ", "_")
    return GOLDEN / f"{name}.{ending}"


Regenerated = Callable[[Path, str], str]


@pytest.mark.parametrize("line", [*LISTS, *THINGS])
def test_json_stays_as_it_is(shop: Any, line: str, regenerated: Regenerated) -> None:
    said = shop.tieline("--json", *line.format(**shop.ids).split())

    assert said.code == 0
    assert said.err == ""
    for one in said.lines:
        assert isinstance(json.loads(one), dict)
    assert said.out == regenerated(file_of(line, "jsonl"), said.out), RUN


@pytest.mark.parametrize("line", [*LISTS, *THINGS])
def test_text_stays_as_it_is(shop: Any, line: str, regenerated: Regenerated) -> None:
    said = shop.tieline(*line.format(**shop.ids).split())

    assert said.code == 0
    assert "\x1b" not in said.out
    assert said.out == regenerated(file_of(line, "txt"), said.out), RUN


def test_no_golden_file_is_left_over(regenerating: bool) -> None:
    expected = {
        file_of(line, ending).name for line in (*LISTS, *THINGS) for ending in ("txt", "jsonl")
    }

    for path in GOLDEN.iterdir():
        if regenerating and path.name not in expected:
            path.unlink()

    assert {path.name for path in GOLDEN.iterdir()} == expected, RUN
