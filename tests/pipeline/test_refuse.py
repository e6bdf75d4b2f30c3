"""Refuse: strangers are told no as often as they like, but cannot fill the disk with it."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import orjson
import pytest

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.model.base.secret import Secret
from tieline.model.inbound.request import Inbound, RequestProblem
from tieline.model.runs.facts import Fact, Received
from tieline.model.views.views import ListReceipts, ShowReceipt
from tieline.pipeline.refuse import STRANGERS, Refuser, RefuserParts

if TYPE_CHECKING:
    from tests.conftest import StoreHouse

PROBLEM = RequestProblem(401, "bad-signature", "Not authentic", "no secret fits")


@dataclass(slots=True)
class Facts:
    seen: list[Fact] = field(default_factory=list)

    def saw(self, fact: Fact) -> None:
        self.seen.append(fact)


def from_a_stranger(house: "StoreHouse") -> Inbound:
    now_us = house.clock.now_us()
    return Inbound("POST", "https://a.example/in/billing", (), b"x", "billing", "::1", now_us)


async def test_a_flood_of_refusals_is_counted_to_the_last_and_kept_only_in_part(
    house: "StoreHouse",
) -> None:
    facts = Facts()
    refuser = Refuser(RefuserParts(house.journal, house.clock, house.ids, facts))
    flood = STRANGERS.burst + 500

    replies = [await refuser.refuse(from_a_stranger(house), PROBLEM) for _ in range(flood)]

    assert {reply.status for reply in replies} == {401}
    assert len([fact for fact in facts.seen if isinstance(fact, Received)]) == flood
    assert house.journal.commands == STRANGERS.burst


async def test_after_a_flood_refusals_are_kept_again(house: "StoreHouse") -> None:
    refuser = Refuser(RefuserParts(house.journal, house.clock, house.ids, Facts()))
    for _ in range(STRANGERS.burst + 10):
        await refuser.refuse(from_a_stranger(house), PROBLEM)

    house.clock.advance(seconds=1)
    before = house.journal.commands
    await refuser.refuse(from_a_stranger(house), PROBLEM)

    assert house.journal.commands == before + 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("order-7.retry", "order-7.retry"),
        ("not; a name", None),
        ("has-a-secret-of-ours-in-it", None),
    ],
)
async def test_the_senders_name_for_a_refused_delivery_is_kept(
    house: "StoreHouse", sent: str, kept: str | None
) -> None:
    facts = Facts()
    secrets = (Secret.of("secret-of-ours"),)
    parts = RefuserParts(house.journal, house.clock, house.ids, facts, lambda _: secrets)
    sender = (("x-correlation-id", sent),)

    reply = await Refuser(parts).refuse(replace(from_a_stranger(house), headers=sender), PROBLEM)

    (fact,) = [fact for fact in facts.seen if isinstance(fact, Received)]
    reader = SqliteReader(house.path, CATALOGUE)
    (row,) = (await reader.read(ListReceipts())).rows
    headers = (await reader.read(ShowReceipt(row.id))).receipt.headers
    await reader.close()
    assert fact.correlation == kept
    shown = None if kept is None else [["x-correlation-id", kept]]
    assert (None if headers is None else orjson.loads(headers)) == shown
    assert reply.status == 401
