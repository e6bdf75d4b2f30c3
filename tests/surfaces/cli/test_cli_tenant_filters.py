"""``--tenant``: whatever takes it shows, plans and decides about that tenant's own rows only.

The commands are read from the command line itself: one that gets the option is tried here.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.surfaces.cli.conftest import Said, Shop
from tests.surfaces.cli.test_cli_far import Elsewhere
from typer.core import TyperGroup
from typer.main import get_command

from tieline.compose.features import VOCABULARY
from tieline.features.tenants.model import AddTenant
from tieline.model.base.by import By
from tieline.model.base.ids import TenantId
from tieline.model.runs.run import Dead, Held, RetryAt
from tieline.surfaces.cli.main import app_of

A, B = TenantId("shop-a"), TenantId("shop-b")
KNOWN_WITHOUT_WORK = TenantId("shop-c")
LISTS = {
    "deliveries list": 5,
    "events list": 5,
    "runs list": 4,
    "dead list": 1,
    "held list": 1,
    "quarantine list": 1,
    "issues list": 4,
    "inbox": 3,
}
"""What lists, and how many of its rows are the tenant's."""
PLANS = {
    "dead retry --all --plan": 1,
    "dead discard --all --plan": 1,
    "held resolve --continue --all --plan": 1,
    "quarantine discard --plan": 1,
    "runs retry-now --all --plan": 1,
    "replay plan": 5,
}
"""What plans, and how much of what it looks at is the tenant's."""
ELSEWHERE = {
    "story": "tests/surfaces/cli/test_cli_stories_of_tenants.py",
    "audit list": "tests/surfaces/cli/test_cli_tenants.py",
    "replay run": "the filter of replay plan",
    "quarantine replay": "the filter of replay plan",
    "send": "tests/surfaces/cli/test_cli_running.py",
    "listen": "tests/surfaces/cli/test_cli_running.py",
    "flows run": "tests/surfaces/cli/test_cli_running.py",
}
"""Where the others that take it are tried."""


def taking_it(command: Any, *names: str) -> Iterator[str]:
    """Every command below this one that has the option."""
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from taking_it(below, *names, name)
    elif any("--tenant" in option.opts for option in command.params):
        yield " ".join(names)


@pytest.fixture
def shop(
    build_house: Callable[[], Any],
    invoice: Callable[..., dict[str, object]],
    shop_on: Callable[..., Shop],
) -> Shop:
    async def make() -> Any:
        house = build_house()
        number = 0
        for tenant, kind in ((A, "422"), (B, "422"), (A, "404")):
            later = RetryAt(house.clock.at_us + 3_600_000_000, "books answered 503", counts=True)
            for end in (Dead(f"refused-{kind}", "no"), Held("amount above limit"), later, None):
                number += 1
                await house.deliver("invoice.paid", invoice(number, f"cus_{number}"), tenant=tenant)
                if end is not None:
                    (run,) = await house.claim()
                    await house.settle(run, end)
            await house.work()
            await house.deliver("invoice.paid", {"invoice_id": 7}, tenant=tenant)
        by = By("ana", "it opens next month", house.clock.at_us)
        await house.journal.commit(AddTenant(KNOWN_WITHOUT_WORK, by))
        await house.close()
        return house

    return shop_on(asyncio.run(make()))


def rows(said: Said) -> list[dict[str, Any]]:
    assert said.code == 0, said.err
    return [one for one in map(json.loads, said.lines) if "next" not in one]


def check_lists(tieline: Callable[..., Said]) -> None:
    for words, count in LISTS.items():
        every = rows(tieline("--json", *words.split()))
        theirs = rows(tieline("--json", *words.split(), "--tenant", "shop-b"))

        assert len(theirs) == count, words
        assert len(every) > count, words
        assert {row.get("tenant", "shop-b") for row in theirs} == {"shop-b"}, words


def check_plans(tieline: Callable[..., Said]) -> None:
    for words, count in PLANS.items():
        found = {}
        for tenant in (B, KNOWN_WITHOUT_WORK):
            (said,) = rows(tieline("--json", *words.split(), "--tenant", tenant))
            plan = said.get("plan", said)
            found[tenant] = plan["found"]
            assert tenant in plan["chosen"], words

        assert found == {B: count, KNOWN_WITHOUT_WORK: 0}, words


def test_a_plan_of_a_tenant_that_nobody_knows_is_refused(shop: Shop) -> None:
    for words in PLANS:
        said = shop.tieline(*words.split(), "--tenant", "shop-d")

        assert (said.code, "--tenant is 'shop-d'; nothing here is known" in said.err) == (2, True)


def test_every_command_that_takes_a_tenant_is_tried() -> None:
    tried = {" ".join(word for word in words.split() if word[0] != "-") for words in PLANS}

    assert set(taking_it(get_command(app_of(VOCABULARY)))) == {
        *LISTS,
        *tried,
        *ELSEWHERE,
    }


def test_lists_and_plans_of_one_tenant_have_nothing_of_another(shop: Shop) -> None:
    check_lists(shop.tieline)
    check_plans(shop.tieline)


def test_and_so_they_do_when_they_are_asked_of_a_hub_elsewhere(shop: Shop) -> None:
    with Elsewhere(shop) as elsewhere:
        check_lists(elsewhere.tieline)
        check_plans(elsewhere.tieline)
