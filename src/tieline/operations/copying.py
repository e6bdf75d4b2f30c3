"""Copying: a stopped store and an empty one come in; all that the first has is in the second.

Bite by bite, each noted with its rows in one transaction: whatever ends a copy, the next one goes
on behind the last bite. From its first note to its last, neither store may be opened by a hub.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

import orjson

from tieline.model.base.errors import CopyFailed, StoreError
from tieline.model.views.transfer import COPIED, COPY, Copied, CopyRecord, Row, Table
from tieline.ports.transfer import RowStore
from tieline.rules.store.copying import added, bytes_of, read, shown_digest, why_shut, written

FIRST_BITE = 16
BITE_BYTES = 4 * 1024 * 1024
"""A bite larger than this makes the next one smaller."""
SIGNS_OF_USE = ("receipt", "event", "run", "audit", "worker", "schedule")
"""Tables that have no rows as long as nobody has worked on a store."""

Tell = Callable[[str], None]
"""Is told, in words, how far the copy is."""


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """How a copy shall go."""

    id: str
    """For a new copy; one that goes on keeps its own."""
    bite: int = 500
    """Rows in one transaction, at most."""


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """How far the copy of a table is."""

    after: Row | None = None
    rows: int = 0
    total: int = 0
    whole: bool = False


async def copy(source: RowStore, target: RowStore, wishes: CopyOptions, tell: Tell) -> list[Copied]:
    """Copy, compare, and mark *source* as moved; nothing is copied that was copied before.

    Answers nothing where all of it had been copied by an earlier call.
    Raises StoreError, CopyFailed.
    """
    pairs = _pairs(await source.tables(), await target.tables())
    await _refuse_busy(source, target)
    if await _is_copied(source, target):
        return []
    note = await _begin(source, target, wishes)
    reached = await target.notes()
    side = CopyStores(source, target, wishes, tell)
    copied = [await side.copy_table(table, reached) for table in pairs]
    for done in copied:
        await _compare(target, _named(pairs, done.table), done, tell)
    await source.note({COPY: written(CopyRecord(note.id, "source", target.shown, moved=True))})
    await target.finish()
    forget = [name for name in await target.notes() if _is_note(name)]
    await target.note({COPIED: note.id}, forget)
    return copied


async def _is_copied(source: RowStore, target: RowStore) -> bool:
    """Whether an earlier copy came to its very end, and only its word was lost."""
    ours, there = read((await source.notes()).get(COPY)), await target.notes()
    return ours is not None and ours.moved and there.get(COPIED) == ours.id and COPY not in there


async def reopen(store: RowStore) -> CopyRecord:
    """Let hubs work again on a source that was moved, or whose copy was given up."""
    note = read((await store.notes()).get(COPY))
    if note is None:
        raise CopyFailed(f"{store.shown} is not part of a copy: hubs may work on it")
    if note.role == "target":
        raise CopyFailed(
            f"{store.shown} is half a copy of {note.other}, and no whole store; empty it instead"
        )
    await store.note({}, [COPY])
    return note


# --- may it begin? --------------------------------------------------------------------------------


def _pairs(source: tuple[Table, ...], target: tuple[Table, ...]) -> list[Table]:
    """The source's tables, with its keys; the target must be able to hold every column."""
    there = {table.name: frozenset(table.columns) for table in target}
    for table in source:
        missing = sorted(set(table.columns) - there.get(table.name, frozenset()))
        if missing:
            raise CopyFailed(
                f"the target has no place for {table.name}.{missing[0]}; "
                "bring both stores to the same release with `tieline db migrate`"
            )
    return sorted(source, key=lambda table: table.name)


async def _refuse_busy(*stores: RowStore) -> None:
    for store in stores:
        busy = await store.busy()
        if busy is not None:
            raise StoreError(f"{store.shown} is in use: {busy}; stop that first")


async def _begin(source: RowStore, target: RowStore, wishes: CopyOptions) -> CopyRecord:
    """Note the copy on both sides, the source first; or find the one that was begun."""
    ours = read((await source.notes()).get(COPY))
    theirs = read((await target.notes()).get(COPY))
    if theirs is not None and theirs.role != "target":
        raise CopyFailed(
            f"{target.shown} was itself copied to {theirs.other}; copy into an empty store"
        )
    if theirs is not None and (ours is None or ours.id != theirs.id):
        raise CopyFailed(
            f"{target.shown} is half a copy of {theirs.other}, which is another store or has been "
            "worked on since; empty it and begin anew"
        )
    if ours is not None and (ours.role != "source" or (ours.moved and theirs is None)):
        raise CopyFailed(why_shut(written(ours), source.shown) or "")
    if theirs is None:
        await _refuse_used(target)
        note = ours or CopyRecord(wishes.id, "source", target.shown, moved=False)
        await source.note({COPY: written(note)})
        try:
            await _refuse_busy(source)  # a hub that came before the note does not know of it
        except StoreError:
            await source.note({}, [COPY])
            raise
        await target.note({COPY: written(CopyRecord(note.id, "target", source.shown, moved=False))})
        return note
    return theirs


async def _refuse_used(target: RowStore) -> None:
    for table in await target.tables():
        if table.name in SIGNS_OF_USE and await target.slice(table, None, 1):
            raise CopyFailed(
                f"{target.shown} is not empty: it has rows in {table.name}; "
                "copy into a new database"
            )


# --- rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CopyStores:
    """The two stores of a copy."""

    source: RowStore
    target: RowStore
    wishes: CopyOptions
    tell: Tell

    async def copy_table(self, table: Table, notes: Mapping[str, str]) -> Copied:
        """Copy what is not copied yet of *table*."""
        name = f"{COPY}:{table.name}"
        reached = _read_reached(notes.get(name))
        if reached is None:
            reached = CopyProgress()
            await self.target.put(table, [], {name: _reached(reached)}, afresh=True)
        limit = min(FIRST_BITE, self.wishes.bite)
        while not reached.whole:
            rows = await self.source.slice(table, reached.after, limit)
            limit = _next_limit(limit, bytes_of(rows), len(rows), self.wishes.bite)
            reached = _further(table, reached, rows)
            await self.target.put(table, _kept(table, rows), {name: _reached(reached)})
            if rows:
                self.tell(f"{table.name}: {reached.rows} rows")
        return Copied(table.name, reached.rows, shown_digest(reached.total))


def _next_limit(limit: int, size: int, count: int, most: int) -> int:
    if size > BITE_BYTES:
        return max(1, limit * BITE_BYTES // size)
    return min(2 * limit, most) if count == limit else limit


def _further(table: Table, before: CopyProgress, rows: list[Row]) -> CopyProgress:
    if not rows:
        return CopyProgress(before.after, before.rows, before.total, whole=True)
    places = [table.columns.index(name) for name in table.key]
    kept = _kept(table, rows)
    return CopyProgress(
        tuple(rows[-1][place] for place in places),
        before.rows + len(kept),
        added(before.total, kept),
    )


def _kept(table: Table, rows: list[Row]) -> list[Row]:
    """Without the notes of the copy itself."""
    if table.name != "mark":
        return rows
    place = table.columns.index("name")
    return [row for row in rows if not _is_note(row[place])]


def _is_note(name: object) -> bool:
    return name == COPY or str(name).startswith(f"{COPY}:")


def _reached(reached: CopyProgress) -> str:
    said = [reached.after, reached.rows, shown_digest(reached.total), reached.whole]
    return orjson.dumps(said).decode()


def _read_reached(text: str | None) -> CopyProgress | None:
    if text is None:
        return None
    after, rows, total, whole = orjson.loads(text)
    return CopyProgress(None if after is None else tuple(after), rows, int(total, 16), whole)


# --- the comparison -------------------------------------------------------------------------------


async def _compare(target: RowStore, table: Table, wanted: Copied, tell: Tell) -> None:
    rows, total = 0, 0
    async for found in _all(target, table):
        rows += len(found)
        total = added(total, found)
    if (rows, shown_digest(total)) != (wanted.rows, wanted.digest):
        raise CopyFailed(
            f"{table.name} differs: {wanted.rows} rows were read ({wanted.digest}), {rows} are in "
            f"{target.shown} ({shown_digest(total)}); nothing was changed at the source: "
            "empty the target and begin anew"
        )
    if rows:
        tell(f"{table.name}: {rows} rows compared")


async def _all(store: RowStore, table: Table) -> AsyncIterator[list[Row]]:
    own = _named(await store.tables(), table.name)
    asked = Table(table.name, table.columns, own.key)
    reached, limit = CopyProgress(), FIRST_BITE
    while rows := await store.slice(asked, reached.after, limit):
        reached = _further(asked, reached, rows)
        limit = _next_limit(limit, bytes_of(rows), len(rows), 2_000)
        yield _kept(asked, rows)


def _named(tables: tuple[Table, ...] | list[Table], name: str) -> Table:
    return next(table for table in tables if table.name == name)
