"""The inbox on the command line, and the exit of a hold: what waits, for whom, how to answer."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.makers import a_step
from tests.surfaces.cli.conftest import Shop

from tieline.model.calls.call import Effect
from tieline.model.commands import Progress
from tieline.model.runs.run import Held, StepState
from tieline.rules.runs.holding import HOLD_STEP

WHY = ("--reason", "finance agreed")


@pytest.fixture
def asking(
    build_house: Callable[[], Any],
    invoice: Callable[..., dict[str, object]],
    shop_on: Callable[..., Shop],
) -> Shop:
    """A shop in which one flow asks a person, and a later run waits behind it."""

    async def make() -> tuple[Any, dict[str, str]]:
        house = build_house()
        await house.deliver("invoice.paid", invoice(1))
        (run,) = await house.claim()
        asked = a_step(
            run.id, HOLD_STEP, state=StepState.FAILED, effect=Effect.READ, effect_key=None,
            result=None, finished_us=None,
        )  # fmt: skip
        await house.settle(run, Held("amount above limit"), Progress(steps=(asked,)))
        await house.deliver("invoice.paid", invoice(2))
        await house.close()
        return house, {"hold": run.id}

    return shop_on(*asyncio.run(make()))


def told(shop: Shop, *words: str) -> list[dict[str, Any]]:
    said = shop.tieline("--json", *words)
    assert said.code == 0, said.err
    return [json.loads(line) for line in said.lines]


def test_one_command_says_what_waits_for_what_for_whom_since_when(asking: Shop) -> None:
    (item,) = told(asking, "inbox")
    said = asking.tieline("inbox")

    assert item["asks"] == "May post_invoice go on? amount above limit"
    assert (item["owner"], item["behind"], item["count"]) == ("finance-ops", 1, 1)
    assert item["since_at"].startswith("2026-01-01T00:00")
    assert asking.ids["hold"] in said.out
    assert "flows that ask a person: 1" in said.err
    assert "hold: let it pass: tieline held resolve ID --continue --reason …" in said.err


def test_a_hold_is_let_through_by_what_the_inbox_says(asking: Shop) -> None:
    (item,) = told(asking, "inbox", "--kind", "hold", "--owner", "finance-ops")
    _, *words = item["verbs"][0]["command"].split()
    shown = asking.tieline("runs", "show", asking.ids["hold"]).out
    (answer,) = told(asking, *words, *WHY)

    assert f"tieline held resolve {asking.ids['hold']} --continue|--retry|--give-up" in shown
    assert answer["decision"] == "continue"
    (run,) = told(asking, "runs", "show", asking.ids["hold"])
    assert run["state"] == "ready"
    assert run["steps"][0]["result"]["words"] == "finance agreed"
    assert told(asking, "inbox") == []
    assert "nothing waits for a person" in asking.tieline("inbox").err
    story = asking.tieline("story", asking.ids["hold"]).out
    assert "let through by" in story


def test_a_hold_names_its_own_verbs(asking: Shop) -> None:
    done = asking.tieline("held", "resolve", asking.ids["hold"], "--done", *WHY)

    assert done.code == 5
    assert "continue (it may pass), retry or give-up" in done.err


def test_a_write_whose_outcome_is_unknown_names_its_own_verbs(shop: Any) -> None:
    let = shop.tieline("held", "resolve", shop.ids["held"], "--continue", *WHY)

    assert let.code == 5
    assert "done (it happened), retry (it did not) or give-up" in let.err


def test_what_makes_no_sense_is_told(shop: Any) -> None:
    kind = shop.tieline("inbox", "--kind", "nonsense")
    cursor = shop.tieline("inbox", "--cursor", "run_1")

    assert kind.code == 1
    assert "use one of hold, outcome-unknown, dead-letter, quarantine" in kind.err
    assert cursor.code == 1
