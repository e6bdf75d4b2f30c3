"""Refuse: strangers are told no as often as they like, but cannot fill the disk with it."""

import hashlib
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
from tieline.rules.formats.no_body import no_body

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
    assert headers is not None
    assert b"secret-of-ours" not in headers
    ((name, shown), (digest, _)) = orjson.loads(headers)
    assert (name, digest) == ("x-correlation-id", ":sha-256")
    assert shown == (kept or sent.replace("secret-of-ours", "[redacted]"))
    assert reply.status == 401


async def test_a_refused_delivery_is_found_by_what_stood_in_its_headers_or_query(
    house: "StoreHouse",
) -> None:
    parts = RefuserParts(
        house.journal,
        house.clock,
        house.ids,
        Facts(),
        lambda _: (Secret.of("secret-of-ours"),),
        lambda _: {"x-shop-proof"},
    )
    sent = replace(
        from_a_stranger(house),
        url="https://a.example/in/billing?order=84219&api_key=k-1234567&token=secret-of-ours",
        headers=(
            ("x-shop-order", "ord-77"),
            ("x-shop-proof", "a-former-secret"),
            ("authorization", "Bearer of-somebody"),
            *((f"x-{number}", "y" * 9_000) for number in range(100)),
        ),
    )

    await Refuser(parts).refuse(sent, PROBLEM)

    reader = SqliteReader(house.path, CATALOGUE)
    found = {
        text: len((await reader.read(ListReceipts(verdict="refused", header=text))).rows)
        for text in ("84219", "ord-77", "a-former-secret", "k-1234567", "secret-of", "somebody")
    }
    (row,) = (await reader.read(ListReceipts())).rows
    receipt = (await reader.read(ShowReceipt(row.id))).receipt
    await reader.close()
    assert {text for text, count in found.items() if count} == {"84219", "ord-77"}
    assert receipt.headers is not None
    assert len(receipt.headers) < 16_000
    assert dict(orjson.loads(receipt.headers))[":sha-256"] == hashlib.sha256(b"x").hexdigest()
    assert receipt.body is None
    assert no_body(receipt) == "it was never kept: nobody vouched for it"
