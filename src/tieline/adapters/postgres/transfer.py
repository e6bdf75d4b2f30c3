"""PostgresRows: a store of a server, as rows to be copied.

The statements are made from the server's own list of tables: what a later release adds is copied.
"""

# ruff: noqa: S608 - names come from the store's own list of tables, and are quoted

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.connection_settings import settings_for
from tieline.adapters.postgres.dialling import dial
from tieline.adapters.postgres.migrations import migrate
from tieline.adapters.postgres.partitions import TABLES, make_before, make_days
from tieline.adapters.postgres.url import StoreUrl, parse
from tieline.adapters.sql.statement import Statement
from tieline.model.views.transfer import Row, Table

PATIENCE_S = 30.0
OF_THE_STORE = frozenset({"migration", "commit_mark"})
"""Tables about the store itself, which every store has of its own."""
NAME = ("application_name", "tieline copy")


class PostgresRows:
    """A database at the source or the target of a copy."""

    def __init__(
        self, link: PostgresConnection, url: StoreUrl, migrated: Sequence[str] = ()
    ) -> None:
        self.shown = url.shown
        self.migrated = migrated
        self._link = link
        self._types: dict[str, dict[str, str]] = {}

    @classmethod
    async def open(cls, url: str) -> "PostgresRows":
        """Connect and bring the schema up to date. Raises SettingsError or StoreError."""
        place = parse(url)
        place = replace(place, settings=(*place.settings, NAME, ("synchronous_commit", "on")))
        link = await dial(place, patience_s=PATIENCE_S)
        try:
            migrated = await migrate(link, place.shown)
            await make_days(link)
            for name, value in await settings_for(link):
                await link.execute(f"SET {name} = {value}")
        except BaseException:
            await link.close()
            raise
        return cls(link, place, migrated)

    async def tables(self) -> tuple[Table, ...]:
        found = (await self._link.alone(Statement("upkeep/copy_tables"))).rows
        tables = []
        for name, columns, types, key in found:
            if name not in OF_THE_STORE:
                self._types[name] = dict(zip(columns, types, strict=True))
                tables.append(Table(name, tuple(sorted(columns)), tuple(key)))
        return tuple(tables)

    async def slice(self, table: Table, after: Row | None, limit: int) -> list[Row]:
        key, types = _names(table.key), self._types[table.name]
        places = (f"${place}::{types[name]}" for place, name in enumerate(table.key, 2))
        behind = f"WHERE ({key}) > ({', '.join(places)}) " if after is not None else ""
        text = (
            f"SELECT {_names(table.columns)} FROM {_name(table.name)} "
            f"{behind}ORDER BY {key} LIMIT $1::bigint"
        )
        await self._link.begin("READ ONLY")
        rows = await self._link.ask(text, limit, *(after or ()))
        await self._link.execute("COMMIT")
        return rows

    async def put(
        self,
        table: Table,
        rows: Sequence[Row],
        notes: Mapping[str, str],
        *,
        afresh: bool = False,
    ) -> None:
        if afresh and table.name in TABLES:
            await make_before(self._link, table.name)
        await self._link.begin()
        if afresh and table.name != "mark":  # its rows are the notes of this copy
            await self._link.execute(f"DELETE FROM {_name(table.name)}")
        if rows:
            types = self._types[table.name]
            arrays = ", ".join(f"${n}::{types[c]}[]" for n, c in enumerate(table.columns, 1))
            text = (
                f"INSERT INTO {_name(table.name)} ({_names(table.columns)}) "
                f"SELECT * FROM unnest({arrays})"
            )
            await self._link.ask(text, *map(list, zip(*rows, strict=True)))
        await self._set(notes)
        await self._link.execute("COMMIT")

    async def notes(self) -> Mapping[str, str]:
        return dict((await self._link.alone(Statement("upkeep/copy_notes"))).rows)

    async def note(self, set_: Mapping[str, str], forget: Sequence[str] = ()) -> None:
        await self._link.begin()
        for name in forget:
            await self._link.run(Statement("upkeep/copy_forget", one={"name": name}))
        await self._set(set_)
        await self._link.execute("COMMIT")

    async def busy(self) -> str | None:
        ((count, beat_s, silent_s, about),) = (
            await self._link.alone(Statement("upkeep/copy_busy"))
        ).rows
        if count:
            return f"hubs hold {count} connections to it"
        if beat_s is not None:
            return (
                f"a hub ({about}) beat {beat_s} seconds ago and did not say that it stopped; one "
                f"that was killed counts for {silent_s} seconds"
            )
        return None

    async def finish(self) -> None:
        for table, column in (await self._link.alone(Statement("upkeep/copy_counters"))).rows:
            await self._link.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), "
                f"(SELECT coalesce(max({_name(column)}), 0) + 1 FROM {_name(table)}), false)"
            )
        await self._link.execute("ANALYZE")

    async def close(self) -> None:
        await self._link.close()

    async def _set(self, notes: Mapping[str, str]) -> None:
        for name, reached in notes.items():
            await self._link.run(Statement("mark_set", one={"name": name, "reached": reached}))


def _name(name: str) -> str:
    quoted = name.replace('"', '""')
    return f'"{quoted}"'


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(_name, names))
