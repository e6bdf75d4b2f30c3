"""What a contract makes is made once a run, and is the same at each execution."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, Field
from tests.engine import Answer, Engine, Town, Vendor, a_town

from tieline import Contract, Hub, Key, Run
from tieline.authoring.contract import spec_of


class Line(BaseModel):
    number: int
    reference: UUID = Field(default_factory=uuid4)


class Placed(Contract, name="order.placed", version=1):
    order_id: Annotated[str, Key("order")] = Field(validation_alias="id")
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    reference: UUID = Field(default_factory=uuid4)
    lines: list[Line] = Field(default_factory=list)


class Plain(Contract, name="order.plain", version=1):
    lines: list[int] = Field(default_factory=list)


ORDER = {"id": "o_1", "lines": [{"number": 1}, {"number": 2}]}


@pytest.mark.parametrize("how", ["pass time", "restart"])
async def test_a_typed_event_is_the_same_at_each_execution(
    engine: Engine, vendor: Vendor, town: Town, how: str
) -> None:
    seen: list[Placed] = []

    @town.hub.flow(on=town.on(contract=Placed))
    async def flow(order: Placed, run: Run) -> None:
        seen.append(order)
        await town.books.post("/entries", json={"ref": str(order.lines[1].reference)})
        await town.books.post("/last", json={"at": order.at.isoformat()})

    vendor.answers = [Answer(), Answer(503)]
    await engine.open(town.hub)
    await engine.take(ORDER)
    if how == "restart":
        await engine.restart(town.hub)
    await engine.pass_time(seconds=30)

    assert await engine.states() == ["done"]
    assert vendor.paths() == ["/entries", "/last", "/last"]
    assert seen[0] == seen[1]
    assert vendor.asked[1].body == vendor.asked[2].body


async def test_two_runs_have_values_of_their_own(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: set[UUID] = set()

    @town.hub.flow(on=town.on(contract=Placed))
    async def flow(order: Placed, run: Run) -> None:
        seen.add(order.reference)

    await engine.open(town.hub)
    for _ in range(2):
        await engine.take(ORDER)

    assert len(seen) == 2


async def test_a_contract_that_has_changed_since_is_made_anew(
    engine: Engine, vendor: Vendor
) -> None:
    class Older(Contract, name="order.placed", version=1):
        reference: UUID = Field(default_factory=uuid4)

    class Newer(Contract, name="order.placed", version=1):
        reference: int = Field(default_factory=lambda: 7)

    got: list[object] = []

    def release(contract: Any) -> Hub:
        town = a_town(vendor)

        @town.hub.flow(on=town.on(contract=contract))
        async def flow(order: Any, run: Run) -> None:
            got.append(order.reference)
            await town.books.post("/last", json={})

        return town.hub

    vendor.answers = [Answer(503)]
    await engine.open(release(Older))
    await engine.take({})
    await engine.restart(release(Newer))
    await engine.pass_time(seconds=30)

    assert isinstance(got[0], UUID)
    assert got[1:] == [7]


def test_only_a_contract_that_makes_values_is_remembered() -> None:
    assert spec_of(Placed).memory is not None
    assert spec_of(Plain).memory is None
