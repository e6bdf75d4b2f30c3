"""PostgresDatabase: storage logic comes in; one of a few held connections commits it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.connection_settings import settings_for
from tieline.adapters.postgres.dialling import Chance, dial, evenly
from tieline.adapters.postgres.migrations import check_migrated, migrate, newest
from tieline.adapters.postgres.partitions import make_days
from tieline.adapters.postgres.risks import risks
from tieline.adapters.postgres.session import LOCK_WAIT, PATIENCE_S, PostgresSession
from tieline.adapters.postgres.url import StoreUrl, parse
from tieline.adapters.sql.statement import Statement, Steps
from tieline.model.base.errors import StoreError, StoreMoved
from tieline.model.views.transfer import COPY
from tieline.ports.crash_points import Reach, go_on
from tieline.rules.store.copying import why_shut

T = TypeVar("T")

START_PATIENCE_S = 30.0
"""At start the server may still be starting too."""
OLDEST = 140_000
"""PostgreSQL 14, as it numbers itself: older ones are out of support."""


class PostgresDatabase:
    """The driver for PostgreSQL: up to ``connections`` transactions side by side."""

    def __init__(
        self,
        url: StoreUrl,
        sessions: Sequence[PostgresSession],
        warnings: Sequence[str],
        name: str = "",
    ) -> None:
        self.url = url
        self.name = name
        """One that no other process has."""
        self.shown = url.shown
        self.connections = url.connections
        self.warnings = tuple(warnings)
        """What the operator must know: settings of the server under which commits may be lost."""
        self._sessions = sessions
        self._free: asyncio.LifoQueue[PostgresSession] = asyncio.LifoQueue()
        for session in reversed(self._sessions):
            self._free.put_nowait(session)

    @property
    def knows(self) -> int:
        """The newest migration that this release knows."""
        return newest()

    @classmethod
    async def open(
        cls,
        url: str | StoreUrl,
        *,
        chance: Chance = evenly,
        reach: Reach = go_on,
        patience_s: float = PATIENCE_S,
        may_migrate: bool = True,
    ) -> "PostgresDatabase":
        """Connect and bring the schema up to date. Raises SettingsError or StoreError.

        A transaction waits about *patience_s* for a server that is away before it fails.
        """
        place = parse(url) if isinstance(url, str) else url
        link = await dial(place, patience_s=START_PATIENCE_S, chance=chance)
        try:
            durability = (await link.alone(Statement("upkeep/durability"))).rows[0]
            _refuse_old(place.shown, durability[3])
            await (migrate if may_migrate else check_migrated)(link, place.shown)
            await _refuse_shut(link, place.shown)
            more = await settings_for(link)
            if may_migrate:
                await make_days(link)
            await link.alone(Statement("upkeep/mark_forget"))
            name = str((await link.alone(Statement("upkeep/writer_name"))).rows[0][0])
        finally:
            await link.close()
        if durability[1] == "off":
            more = (*more, ("synchronous_commit", "on"))
        place = replace(place, settings=(LOCK_WAIT, *place.settings, *more))
        sessions = [
            PostgresSession(place, chance=chance, reach=reach, patience_s=patience_s)
            for _ in range(place.connections)
        ]
        return cls(place, sessions, risks(place.shown, *durability[:3]), name)

    async def transact(self, steps: Steps[T], *, is_hasty: bool = False) -> T:
        """Run *steps* as one transaction; returns once it is on stable storage.

        Raises StoreInterrupted when nothing of it is stored and it may be run again, which a
        deadlock or a lost connection can ask for; StoreLost when the server stays away.
        """
        session = await self._free.get()
        try:
            return await session.transact(steps, is_hasty=is_hasty)
        finally:
            self._free.put_nowait(session)

    async def close(self) -> None:
        """Let go of every connection."""
        for session in self._sessions:
            await session.close()


async def _refuse_shut(link: PostgresConnection, store: str) -> None:
    noted = (await link.alone(Statement("mark_get", one={"name": COPY}))).rows
    shut = why_shut(noted[0][0] if noted else None, store)
    if shut is not None:
        raise StoreMoved(shut)


def _refuse_old(store: str, version: int) -> None:
    if version < OLDEST:
        raise StoreError(f"{store} is PostgreSQL {version // 10_000}; use 14 or later")
