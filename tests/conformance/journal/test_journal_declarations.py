"""Declarations: each stands once, known since it was first at work, for as long as somebody is."""

from dataclasses import replace

import pytest
from tests.makers import ALICE, START_US
from tests.stores import Store

from tieline.adapters.sql.fleet.declaring import KEPT_US
from tieline.model.commands import Beat
from tieline.model.fleet.declaration import (
    Declaration,
    DeclarationRow,
    KeepDeclaration,
    ListDeclarations,
)
from tieline.model.views import views as v
from tieline.model.views.rows import WorkerRow

ONE = Declaration("d1", "orders", "c1", (("connection books base_url", "https://a.example"),))


async def keep(store: Store, one: Declaration, now_us: int) -> None:
    await store.journal.commit(KeepDeclaration(one, now_us))


async def alice(store: Store) -> WorkerRow:
    (row,) = [row for row in await store.views.read(v.ListWorkers()) if row.id == ALICE]
    return row


async def test_a_declaration_is_known_since_it_was_first_at_work(store: Store) -> None:
    await keep(store, ONE, START_US)
    await keep(store, replace(ONE, digest="d2", parts=()), START_US + 1)
    await keep(store, ONE, START_US + 2)

    rows = await store.views.read(ListDeclarations())
    assert rows == (
        DeclarationRow("d2", "orders", "c1", (), START_US + 1, START_US + 1),
        DeclarationRow("d1", "orders", "c1", ONE.parts, START_US, START_US + 2),
    )


@pytest.mark.parametrize(("declares", "kept"), [("d1", True), ("d2", False)])
async def test_one_that_nobody_goes_by_is_forgotten_after_long(
    store: Store, declares: str, *, kept: bool
) -> None:
    await keep(store, ONE, START_US)
    await store.journal.commit(Beat(ALICE, START_US, declares=declares, hub="orders"))
    await keep(store, replace(ONE, digest="d2"), START_US + KEPT_US + 1)

    digests = {row.digest for row in await store.views.read(ListDeclarations())}
    assert ("d1" in digests) == kept


async def test_what_a_process_says_of_itself_is_that_of_its_last_beat(store: Store) -> None:
    beat = Beat(ALICE, START_US, hub="orders", declares="d1", troubles=("a", "b"))
    await store.journal.commit(beat)
    first = await alice(store)
    await store.journal.commit(replace(beat, troubles=()))
    last = await alice(store)

    assert (first.hub, first.declares, first.troubles) == ("orders", "d1", "a\nb")
    assert last.troubles == ""
