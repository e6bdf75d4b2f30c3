"""The guide to flows: its blocks, read in order, are a hub that can run, and its test passes."""

import importlib.util
import re
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from tieline import Reject
from tieline.testing import answer, plain

GUIDE = Path(__file__).parents[2] / "docs" / "flows.md"


@pytest.fixture
def guide(tmp_path: Path) -> ModuleType:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "guide_hub.py"
    path.write_text("\n\n".join(blocks), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("guide_hub", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["guide_hub"] = module
    spec.loader.exec_module(module)
    return module


def test_the_hub_of_the_guide_can_run(guide: ModuleType) -> None:
    spec = guide.hub.spec()

    assert sorted(spec.flows) == [
        "check_ledger",
        "morning_digest",
        "note_payment",
        "post_invoice",
        "refund",
        "send_receipt",
        "ship_order",
        "ship_parcel",
        "ship_when_paid",
    ]
    assert spec.flows["post_invoice"].uses == ("books", "chat")
    assert "payment.settled" in spec.flows["ship_when_paid"].awaits
    assert spec.flows["post_invoice"].awaits == frozenset()


async def test_the_tests_of_the_guide_pass(guide: ModuleType) -> None:
    tests = [test for name, test in vars(guide).items() if name.startswith("test_")]

    assert len(tests) >= 4
    for test in tests:
        await test()


async def test_a_receipt_takes_the_next_number_that_is_free(guide: ModuleType) -> None:
    statuses = [409, 201]

    async with plain(guide.hub, answers={"books": lambda call: answer(statuses.pop(0), {})}) as run:
        await guide.send_receipt({"order_id": "o_1"}, run)

    assert statuses == []


async def test_what_is_not_paid_is_not_shipped(guide: ModuleType) -> None:
    async with plain(guide.hub) as run:
        began = run.at
        with pytest.raises(Reject, match="it was not paid in time"):
            await guide.ship_when_paid({"order_id": "o_1", "payment_id": "py_1"}, run)

    assert (run.at - began, run.calls) == (timedelta(days=3), [])


@pytest.mark.parametrize(
    ("failing", "last"), [({}, "order.shipped"), ({"ship_parcel": "lost"}, "order.stuck")]
)
async def test_an_order_hears_how_its_parcels_went(
    guide: ModuleType, failing: dict[str, str], last: str
) -> None:
    async with plain(guide.hub) as run:
        run.failing = failing
        await guide.ship_order({"parcels": ["p1", "p2"]}, run)

    assert run.started == ["ship_parcel", "ship_parcel"]
    *parcels, (told, _) = run.emitted
    assert parcels == [("parcel.wanted", {"id": "p1"}), ("parcel.wanted", {"id": "p2"})]
    assert told == last


async def test_the_ledger_flow_ends_as_the_guide_says(guide: ModuleType) -> None:
    answers = {"ledger": lambda _: answer(200, {"state": "unknown"})}

    async with plain(guide.hub, answers=answers) as run:
        with pytest.raises(Reject, match="the ledger says unknown"):
            await guide.check_ledger({"invoice_id": "in_1"}, run)

    assert run.slept
