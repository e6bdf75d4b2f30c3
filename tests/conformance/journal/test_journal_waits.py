"""What runs wait for: a kind and a key, which an older release beside us knows as one text."""

from importlib.resources import files
from typing import Any

from tests.makers import by, run_id
from tests.somebody import Somebody
from tests.stores import Store

from tieline.model.base.ids import NO_TENANT, TenantId
from tieline.model.commands import ResolveHeld, WakeWaiting
from tieline.model.runs.run import Held, Waiting
from tieline.model.runs.waits import Waits, waits_for_connection
from tieline.model.views import views as v

CRM = waits_for_connection("crm")
STEP = ("crm POST /deals", "#1")
COLUMNS = ("state", "waits_kind", "waits_key", "doubt_step", "doubt_key", "waits_on")
TRIGGER = "waits_of_older"


async def parked(store: Store, number: int, outcome: Waiting | Held) -> None:
    await store.ingest(number)
    await store.settle(await store.claim_one(), outcome)


async def work(somebody: Somebody) -> list[tuple[Any, ...]]:
    return await somebody.sql(f"SELECT {', '.join(COLUMNS)} FROM work ORDER BY run_id")


async def test_an_older_release_reads_what_runs_wait_for_where_it_always_did(
    store: Store, somebody: Somebody
) -> None:
    await parked(store, 1, Waiting(None, CRM, "it is paused"))
    await parked(store, 2, Held("who knows", STEP))
    await parked(store, 3, Held("the author asked"))

    waiting, doubted, asked = await work(somebody)

    assert waiting == ("waiting", "connection", "crm", None, None, "connection:crm")
    assert doubted[:5] == ("held", None, None, *STEP)
    assert doubted[5].replace(", ", ",") == '["step","crm POST /deals","#1"]'
    assert asked == ("held", *[None] * 5)


async def test_what_an_older_release_puts_down_and_wakes_is_known_here(
    store: Store, somebody: Somebody
) -> None:
    await store.ingest(1, 2, 3)
    await store.claim()
    put = "UPDATE work SET state = '{}', worker = NULL, waits_on = '{}' WHERE run_id = '{}'"
    await somebody.sql(
        put.format("waiting", "connection:crm", run_id(1)),
        put.format("held", '["step","crm POST /deals","#1"]', run_id(2)),
        put.format("waiting", "quota:crm:eu", run_id(3)),
    )
    first, second, third = await work(somebody)
    assert first[:5] == ("waiting", "connection", "crm", None, None)
    assert second[:5] == ("held", None, None, *STEP)
    assert third[:5] == ("waiting", "quota", "crm:eu", None, None)

    ready = "UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL WHERE run_id = '{}'"
    await somebody.sql(*(ready.format(run_id(number)) for number in (1, 2, 3)))

    assert await work(somebody) == [("ready", *[None] * 5)] * 3
    await somebody.sql("UPDATE run SET state = 'ready'")  # as it does in the same transaction


async def test_what_waited_before_the_columns_came_waits_for_the_same(
    store: Store, somebody: Somebody
) -> None:
    await parked(store, 1, Waiting(None, CRM, "it is paused"))
    await parked(store, 2, Held("who knows", STEP))
    on = " ON work" if store.is_server else ""
    columns = ("waits_kind", "waits_key", "doubt_step", "doubt_key")
    await somebody.sql(
        f"DROP TRIGGER {TRIGGER}{on}",
        *(["DROP FUNCTION waits_of_older()"] if store.is_server else []),
        "DROP INDEX work_waits_for",
        "DROP INDEX work_waits_only",
        *(f"ALTER TABLE work DROP COLUMN {column}" for column in columns),
    )

    await somebody.script(migration(store))

    first, second = await work(somebody)
    assert first[:5] == ("waiting", "connection", "crm", None, None)
    assert second[:5] == ("held", None, None, *STEP)


def migration(store: Store) -> str:
    folder = files(f"tieline.adapters.{'postgres' if store.is_server else 'sqlite'}")
    schema = folder.joinpath("schema").iterdir()
    (file,) = (one for one in schema if one.name.endswith("what_runs_wait_for.sql"))
    return file.read_text(encoding="utf-8")


async def test_a_wake_of_one_tenant_leaves_the_others_asleep(store: Store) -> None:
    await parked(store, 1, Waiting(None, Waits("quota", "crm"), "spent"))
    waits = Waits("quota", "crm")

    other = await store.journal.commit(WakeWaiting(waits, store.now_us, tenant=TenantId("acme")))
    own = await store.journal.commit(WakeWaiting(waits, store.now_us, tenant=NO_TENANT))

    assert (other.count, own.count) == (0, 1)


async def test_a_wake_is_for_one_kind_of_thing_and_one_of_them(store: Store) -> None:
    await parked(store, 1, Waiting(None, CRM, "it is paused"))

    for other in (Waits("quota", "crm"), waits_for_connection("cr"), waits_for_connection("crm2")):
        assert (await store.journal.commit(WakeWaiting(other, store.now_us))).count == 0
    page = await store.views.read(v.ListRuns(waits=CRM))
    assert [(row.id, row.waits) for row in page.rows] == [(run_id(1), CRM)]


async def test_a_held_run_that_goes_on_is_in_no_doubt_any_more(
    store: Store, somebody: Somebody
) -> None:
    await parked(store, 1, Held("who knows", STEP))

    await store.journal.commit(ResolveHeld(run_id(1), "retry", by("ann")))

    assert await work(somebody) == [("ready", *[None] * 5)]
