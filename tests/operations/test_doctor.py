"""Doctor: each thing that can be wrong is found, and said with what to do about it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import apsw
import pytest

from tieline import Hub
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.compose.features import CATALOGUE, CHECKS
from tieline.connectors import standard_webhooks
from tieline.features.schedules.model import KeepSchedule
from tieline.model.commands import Beat, By, Pause
from tieline.model.runs.run import Dead, Held
from tieline.model.views.details import StoreHealth
from tieline.model.views.rows import WorkCount
from tieline.operations import doctor
from tieline.operations.doctor import DoctorFacts, Finding, Level
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]
SECRETS = {
    "TIELINE_SECRET_BILLING_SIGNING": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "TIELINE_SECRET_BILLING_LIVE": "b",
    "TIELINE_SECRET_BOOKS_LIVE": "c",
}
VAULT = EnvironmentVault(SECRETS)


@pytest.fixture
async def views(house: Any) -> AsyncIterator[Views]:
    reader = SqliteReader(house.path, CATALOGUE)
    yield reader
    await reader.close()


async def examined(house: Any, views: Views, **options: Any) -> list[tuple[Level, str]]:
    """Errors and warnings, with the heartbeat of a hub that lives."""
    await house.journal.commit(Beat(house.worker, house.clock.at_us, "test"))
    found = await doctor.examine(
        views,
        options.pop("hub", house.hub),
        options.pop("vault", VAULT),
        house.clock.at_us,
        checks=CHECKS,
    )
    assert not options
    return [(one.level, one.what) for one in found if one.level is not Level.NOTE]


async def test_a_sound_hub_has_nothing_wrong(house: Any, views: Views, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1))

    wrong = await examined(house, views)
    found = await doctor.examine(views, house.hub, VAULT, house.clock.at_us, thorough=True)

    assert wrong == []
    assert {one.level for one in found} == {Level.NOTE}


async def test_dead_and_held_runs_are_warned_of(house: Any, views: Views, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.deliver("order.made", {})
    await house.work(lambda run: Dead("x", "y") if run.lane else Held("z"))

    assert await examined(house, views) == [
        (Level.WARNING, "1 run is dead"),
        (Level.WARNING, "1 run is held"),
    ]


async def test_an_old_unfinished_run_is_warned_of(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    house.clock.advance(hours=2)

    [(level, words)] = await examined(house, views)

    assert level is Level.WARNING
    assert words.startswith("the oldest unfinished run is run_")
    assert words.endswith("of post_invoice, ready, since 2h")


async def test_the_age_of_the_queue_is_always_told(
    house: Any, views: Views, invoice: Invoice
) -> None:
    empty = await doctor.examine(views, house.hub, VAULT, house.clock.at_us)
    await house.deliver("invoice.paid", invoice(1))
    house.clock.advance(minutes=20)

    found = await doctor.examine(views, house.hub, VAULT, house.clock.at_us)

    assert (Level.NOTE, "no run is unfinished") in [(one.level, one.what) for one in empty]
    (told,) = (one for one in found if one.what.startswith("the oldest unfinished run"))
    assert told.level is Level.NOTE
    assert told.what.endswith("of post_invoice, ready, since 20m")


async def test_a_silent_hub_is_an_error(house: Any, views: Views) -> None:
    await house.claim()
    house.clock.advance(minutes=2)

    found = await doctor.examine(views, house.hub, VAULT, house.clock.at_us)

    assert found[0].level is Level.ERROR
    assert "its last heartbeat was 2m ago" in found[0].what
    assert doctor.exit_code(found) == 1


async def test_an_overdue_schedule_and_a_pause_are_told(house: Any, views: Views) -> None:
    now_us = house.clock.at_us
    await house.journal.commit(KeepSchedule("schedule:nightly", "0 6 * * *", "UTC", now_us, 1))
    await house.journal.commit(Pause("flow", "announce", By("ana", "noise", now_us)))
    house.clock.advance(minutes=10)

    wrong = await examined(house, views)
    found = await doctor.examine(views, house.hub, VAULT, house.clock.at_us, checks=CHECKS)

    notes = [one.what for one in found if one.level is Level.NOTE]
    assert wrong == [(Level.ERROR, "schedule:nightly is overdue by 10m")]
    assert "flow announce was paused 10m ago by ana: noise" in notes
    assert "schedule:nightly is not declared any more and never fires" in notes


async def test_work_of_a_flow_that_is_gone_is_an_error(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    fewer = replace(
        house.hub, flows={k: v for k, v in house.hub.flows.items() if k != "post_invoice"}
    )

    assert await examined(house, views, hub=fewer) == [
        (Level.ERROR, "1 run is of flow post_invoice, which is not declared any more")
    ]


async def test_missing_secrets_and_open_doors_are_found(house: Any, views: Views) -> None:
    hub = Hub("open")
    door = hub.connect("door", standard_webhooks)

    @hub.flow(on=door.webhook("a.b", unverified=True))
    async def take(payload: dict[str, Any]) -> None:
        """Take whatever comes."""

    missing = await examined(house, views, vault=EnvironmentVault({}))
    unverified = await examined(house, views, hub=hub.spec())

    assert missing == [
        (Level.ERROR, "connection billing: the vault has no secret 'billing-live'"),
        (Level.ERROR, "connection books: the vault has no secret 'books-live'"),
        (Level.ERROR, "source billing: the vault has no secret 'billing-signing'"),
    ]
    assert unverified == [
        (Level.WARNING, "source door takes deliveries that nobody signed (unverified=True)")
    ]


async def test_rows_that_contradict_each_other_are_errors(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(5):
        await house.deliver(
            "invoice.paid", invoice(number, f"c{number % 2}"), identity=f"e{number}"
        )
    await house.claim()
    by = By("ana", "why", house.clock.at_us)
    await house.journal.commit(Pause("flow", "a", by))
    await house.journal.commit(Pause("flow", "b", by))
    await asyncio.to_thread(
        damage,
        house,
        "DROP TRIGGER law_of_run",
        "UPDATE run SET state = 'done' WHERE id = (SELECT min(head) FROM lane)",
        "DELETE FROM run WHERE id = (SELECT max(head) FROM lane)",
        "DELETE FROM worker",
        "DELETE FROM work WHERE run_id = (SELECT max(run_id) FROM work)",
        "DROP TRIGGER audit_stays",
        "UPDATE audit SET reason = 'because' WHERE seq = 1",
    )

    found = await doctor.examine(views, house.hub, VAULT, house.clock.at_us)

    wrong = [(one.level, one.what) for one in found if "heartbeat" not in one.what]
    kinds = sorted({words.split(":")[0] for level, words in wrong if level is Level.ERROR})
    assert kinds == [
        "audit-chain",
        "lane-stands-still",
        "run-without-work",
        "states-differ",
        "unknown-worker",
        "work-without-run",
    ]


def damage(house: Any, *statements: str) -> None:
    """Change the file behind the hub's back."""
    connection = apsw.Connection(str(house.path))
    for statement in statements:
        connection.execute(statement)
    connection.close()


HEALTH = StoreHealth("tieline.db", "0002", "3.54.1", 1, 1, 2**40, 7, None, None)
MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("health", "level", "words"),
    [
        (replace(HEALTH, library="3.51.2"), Level.WARNING, "a defect in resetting its log"),
        (replace(HEALTH, log_bytes=300 * MEGABYTE), Level.WARNING, "has grown to 300 MB"),
        (replace(HEALTH, free_bytes=500 * MEGABYTE), Level.WARNING, "500 MB are free"),
        (replace(HEALTH, free_bytes=5 * MEGABYTE), Level.ERROR, "5 MB are free"),
        (replace(HEALTH, newest_us=10**15), Level.ERROR, "ahead of this machine's clock"),
        (replace(HEALTH, faults=("page 3 is lost",)), Level.ERROR, "damaged: page 3 is lost"),
    ],
)
def test_the_state_of_the_file_is_judged(health: StoreHealth, level: Level, words: str) -> None:
    facts = DoctorFacts(health, WorkCount((), None, True), (), (), (), False, 1)

    wrong = [one for one in doctor.of_store(facts) if one.level is not Level.NOTE]

    assert [one.level for one in wrong] == [level]
    assert words in wrong[0].what
    assert wrong[0].do


def test_only_errors_change_the_exit_code() -> None:
    assert doctor.exit_code([]) == 0
    assert doctor.exit_code([Finding(Level.WARNING, "w"), Finding(Level.NOTE, "n")]) == 0
    assert doctor.exit_code([Finding(Level.NOTE, "n"), Finding(Level.ERROR, "e")]) == 1
