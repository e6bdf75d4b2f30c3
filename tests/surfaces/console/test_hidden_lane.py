"""A lane whose key is hidden: people find its runs by the short form that pages show."""

from collections.abc import Callable
from typing import Any

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.model.runs.run import Dead
from tieline.rules.privacy.hidden_key import readable_lane
from tieline.surfaces.console.ids import in_hidden_lane

LONG = "c" * 300
"""Too long to be shown, so its hash stands for it."""


async def test_runs_are_found_by_the_short_form_of_their_lane(
    house: Any, invoice: Callable[..., dict[str, object]]
) -> None:
    for number, customer in enumerate((LONG, "cus_1", LONG)):
        await house.deliver("invoice.paid", invoice(number, customer), identity=f"e{number}")
    [first] = [run for run in await house.claim() if run.lane != "cus_1"]
    shown = readable_lane(first.lane)
    await house.settle(first, Dead("refused-422", "no such customer"))
    views = SqliteReader(house.path, CATALOGUE)

    found = await in_hidden_lane(views, shown)
    by_digits = await in_hidden_lane(views, shown.removeprefix("hidden key "))

    assert shown.startswith("hidden key ")
    assert len(found) == 2
    assert found == by_digits
    assert (found[0].id, found[0].words) == (first.id, "post_invoice, dead")
    assert {match.kind for match in found} == {"run"}
    assert await in_hidden_lane(views, "hidden key 00000000") == ()
    assert await in_hidden_lane(views, "cus_1") == ()
    await views.close()
