"""Disagreeing: processes of one store that do not go by the same are refused, or named."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests import postgres_server

from tieline import Connector, Hub, NoAuth
from tieline.adapters.vault.fixed import FixedVault
from tieline.compose import watch
from tieline.compose.features import CHECKS
from tieline.compose.hub_file import load_hub
from tieline.compose.process import Running, running
from tieline.features.schedules.loops import Scheduler
from tieline.features.schedules.model import Fire, ListSchedules, ScheduleRow
from tieline.model.base.errors import SettingsError
from tieline.model.fleet.declaration import ListDeclarations
from tieline.model.views.views import ListWorkers, ReadKnownAlerts
from tieline.operations import doctor
from tieline.operations.doctor_hub import DoctorHub
from tieline.settings.settings import Settings


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    url = await postgres_server.shared().database_of(tmp_path)
    return Settings(
        store=url, port=0, console_port=0, shutdown_seconds=1, roles=("worker", "scheduler")
    )


def a_hub(name: str = "orders", url: str = "https://a.example", cron: str = "0 6 * * *") -> Hub:
    hub = Hub(name)
    books = hub.connect("books", Connector("books", auth=NoAuth()), base_url=url)

    @hub.flow(on=hub.schedule(cron, name="nightly"), name="close")
    async def close(_: object) -> None:
        await books.post("/closings")

    return hub


async def examined(it: Running, hub: Hub) -> list[str]:
    views, now_us, vault = it.parts.views, it.parts.clock.now_us(), FixedVault({})
    place = DoctorHub(hub.spec(), vault)
    found = await doctor.examine(views, place, vault, now_us, checks=CHECKS)
    return [f"{one.level}: {one.what}; {one.do}" for one in found if one.level != "note"]


async def test_another_hub_is_refused_and_the_first_goes_on(settings: Settings) -> None:
    async with running(a_hub().spec(), settings, environment={}) as first:
        with pytest.raises(SettingsError) as refused:
            async with running(a_hub("billing").spec(), settings, environment={}):
                pass

        assert "hub 'orders' is running on it" in str(refused.value)
        assert "this is hub 'billing': a store has one hub" in str(refused.value)
        assert [row.hub for row in await first.parts.views.read(ListWorkers())] == ["orders"]
        told = await examined(first, a_hub("billing"))
        assert any("hub 'orders' is running on this store" in line for line in told)
    async with running(a_hub("billing").spec(), settings, environment={}) as renamed:
        assert await examined(renamed, a_hub("billing")) == []


async def test_what_processes_say_differently_is_named(settings: Settings) -> None:
    other = settings.model_copy(update={"dedupe_days": 3.0})
    async with (
        running(a_hub().spec(), settings, environment={}) as first,
        running(a_hub(url="https://b.example").spec(), other, environment={}),
    ):
        (told,) = [line for line in await examined(first, a_hub()) if "go by the same" in line]

    assert told.startswith("warning: processes of this store do not go by the same: ")
    assert "connection books base_url: 'https://b.example' in " in told
    assert "setting dedupe_days: '3.0' in " in told


async def test_the_newest_release_says_when_a_schedule_fires_as_long_as_it_is_there(
    settings: Settings,
) -> None:
    old, new = a_hub(), a_hub(cron="30 7 * * *")
    async with running(old.spec(), settings, environment={}) as first:
        before = Scheduler(first.parts)
        await before.register()
        async with running(new.spec(), settings, environment={}) as second:
            after = Scheduler(second.parts)
            for _ in range(2):
                for one in (before, after, before):
                    await one.register()
                    await one.fire_due()
                    assert (await stored(second)).cron == "30 7 * * *"
        await before.fire_due()
        assert (await stored(first)).cron == "0 6 * * *", "who said so is gone"


async def test_who_has_not_heard_of_the_new_times_does_not_fire(settings: Settings) -> None:
    old, new = a_hub(), a_hub(cron="0 6 * * 1-5")
    async with (
        running(old.spec(), settings, environment={}) as first,
        running(new.spec(), settings, environment={}) as second,
    ):
        row = await stored(first)
        fire = Fire(
            row.name, row.next_us, row.next_us + 1, 0, (), row.next_us, ("0 6 * * *", "UTC")
        )
        await first.parts.journal.commit(fire)

        assert await stored(second) == row


async def stored(it: Running) -> ScheduleRow:
    (row,) = await it.parts.views.read(ListSchedules())
    return row


HUB = """
from tieline import Hub
import {helper}
hub = Hub("orders")
"""


def test_the_digest_is_of_the_files_that_the_hub_is_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def code(**files: str) -> str:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        for name in files:
            monkeypatch.delitem(sys.modules, name, raising=False)
        return load_hub(f"{tmp_path}/declared_here.py:hub").code

    monkeypatch.setattr("sys.path", [*sys.path])
    first = code(declared_here=HUB.format(helper="helped_by"), helped_by="X = 1")
    same = code(declared_here=HUB.format(helper="helped_by"), helped_by="X = 1", beside="Y = 1")
    changed = code(declared_here=HUB.format(helper="helped_by"), helped_by="X = 22")

    assert len(first) == 16
    assert first == same
    assert changed != first


async def test_a_declaration_is_known_since_it_was_first_at_work(settings: Settings) -> None:
    rows: list[Any] = []
    for _ in range(2):
        async with running(a_hub().spec(), settings, environment={}) as it:
            rows.append(await it.parts.views.read(ListDeclarations()))

    ((before,), (after,)) = rows
    assert (after.digest, after.first_us) == (before.digest, before.first_us)
    assert after.latest_us > before.latest_us
    since = datetime.fromtimestamp(after.first_us / 1e6, UTC)
    assert abs(datetime.now(UTC) - since) < timedelta(minutes=5)


async def test_nobody_a_scheduler_and_parts_that_may_not_be_made_fire_alerts(
    settings: Settings,
) -> None:
    """A door that is alone judges in the scheduler's stead, over a store that lacks its days."""
    async with running(a_hub().spec(), settings, environment={}):
        pass
    server = await asyncpg.connect(settings.store)
    parts = await server.fetch(
        "SELECT inhrelid::regclass::text FROM pg_inherits "
        "WHERE inhparent = 'event'::regclass ORDER BY 1 DESC"
    )
    today = f"event_{datetime.now(UTC):%Y%m%d}"
    for day in (name for (name,) in parts if name > today and name[-1].isdecimal()):
        await server.execute(f"DROP TABLE {day}")
    await server.close()
    alone = settings.model_copy(update={"roles": ("worker",), "migrations": "by-command"})
    async with running(a_hub().spec(), alone, environment={}) as it:
        (judge,) = [one for one in watch.loops(it.parts, alone) if one.name == "alerts"]
        await judge.pass_()
        known = (await it.parts.views.read(ReadKnownAlerts())).rows

    told = {row.kind: row.reason for row in known}
    assert told["role-missing"].startswith("no process at work is a scheduler: no schedule fires")
    assert "tables have no part for tomorrow: event only until " in told["parts-missing"]


async def test_a_release_says_which_flows_older_processes_do_not_know(settings: Settings) -> None:
    new = a_hub()

    @new.flow(on=new.topic("closing.posted"), name="tell")
    async def tell(_: object) -> None: ...

    async with running(a_hub().spec(), settings, environment={}) as old:
        assert old.parts.peers.warnings == ()
        async with running(new.spec(), settings, environment={}) as fresh:
            (told,) = fresh.parts.peers.warnings
            found = " ".join(await examined(old, new))
            assert "tieline replay run --flow tell --since 20" in found

    assert told.startswith("flow tell is new since ")
    assert f"pid {os.getpid()} of an older release does not know it" in told
