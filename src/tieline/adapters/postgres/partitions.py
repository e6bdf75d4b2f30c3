"""Partitions: a moment comes in; each day near it has its part, and days nobody needs are gone.

One process does this at a time, by a lock that others do not wait for. No lock on a table is waited
for longer than a moment either: whoever waits for one keeps all behind it waiting too, and there
are days in hand to try again.
"""

# ruff: noqa: S608 - names are our own, from a list or from the server's catalogue

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.sql.statement import Statement, Value
from tieline.model.base.errors import StoreInterrupted, StoreLost
from tieline.model.base.ids import PREFIXES, Micros
from tieline.rules.store.days import DAY_US, Day, bound_of, day_named, days_wanted

BY_ID = ("receipt", "event")
TABLES = (*BY_ID, "attempt")
MOMENT = "SET LOCAL lock_timeout = '1s'"
OPTIONS = "toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05"
REFERENCES_BITE = 5_000
BITES = 100
"""Of references in one pass; the rest waits for the next."""
LEAST = {"attempt": str(-(2**63))}


@dataclass(frozen=True, slots=True)
class Keep:
    """Until when what is kept."""

    runs_before_us: Micros
    """Tries of forgotten runs that are older are dropped."""
    history_before_us: Micros
    """Events and receipts that are older are dropped, once no run of theirs is left."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a table: a day, or all that was there before there were parts."""

    table: str
    name: str
    first: str
    end: str
    end_us: Micros

    @property
    def range(self) -> dict[str, Value]:
        """Its bounds, for a statement about an id or a time."""
        if self.table in BY_ID:
            return {"first": self.first, "end": self.end}
        return {"first": int(self.first), "end": int(self.end)}


async def make_days(link: PostgresConnection, now_us: Micros | None = None) -> int:
    """Give each wanted day a part in every table; returns how many were made.

    By the server's clock, unless *now_us* is given.
    """
    if now_us is None:
        now_us = int((await link.alone(Statement("upkeep/part_clock"))).rows[0][0])
    there = await parts(link)
    made = 0
    for part in (part for table in TABLES for part in _missing(there, table, now_us)):
        with suppress(StoreInterrupted):
            made += await _make(link, part)
    return made


async def make_before(link: PostgresConnection, table: str) -> None:
    """Give a new store one part for all that was stored elsewhere before its first day."""
    own = [part for part in await parts(link) if part.table == table]
    if not own or any(part.name.endswith("_before") for part in own):
        return
    first = min(own, key=lambda part: part.end_us)
    end_us = first.end_us - DAY_US
    least = PREFIXES[table] if table in BY_ID else LEAST[table]
    await _make(link, Partition(table, f"{table}_before", least, first.first, end_us))


async def drop_days(link: PostgresConnection, keep: Keep) -> int:
    """Drop the parts of days of which nothing is needed; returns how many."""
    there = await parts(link)
    dropped = 0
    for part in _old(there, "attempt", keep.runs_before_us):
        if not await _has(link, "upkeep/part_live_tries", part):
            dropped += await _drop(link, part)
    for part in _old(there, "event", keep.history_before_us):
        if not await _has(link, "upkeep/part_live_runs", part) and await _forget_references(
            link, part
        ):
            dropped += await _drop(link, part)
    # A receipt may hold the payload of its event, whose id was made a moment later.
    left = [part.end_us for part in await parts(link) if part.table == "event"]
    for part in _old(there, "receipt", keep.history_before_us):
        if all(end_us > part.end_us + Day(0).end_us for end_us in left):
            dropped += await _drop(link, part, _forget_decisions(part))
    return dropped


# --- what there is ------------------------------------------------------------------------------


async def parts(link: PostgresConnection) -> list[Partition]:
    """Every part but those for what fits nowhere."""
    rows = (await link.alone(Statement("upkeep/part_list"))).rows
    return [_part(table, name, end) for table, name, end in rows if table in TABLES]


def _missing(there: Iterable[Partition], table: str, now_us: Micros) -> list[Partition]:
    own = {part.name: part for part in there if part.table == table}
    before = own.get(f"{table}_before")
    reached_us = 0 if before is None else before.end_us
    wanted = (day for day in days_wanted(now_us) if day.start_us >= reached_us)
    return [part for part in (_part_of(table, day) for day in wanted) if part.name not in own]


def _part(table: str, name: str, end: str) -> Partition:
    if not name.endswith("_before"):
        return _part_of(table, day_named(name.rpartition("_")[2]))
    first = PREFIXES[table] if table in BY_ID else LEAST[table]
    end_us = int(end[4:16], 16) * 1000 if table in BY_ID else int(end)
    return Partition(table, name, first, end, end_us)


def _part_of(table: str, day: Day) -> Partition:
    first, end = str(day.start_us), str(day.end_us)
    if table in BY_ID:
        first, end = bound_of(table, day.start_us), bound_of(table, day.end_us)
    return Partition(table, f"{table}_{day.name}", first, end, day.end_us)


def _old(there: Iterable[Partition], table: str, before_us: Micros) -> Sequence[Partition]:
    old = (part for part in there if part.table == table and part.end_us <= before_us)
    return sorted(old, key=lambda part: part.end_us)


# --- making and dropping --------------------------------------------------------------------------


async def _make(link: PostgresConnection, part: Partition) -> int:
    """Make a part, with the rows of its day that had to go elsewhere meanwhile."""
    table, column = part.table, "id" if part.table in BY_ID else "at_us"
    within = f"{column} >= '{part.first}' AND {column} < '{part.end}'"
    return await _alter(
        link,
        part,
        f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {part.name} (LIKE {table} INCLUDING ALL) WITH ({OPTIONS})",
        f"WITH moved AS (DELETE FROM {table}_default WHERE {within} RETURNING *) "
        f"INSERT INTO {part.name} SELECT * FROM moved",
        f"ALTER TABLE {table} ATTACH PARTITION {part.name} "
        f"FOR VALUES FROM ('{part.first}') TO ('{part.end}')",
        is_there=False,
    )


async def _drop(link: PostgresConnection, part: Partition, *first: str) -> int:
    with suppress(StoreInterrupted):
        return await _alter(link, part, *first, f"DROP TABLE {part.name}", is_there=True)
    return 0


def _forget_decisions(part: Partition) -> str:
    """What was decided about receipts goes with them."""
    within = f"receipt_id >= '{part.first}' AND receipt_id < '{part.end}'"
    return f"DELETE FROM receipt_decision WHERE {within}"


async def _alter(link: PostgresConnection, part: Partition, *texts: str, is_there: bool) -> int:
    """Do it unless another process is at it, or has done it meanwhile.

    One text after the other: a distributed server takes no more than one at a time.
    """
    await link.begin()
    try:
        asked = Statement("upkeep/part_lock", one={"part": part.name})
        ((is_ours, exists),) = (await link.run(asked)).rows
        if is_ours and exists == is_there:
            for text in (MOMENT, *texts):
                await link.execute(text)
            return 1
        return 0
    finally:
        with suppress(StoreLost):
            await link.execute("COMMIT")  # which rolls back after an error


async def _has(link: PostgresConnection, question: str, part: Partition) -> bool:
    ((answer,),) = (await link.alone(Statement(question, one=part.range))).rows
    return bool(answer)


async def _forget_references(link: PostgresConnection, part: Partition) -> bool:
    """Forget the business names of a day's events, bite by bite; whether none is left."""
    for _ in range(BITES):
        bite = part.range | {"limit": REFERENCES_BITE}
        reply = await link.alone(Statement("upkeep/part_references", one=bite))
        if reply.changes < REFERENCES_BITE:
            return True
    return False
