"""PostgresReader: a question comes in; a read-only connection answers it from one snapshot."""

import asyncio
from dataclasses import replace
from typing import TypeVar, cast

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.dialling import Chance, dial, evenly
from tieline.adapters.postgres.engine_report import fill
from tieline.adapters.postgres.locks import with_holders
from tieline.adapters.postgres.migrations import check_migrated
from tieline.adapters.postgres.url import StoreUrl, parse
from tieline.adapters.sql.catalogue import Catalogue
from tieline.adapters.sql.statement import Statement
from tieline.model.base.errors import StoreBlocked, StoreError, StoreInterrupted, StoreLost
from tieline.model.views.details import ReplayBatch, StoreHealth
from tieline.model.views.views import CheckStore, InspectStore, NextReplayBatch, Question

R = TypeVar("R")

PATIENCE_S = 5.0
CONNECTIONS = 2
TRIES = 3
LOG_PATIENCE_S = 2.0
LOG_PAUSE_S = 0.05
SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
AFTER_EACH_OTHER = "ISOLATION LEVEL READ COMMITTED READ ONLY"
"""For the log: its second statement must see all that was committed when the first one looked."""
SETTINGS = (
    ("application_name", "tieline reader"),
    ("default_transaction_read_only", "on"),
    ("lock_timeout", "2s"),
    ("statement_timeout", "30s"),  # a long look would keep the dead rows of the queue alive
)


class PostgresReader:
    """Views over PostgreSQL: beside the writers, in their processes or another."""

    def __init__(
        self,
        url: StoreUrl,
        catalogue: Catalogue,
        *,
        chance: Chance = evenly,
        log_patience_s: float = LOG_PATIENCE_S,
    ) -> None:
        self._url = replace(url, settings=(*url.settings, *SETTINGS))
        self._catalogue = catalogue
        self._chance = chance
        self._log_patience_s = log_patience_s
        self._is_closed = False
        self._links: asyncio.LifoQueue[PostgresConnection | None] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            self._links.put_nowait(None)

    @classmethod
    async def open(
        cls,
        url: str | StoreUrl,
        catalogue: Catalogue,
        *,
        chance: Chance = evenly,
        log_patience_s: float = LOG_PATIENCE_S,
    ) -> "PostgresReader":
        """Connect. Raises SettingsError, or StoreError when there is no store of this release."""
        place = parse(url) if isinstance(url, str) else url
        reader = cls(place, catalogue, chance=chance, log_patience_s=log_patience_s)
        link = await reader._ready(await reader._links.get())
        try:
            await check_migrated(link, reader._url.shown)
        except BaseException:
            await link.close()
            raise
        reader._links.put_nowait(link)
        return reader

    async def read(self, question: Question[R]) -> R:
        """Answer *question*; a connection that is lost meanwhile is replaced."""
        if isinstance(question, NextReplayBatch):
            return cast("R", await self._read_log(question))
        return await self._read(question, SNAPSHOT)

    async def close(self) -> None:
        """Let go of the connections, also of those that are still reading, once they come back."""
        self._is_closed = True
        while not self._links.empty():
            link = self._links.get_nowait()
            if link is not None:
                await link.close()

    async def _read_log(self, question: NextReplayBatch) -> ReplayBatch:
        """What is being committed right now is waited for a little, rather than by the caller."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._log_patience_s
        while True:
            bite = await self._read(question, AFTER_EACH_OTHER)
            is_held_up = not (bite.events or bite.finished or bite.cursor != question.after)
            if not is_held_up or loop.time() >= end:
                return bite
            await asyncio.sleep(LOG_PAUSE_S)

    async def _read(self, question: Question[R], mode: str) -> R:
        for left in reversed(range(TRIES)):
            try:
                return await self._read_once(question, mode)
            except StoreBlocked:
                raise  # it was waited for, and who holds it is told
            except (StoreLost, StoreInterrupted):
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _read_once(self, question: Question[R], mode: str) -> R:
        link = await self._links.get()
        try:
            link = await self._ready(link)
            await link.begin(mode)
            if isinstance(question, CheckStore):
                read = cast("R", await self._health(link, question))
            elif isinstance(question, InspectStore):
                read = cast("R", await fill(link, self._url.shown))
            else:
                read, _ = await link.drive(self._catalogue.read(question))
            await link.execute("COMMIT")
        except BaseException as error:
            link = await _undone(link, error)
            if isinstance(error, StoreBlocked) and link is not None:
                raise await with_holders(link, error) from error
            raise
        finally:
            self._give_back(link)
        return read

    def _give_back(self, link: PostgresConnection | None) -> None:
        if self._is_closed and link is not None:
            link.drop()
            link = None
        self._links.put_nowait(link)

    async def _ready(self, link: PostgresConnection | None) -> PostgresConnection:
        if link is not None and link.is_open:
            return link
        return await dial(self._url, patience_s=PATIENCE_S, chance=self._chance)

    async def _health(self, link: PostgresConnection, question: CheckStore) -> StoreHealth:
        store = (await link.run(Statement("upkeep/store_size"))).rows[0]
        faults = None
        if question.pages:
            said = [str(row[0]) for row in (await link.run(Statement("store_pages"))).rows]
            faults = () if said == ["ok"] else tuple(said)
        migration = (await link.run(Statement("store_migration"))).rows[0][0]
        newest_us = (await link.run(Statement("store_newest"))).rows[0][0]
        return StoreHealth(
            path=self._url.shown,
            migration=str(migration),
            library=store[0],
            store_bytes=store[1],
            log_bytes=None,
            free_bytes=None,
            holder=None,
            newest_us=newest_us,
            faults=faults,
            engine="PostgreSQL",
            snapshot_s=store[4],
            hubs=tuple(store[2]),
            lines=store[3],
        )


async def _undone(
    link: PostgresConnection | None, error: BaseException
) -> PostgresConnection | None:
    """The link, if it can be used again after *error*."""
    if link is None:
        return None
    if isinstance(error, Exception) and not isinstance(error, StoreLost):
        try:
            await link.execute("ROLLBACK")
        except StoreError:
            pass
        else:
            return link
    link.drop()
    return None
