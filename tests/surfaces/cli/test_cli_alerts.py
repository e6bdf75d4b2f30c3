"""tieline alerts: what fires, whose it is and why; and what did fire."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from tieline.compose import store as wiring_store
from tieline.model.people.alert import AlertRow, KeepAlerts

SINCE_US = 1_767_225_600_000_000
FIRING = AlertRow(
    "dead-letters flow:post_invoice",
    "dead-letters",
    "flow:post_invoice",
    "finance-ops",
    "2 dead letters wait for a decision",
    "firing",
    SINCE_US,
    SINCE_US,
    None,
    None,
    SINCE_US,
)
ENDED = replace(
    FIRING,
    key="disk-low store",
    kind="disk-low",
    subject="store",
    owner="",
    reason="5.0% of the disk is free",
    state="ended",
    ended_us=SINCE_US + 60_000_000,
)


def judged(shop: Any, *rows: AlertRow) -> None:
    async def store() -> None:
        journal = await wiring_store.open_journal(str(shop.build.store))
        await journal.commit(KeepAlerts(0, "{}", rows))
        await journal.close()

    asyncio.run(store())


def test_what_fires_is_listed_with_its_owner_and_reason(shop: Any) -> None:
    judged(shop, FIRING, ENDED)

    said = shop.tieline("alerts")
    everything = shop.tieline("--json", "alerts", "--ended")

    assert said.code == 0
    assert "dead-letters" in said.out
    assert "finance-ops" in said.out
    assert "2 dead letters wait for a decision" in said.out
    assert "disk-low" not in said.out
    assert [json.loads(line)["kind"] for line in everything.lines] == ["dead-letters", "disk-low"]


def test_what_is_wrong_for_a_moment_is_listed_as_pending(shop: Any) -> None:
    judged(shop, replace(FIRING, state="pending", fired_us=None, told_us=None))

    (line,) = shop.tieline("--json", "alerts").lines

    assert json.loads(line)["state"] == "pending"


def test_when_nothing_fires_that_is_said(shop: Any) -> None:
    said = shop.tieline("alerts")

    assert (said.code, said.err) == (0, "nothing fires\n")
