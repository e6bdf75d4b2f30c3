"""Wiring of the store: the text that names it comes in; what writes and what reads it go out.

The driver for PostgreSQL is loaded only where a store is one: it is an extra of the package.
"""

import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieline.adapters.postgres.url import parse
from tieline.adapters.sql.committer import Batching, Committer, Database, Told
from tieline.adapters.sql.store.sealing import SealedViews
from tieline.adapters.sqlite import engine_report as sheet
from tieline.adapters.sqlite.database import SqliteDatabase, library_version
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.adapters.sqlite.transfer import SqliteRows
from tieline.adapters.vault.sealer import NAME as SEALING
from tieline.adapters.vault.sealer import VaultSealer
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import SettingsError, StoreClosed, StoreError
from tieline.model.command import Command
from tieline.model.views.engine_report import StoreReport
from tieline.model.views.views import ListEvents, ShowEvent, Window
from tieline.ports.crash_points import Reach, go_on
from tieline.ports.hints import Hints, NoHints
from tieline.ports.sealer import is_sealed
from tieline.ports.transfer import RowStore
from tieline.ports.upkeep import NoUpkeep, Upkeep
from tieline.ports.vault import Vault
from tieline.ports.views import Views
from tieline.rules.fleet.hinting import hint_of
from tieline.rules.store.name import file_of, is_postgres

if TYPE_CHECKING:
    from tieline.adapters.postgres import database, reader

MISSING = "install the extra that talks to PostgreSQL: pip install 'tieline[postgres]'"
BATCH_OVER_A_LINE = 512
"""Every statement is a round trip to the server, so it is given more to do at once."""


async def nothing_beside(command: Command[Any]) -> object:
    """Where nobody watches."""
    raise StoreClosed(f"{type(command).__name__} needs a store")


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store that is open for a hub."""

    journal: Committer
    views: Views
    about: str
    """Where it is and what keeps it, for people."""
    file: Path | None
    """None: it is no file, and other processes may work on it at the same time."""
    hints: Hints = field(default_factory=NoHints)
    """How the processes that work on it tell each other to look again."""
    upkeep: Upkeep = field(default_factory=NoUpkeep)
    """What keeps its parts in order."""
    warnings: tuple[str, ...] = ()
    """What about it can lose what was acknowledged."""
    beside: Callable[[Command[Any]], Coroutine[Any, Any, object]] = nothing_beside
    """Commits one command from a loop of its own, whatever the loop of the journal does."""
    knows: int = 0
    """The newest migration of it that this release knows; 0: nobody else can be at work on it."""


def check_name(store: str) -> None:
    """Raise SettingsError for a text that can name no store, before anything is done with it."""
    if is_postgres(store):
        parse(store)


async def open_store(
    store: str,
    *,
    max_waiting: int = 20_000,
    chance: Callable[[], float],
    reach: Reach = go_on,
    may_migrate: bool = True,
) -> OpenStore:
    """Open *store* for a hub. Raises SettingsError, StoreLocked, StoreCorrupt or StoreError."""
    if not is_postgres(store):
        if not may_migrate:
            await (await open_views(store)).close()  # which refuses a store that lacks something
        return open_file(store, max_waiting=max_waiting, reach=reach)
    opened = await _database().open(store, chance=chance, reach=reach, may_migrate=may_migrate)
    hints, upkeep = _hints(opened, chance), _upkeep(opened, chance)
    journal = Committer(
        opened,
        CATALOGUE,
        max_waiting=max_waiting,
        batching=Batching(BATCH_OVER_A_LINE, opened.connections),
    )
    journal.told = telling(hints)
    views = await _reader().open(store, CATALOGUE, chance=chance)
    about = opened.shown
    return OpenStore(
        journal,
        views,
        about,
        None,
        hints,
        upkeep,
        opened.warnings,
        partial(_commit_alone, store),
        opened.knows,
    )


async def _commit_alone(store: str, command: Command[Any]) -> object:
    """Over a connection of its own."""
    journal = await open_journal(store)
    try:
        return await journal.commit(command)
    finally:
        await journal.close()


def telling(hints: Hints) -> Told:
    """Tells *hints* what others may want to know of a command."""

    def told(command: Command[Any], answer: object) -> None:
        hint = hint_of(command, answer)
        if hint:
            hints.tell(hint)

    return told


def open_file(store: str, *, max_waiting: int = 20_000, reach: Reach = go_on) -> OpenStore:
    """The same for a store that is a file, at once."""
    path = file_of(store)
    database = SqliteDatabase(path, reach=reach)
    journal = Committer(database, CATALOGUE, max_waiting=max_waiting)
    about = f"{path} (SQLite {library_version()})"

    async def beside(command: Command[Any]) -> object:
        return await Committer(database, CATALOGUE).commit(command)

    return OpenStore(journal, SqliteReader(path, CATALOGUE), about, path, beside=beside)


async def with_seals(store: OpenStore, vault: Vault) -> OpenStore:
    """*store* with payloads sealed, where the vault has a secret for that.

    Raises SettingsError for one that is no key, StoreError where what the store has cannot be
    opened: it would be taken for work that nobody can do.
    """
    try:
        sealer = VaultSealer(vault, os.urandom)
        views = SealedViews(store.views, sealer)
        await _refuse_lost_keys(views, store.about)
    except BaseException:
        await store.views.close()
        await store.journal.close()
        raise
    if sealer.can_seal:
        store.journal.seal_with(sealer)
    return replace(store, views=views)


async def _refuse_lost_keys(views: Views, about: str) -> None:
    page = await views.read(ListEvents(window=Window(limit=1)))
    for row in page.rows:
        newest = await views.read(ShowEvent(row.id))
        if is_sealed(newest.event.data) or is_sealed(newest.body):
            raise StoreError(
                f"the payloads in {about} are sealed with a key that the vault does not have; "
                f"give it back as the secret {SEALING!r}"
            )


async def open_rows(store: str, *, is_new: bool = False) -> RowStore:
    """Open *store* to copy all of it, or to be filled. Raises SettingsError or StoreError."""
    if not is_postgres(store):
        return SqliteRows(file_of(store), is_new=is_new)
    _database()
    from tieline.adapters.postgres.transfer import PostgresRows

    return await PostgresRows.open(store)


async def sheet_of(store: str) -> StoreReport:
    """What the engine says of *store*, whatever release it is of. Raises StoreError."""
    if not is_postgres(store):
        return sheet.sheet_of(file_of(store))
    _database()
    from tieline.adapters.postgres import engine_report as server_sheet

    return await server_sheet.sheet_of(store)


async def open_views(store: str, vault: Vault | None = None) -> Views:
    """Open *store* only to read; with the keys in *vault*, also what is sealed in it."""
    views: Views = (
        await _reader().open(store, CATALOGUE)
        if is_postgres(store)
        else SqliteReader(file_of(store), CATALOGUE)
    )
    return views if vault is None else SealedViews(views, VaultSealer(vault, os.urandom))


async def open_journal(store: str, vault: Vault | None = None) -> Committer:
    """Open *store* for a command of a person: a file under its lock, a database beside its hubs."""
    journal = await _open_journal(store)
    sealer = None if vault is None else VaultSealer(vault, os.urandom)
    if sealer is not None and sealer.can_seal:
        journal.seal_with(sealer)
    return journal


async def _open_journal(store: str) -> Committer:
    if not is_postgres(store):
        return Committer(SqliteDatabase(file_of(store)), CATALOGUE)
    opened = await _database().open(store, may_migrate=False)
    return HintingJournal(opened, _hints(opened, lambda: 0.5))


class HintingJournal(Committer):
    """A journal whose last hint goes out before its store is closed."""

    def __init__(self, database: Database, hints: Hints) -> None:
        super().__init__(database, CATALOGUE)
        self.told = telling(hints)
        self._hints = hints

    async def close(self) -> None:
        await self._hints.close()
        await super().close()


def _upkeep(opened: "database.PostgresDatabase", chance: Callable[[], float]) -> Upkeep:
    from tieline.adapters.postgres.keeper import PostgresUpkeep

    return PostgresUpkeep(opened.url, chance=chance)


def _hints(opened: "database.PostgresDatabase", chance: Callable[[], float]) -> Hints:
    from tieline.adapters.postgres.hints import PostgresHints

    return PostgresHints(opened.url, opened, sender=opened.name, chance=chance)


def _database() -> "type[database.PostgresDatabase]":
    try:
        from tieline.adapters.postgres.database import PostgresDatabase
    except ModuleNotFoundError:
        raise SettingsError("store", "postgresql://…", MISSING) from None
    return PostgresDatabase


def _reader() -> "type[reader.PostgresReader]":
    try:
        from tieline.adapters.postgres.reader import PostgresReader
    except ModuleNotFoundError:
        raise SettingsError("store", "postgresql://…", MISSING) from None
    return PostgresReader
