"""Marks and strictness of a contract hold everywhere, or are a mistake at start."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from tieline import Connector, Contract, Hub, Key, Sensitive
from tieline.authoring.contract import spec_of
from tieline.authoring.contract_check import mistakes_of_contract


class Line(BaseModel):
    """A plain model: it says nothing of strictness."""

    number: int
    at: date | None = None
    price: Decimal | None = None


class Bent(BaseModel):
    model_config = ConfigDict(strict=False)
    number: int


class Named(BaseModel):
    inner_id: Annotated[str, Key]


class Order(Contract, name="marks.order"):
    order_id: Annotated[str, Key("order")] | None = None
    lines: list[Line] = Field(default_factory=list)
    by_name: dict[str, Line] = Field(default_factory=dict)


def test_a_key_may_be_optional() -> None:
    assert spec_of(Order).keys == (("order_id", "order"),)


@pytest.mark.parametrize(
    "document", [{"lines": [{"number": "5"}]}, {"by_name": {"a": {"number": 5.0}}}]
)
def test_what_stands_inside_is_as_strict(document: Any) -> None:
    with pytest.raises(ValueError, match="number"):
        spec_of(Order).parse(document)


def test_texts_of_times_and_decimals_are_read_there_as_ever() -> None:
    line = {"number": 5, "at": "2026-01-02", "price": "1.10"}

    found = spec_of(Order).parse({"lines": [line]})

    assert found.lines == [Line(number=5, at=date(2026, 1, 2), price=Decimal("1.10"))]


def test_what_an_author_loosens_stays_loose() -> None:
    class OneField(Contract, name="marks.one"):
        number: Annotated[int, Field(strict=False)]
        other: int

    class Whole(Contract, name="marks.whole"):
        bent: Bent

    assert spec_of(OneField).parse({"number": "5", "other": 1}).number == 5
    with pytest.raises(ValueError, match="other"):
        spec_of(OneField).parse({"number": "5", "other": "1"})
    assert spec_of(Whole).parse({"bent": {"number": "5"}}).bent.number == 5


class Several(Contract, name="marks.several"):
    tags: Annotated[list[str], Key]


class SeveralInside(Contract, name="marks.inside"):
    tags: list[Annotated[str, Key]] | None = None


class Deep(Contract, name="marks.deep"):
    named: dict[str, list[Named]]


class Mixed(Contract, name="marks.mixed"):
    bent: Bent
    line: Line


class Defaults(Contract, name="marks.defaults"):
    order_id: Any = Key
    email: Any = Sensitive()


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        (Several, ["'tags' is a Key, and not one name but several"]),
        (SeveralInside, ["'tags' is a Key, and not one name but several"]),
        (Deep, ["the Key 'inner_id' stands in its part Named, where it names nothing"]),
        (Mixed, ["whether its part Line bends types is not said"]),
        (Defaults, ["write order_id: Annotated[str, Key]", "write email: Annotated[str, Sens"]),
        (Order, []),
    ],
)
def test_what_would_not_hold_is_a_mistake(contract: type[Contract], said: list[str]) -> None:
    mistakes = list(mistakes_of_contract(contract))

    assert len(mistakes) == len(said)
    for text, words in zip(mistakes, said, strict=True):
        assert text.startswith(f"contract {contract.contract_name!r}: ")
        assert words in text


def test_the_hub_says_it_at_start() -> None:
    hub = Hub("acme")

    @hub.flow(on=hub.topic("deep", contract=Deep))
    async def flow(payload: Deep) -> None: ...

    hub.connect("x", Connector("x", "https://x.example"))
    with pytest.raises(Exception, match="the Key 'inner_id' stands in its part Named"):
        hub.spec()
