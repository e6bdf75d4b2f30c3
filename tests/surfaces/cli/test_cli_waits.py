"""What runs wait for is said wherever people look, and counted: by a pause here."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from tieline.model.base.by import By
from tieline.model.commands import Pause
from tieline.model.fleet.limits import ConnectionState, KeepConnectionStates
from tieline.model.runs.run import Waiting
from tieline.model.runs.waits import waits_for_connection

BOOKS = waits_for_connection("books")
SAID = "connection books, which is paused by ana: month end"


@pytest.fixture
def shop(
    build_house: Callable[[], Any],
    invoice: Callable[..., dict[str, object]],
    shop_on: Callable[[Any], Any],
) -> Any:
    """A run waits for the books, which somebody holds; the breaker of billing is open."""

    async def make() -> Any:
        house = build_house()
        for number in range(2):  # of one lane, so that the second is behind
            await house.deliver("invoice.paid", invoice(number))
        for run in await house.claim():
            await house.settle(run, Waiting(None, BOOKS, "the connection is paused: month end"))
        at_us = house.clock.at_us
        await house.journal.commit(Pause("connection", "books", By("ana", "month end", at_us)))
        shut = ConnectionState("open", wait_us=780_000_000)
        await house.journal.commit(KeepConnectionStates((("billing", shut),), at_us))
        await house.close()
        return house

    return shop_on(asyncio.run(make()))


def test_the_list_is_filtered_by_what_runs_wait_for(shop: Any) -> None:
    found = shop.tieline("--json", "runs", "list", "--waits-for", "connection books").lines
    none = shop.tieline("--json", "runs", "list", "--waits-for", "connection crm").lines
    wrong = shop.tieline("runs", "list", "--waits-for", "connection:books")

    rows = [json.loads(line) for line in found]
    assert [(row["waits_kind"], row["waits_key"]) for row in rows] == [("connection", "books")]
    assert (none, wrong.code) == ([], 2)
    assert "--waits-for is 'connection:books'; write a kind and a key" in wrong.err


def test_a_run_says_what_it_waits_for(shop: Any) -> None:
    found = shop.tieline("--json", "runs", "list", "--waits-for", "connection books").lines
    run_id = json.loads(found[0])["id"]

    said = shop.tieline("runs", "show", run_id).out

    assert "state: waiting for books" in said
    assert f"why: it waits for {SAID}" in said


def test_it_is_counted_wherever_somebody_looks(shop: Any) -> None:
    status, doctor = shop.tieline("status").out, shop.tieline("doctor").out
    books = shop.tieline("connections", "show", "books").out
    billing = shop.tieline("connections", "show", "billing").out

    assert f"1 run waits for {SAID}" in status
    assert "connection billing, whose breaker is open; the next probe is at" in status
    assert f"1 run waits for {SAID}; do: tieline runs list --waits-for" in doctor
    assert "runs that wait for it: 1; tieline runs list --waits-for 'connection books'" in books
    assert "note: whose breaker is open; the next probe is at" in billing
