"""Numbers: no digit is lost on the way from the door to the other system, or in what is shown."""

from decimal import Decimal
from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import Contract, Run
from tieline.model.views.views import ShowRun
from tieline.operations.redaction import payload, step_result

LONG = 2**70 + 1
PRICE = "12345678901234567.89"
DOCUMENT = b'{"id":%d,"price":%b,"plain":1.1}' % (LONG, PRICE.encode())


class Posted(Contract, name="posted", version=1):
    id: int
    price: Decimal
    shown: Decimal
    text: Decimal = Decimal("0.5")


async def test_every_digit_arrives(engine: Engine, vendor: Vendor, town: Town) -> None:
    seen: list[Any] = []

    @town.hub.flow(on=town.on(), name="first")
    async def first(order: dict[str, Any], run: Run) -> None:
        seen.append(order)
        made = await run.step("make", lambda: {"sum": Decimal(PRICE) * 2, "id": LONG})
        answer = await town.books.post(
            "/x", json={"order": order, "made": made, "n": Decimal("1.10")}
        )
        seen.append(answer.json())
        await run.emit(
            "posted", {"id": LONG, "price": Decimal(PRICE), "shown": order["plain"], "text": "2.50"}
        )
        await town.books.post("/last", json={"made": made})

    @town.hub.flow(on=town.hub.topic("posted", contract=Posted), name="second")
    async def second(posted: Posted, run: Run) -> None:
        seen.append(posted)

    vendor.answers = [Answer(body=DOCUMENT), Answer(503)]
    await engine.open(town.hub)
    await engine.take(raw=DOCUMENT)
    await engine.pass_time(seconds=30)

    assert set(await engine.states()) == {"done"}
    wanted = {"id": LONG, "price": Decimal(PRICE), "plain": 1.1}
    assert seen[0] == seen[1] == wanted
    assert next(one for one in seen if isinstance(one, Posted)) == Posted(
        id=LONG, price=Decimal(PRICE), shown=Decimal("1.1"), text=Decimal("2.5")
    )
    sent = vendor.asked[0].body.decode()
    assert f'"order":{DOCUMENT.decode()}' in sent
    assert f'"made":{{"sum":24691357802469135.78,"id":{LONG}}},"n":1.10' in sent
    run = (await engine.runs("first"))[0]
    detail = await engine.parts.views.read(ShowRun(run.run.id))
    shown = [step_result(step.result, step.result_bytes, town.hub.spec()) for step in detail.steps]
    assert {"sum": Decimal("24691357802469135.78"), "id": LONG} in shown
    assert {"status": 200, "body": wanted} in shown
    assert payload(DOCUMENT, town.hub.spec()) == wanted


@pytest.mark.parametrize("number", [float("nan"), Decimal("Infinity")])
async def test_what_is_no_number_is_never_written_as_null(
    engine: Engine, vendor: Vendor, town: Town, number: object
) -> None:
    @town.hub.flow(on=town.on(), name="first")
    async def first(order: dict[str, Any], run: Run) -> None:
        await run.emit("posted", {"n": number})

    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert "JSON has no" in run.dead.reason or "no canonical form" in run.dead.reason
