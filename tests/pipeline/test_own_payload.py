"""Own payload: what one flow changes of an event's payload, no other flow of it sees."""

from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import Contract, Run

FLOWS = 3


class Order(Contract, name="order", version=1):
    lines: list[dict[str, int]]
    notes: dict[str, list[str]]


ORDER = {"lines": [{"n": 2}, {"n": 1}], "notes": {"a": ["x"]}}


@pytest.mark.parametrize("contract", [None, Order], ids=["json", "contract"])
@pytest.mark.parametrize("batch", [1, 2])
async def test_each_flow_has_its_own(
    engine: Engine, vendor: Vendor, town: Town, contract: Any, batch: int
) -> None:
    seen: list[tuple[str, Any, Any]] = []

    def declare(name: str) -> None:
        @town.hub.flow(on=town.on(contract=contract), name=name)
        async def flow(order: Any, run: Run) -> None:
            lines = order["lines"] if contract is None else order.lines
            notes = order["notes"] if contract is None else order.notes
            seen.append((name, [dict(line) for line in lines], run.payload["notes"]["a"][:]))
            lines.sort(key=lambda line: line["n"])
            lines.pop()["n"] = 7
            notes.clear()
            run.payload["notes"] = {"a": []}
            await town.books.post("/x", json={})

    for number in range(FLOWS):
        declare(f"flow-{number}")
    vendor.answers = [Answer(503)]
    await engine.open(town.hub)

    for _ in range(batch):
        await engine.take(ORDER)
    await engine.pass_time(seconds=30)

    assert sorted({name for name, *_ in seen}) == [f"flow-{n}" for n in range(FLOWS)]
    assert len(seen) == FLOWS * batch + 1
    assert all(tuple(found) == (ORDER["lines"], ["x"]) for _, *found in seen)
    assert await engine.states() == ["done"] * FLOWS * batch
