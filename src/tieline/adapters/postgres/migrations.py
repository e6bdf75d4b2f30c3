"""Migrations: numbered SQL files bring a store of any earlier release to today's schema.

Workers of two releases may run side by side, so a migration only adds: what an older release does
not know, it does not miss. One that takes something away, once nobody uses it, has ``contract`` in
its name, and releases from before it refuse the store.
"""

import asyncio
import hashlib
from importlib.resources import files

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.sql.statement import Statement, Value
from tieline.adapters.sql.store.migrations import numbered
from tieline.model.base.errors import StoreError, StoreInterrupted

LOCK = 0x7469_656C_696E_65
"""The advisory lock under which one process migrates and the others wait."""
LEDGER = """CREATE TABLE IF NOT EXISTS migration (
  number bigint PRIMARY KEY, name text NOT NULL, digest text NOT NULL)"""
CONTRACT = "contract"
PAUSES_S = (0.1, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0)
"""Before each further try of what the server rolled back in favour of another transaction."""

Done = dict[int, tuple[str, str]]


async def migrate(link: PostgresConnection, store: str) -> list[str]:
    """Apply what is missing, all or nothing; returns the names applied.

    A release that is at work locks the same tables in an order of its own: whoever of the two the
    server rolls back for that tries again. Raises StoreError when the store comes from a release
    that this one cannot work beside, when a process is at work that a migration would take
    something away from, or a file was changed after use.
    """
    for pause_s in PAUSES_S:
        try:
            return await _migrate(link, store)
        except StoreInterrupted:
            await link.execute("ROLLBACK")
            await asyncio.sleep(pause_s)
    return await _migrate(link, store)


async def _migrate(link: PostgresConnection, store: str) -> list[str]:
    await link.begin()
    await link.execute(f"SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})")
    await link.execute(f"SET LOCAL client_min_messages = warning; {LEDGER}")
    done, ours = await _done(link), _files()
    _refuse_contracted(done, ours, store)
    applied = [
        name for number, name in ours.items() if await _apply(link, number, name, done, store)
    ]
    await link.execute("COMMIT")
    return applied


def newest() -> int:
    """The number of the newest migration that this release knows."""
    return max(_files())


async def check_migrated(link: PostgresConnection, store: str) -> None:
    """Raise StoreError unless the store has all that this release needs; changes nothing."""
    await link.begin("READ ONLY")
    await _refuse_no_store(link, store)
    done, ours = await _done(link), _files()
    await link.execute("COMMIT")
    _refuse_contracted(done, ours, store)
    missing = sorted(set(ours) - set(done))
    if missing:
        raise StoreError(
            f"{store} was written by an earlier release (it lacks {ours[missing[0]]}); "
            "start this release on it once, or run `tieline db migrate`, which brings it up to date"
        )


async def standing(link: PostgresConnection, store: str) -> tuple[list[str], list[str]]:
    """The migrations that the store has, and those of this release that it lacks.

    Raises StoreError when it is no store. Wants a transaction that is open.
    """
    await _refuse_no_store(link, store)
    done, ours = await _done(link), _files()
    names = [name for number, (name, _) in sorted(done.items())]
    return names, [name for number, name in ours.items() if number not in done]


async def _refuse_no_store(link: PostgresConnection, store: str) -> None:
    found = await link.run(Statement("upkeep/migration_table"))
    if not found.rows[0][0]:
        raise StoreError(
            f"{store} is not a Tieline store; start a hub on it once, which makes it (or SHOW "
            "search_path of its user: it must name the schema that has the tables)"
        )


async def _done(link: PostgresConnection) -> Done:
    listed = await link.run(Statement("upkeep/migration_list"))
    return {number: (name, digest) for number, name, digest in listed.rows}


def _refuse_contracted(done: Done, ours: dict[int, str], store: str) -> None:
    for number in sorted(set(done) - set(ours)):
        name = done[number][0]
        if CONTRACT in name:
            raise StoreError(
                f"{store} was changed by a newer release (migration {name}), and this one would "
                "miss what it took away; start that release, or restore a copy from before it"
            )


async def _refuse_beside_older(link: PostgresConnection, number: int, store: str) -> None:
    """A contract waits until nobody is at work who does not know what came before it."""
    ours = _files()
    known = max(one for one in ours if one < number)
    found = (await link.run(Statement("upkeep/worker_older", one={"known": known}))).rows
    if found:
        others = ", ".join(about for (about,) in found)
        raise StoreError(
            f"{store} cannot have migration {ours[number]} yet: it takes away what an older "
            f"release works with, and processes of one are at work ({others}); stop them, then "
            "start this release (one that was killed counts for half a minute)"
        )


async def _apply(link: PostgresConnection, number: int, name: str, done: Done, store: str) -> bool:
    sql = files(__package__).joinpath("schema", name).read_text(encoding="utf-8")
    digest = hashlib.sha256(sql.encode()).hexdigest()
    if number in done:
        if done[number][1] != digest:
            raise StoreError(f"migration {name} is not the file that this store was made with")
        return False
    if CONTRACT in name:
        await _refuse_beside_older(link, number, store)
    await link.execute(sql)
    note: dict[str, Value] = {"number": number, "name": name, "digest": digest}
    await link.run(Statement("upkeep/migration_note", one=note))
    return True


def _files() -> dict[int, str]:
    folder = files(__package__).joinpath("schema")
    return numbered(entry.name for entry in folder.iterdir())
