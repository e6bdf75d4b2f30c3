"""Doctor of the engine: a store's sheet comes in; what is wrong with server or file goes out."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from tieline.model.base.ids import Micros
from tieline.model.views.engine_report import StoreReport, TableReport
from tieline.model.views.rows import WorkerRow
from tieline.operations.finding import Finding, Level
from tieline.rules.fleet.presence import is_at_work
from tieline.rules.formats.plain_time import span

MEGABYTE = 1024 * 1024
LITTLE_SPACE_BYTES = 1024 * MEGABYTE
NO_SPACE_BYTES = 100 * MEGABYTE
SKEW_US = 5_000_000
"""A clock that is further off shows wrong ages and due times to people."""
LONG_SNAPSHOT_S = 300.0
ENDLESS_SNAPSHOT_S = 3_600.0
DAYS_IN_HAND = 2
FULL = 0.8
"""Of the server's connections."""
DEAD_SHARE = 2.0
"""Dead versions for each live row; more, and every look at the table passes them all."""
DEAD_ROWS = 50_000
"""Fewer are nothing to speak of."""
MAKE_DAYS = (
    "see that a scheduler runs, that its user owns the tables (the log says pass-failed of upkeep) "
    "and that nobody locks them; nothing is lost meanwhile"
)
TURN_ON = "turn it on in the server's settings, and reload them"


def of_sheet(sheet: StoreReport, workers: Sequence[WorkerRow], now_us: Micros) -> Iterator[Finding]:
    """All that the engine knows and the rows do not."""
    for risk in sheet.risks:
        yield Finding(Level.ERROR, risk, TURN_ON)
    if sheet.shut is not None:
        yield Finding(Level.ERROR, sheet.shut)
    for held in sheet.locks:
        yield Finding(Level.ERROR, held, "what waits for them waits, and the door answers 503")
    yield from _of_disk(sheet)
    yield from _of_clocks(sheet, workers, now_us)
    yield from _of_snapshot(sheet)
    yield from _of_connections(sheet)
    for table in sheet.tables:
        yield from _of_days(table, sheet.server_us)
        yield from _of_vacuum(table)
    yield from _of_versions(sheet, workers)


def _of_disk(sheet: StoreReport) -> Iterator[Finding]:
    disk = sheet.disk
    if disk is None:
        return
    told = [f"the database has {_megabytes(sheet.bytes)}"]
    if disk.log_bytes is not None:
        told.append(f"the server's write-ahead log {_megabytes(disk.log_bytes)}")
    if disk.slots:
        names = "; ".join(disk.slots)
        told.append(f"of which replication slots ({names}) keep {_megabytes(disk.kept_bytes)}")
    if disk.temporary_bytes is not None:
        told.append(f"its temporary files {_megabytes(disk.temporary_bytes)}")
    yield Finding(Level.NOTE, ", ".join(told))
    if disk.free_bytes is None:
        yield Finding(
            Level.NOTE,
            "how much is free on the server's disk is not known here",
            f"watch it there: df of {disk.folder or 'what SHOW data_directory names'}, or the "
            "pages of whoever runs the server for you",
        )
    else:
        yield of_free(disk.free_bytes, f"in {disk.folder}") or Finding(
            Level.NOTE, f"{_megabytes(disk.free_bytes)} are free in {disk.folder}"
        )


def of_free(free_bytes: int, where: str) -> Finding | None:
    """What is wrong with so much space; None: nothing."""
    free = f"{_megabytes(free_bytes)} are free {where}"
    if free_bytes < NO_SPACE_BYTES:
        return Finding(Level.ERROR, free, "free some now: a full disk refuses every delivery")
    if free_bytes < LITTLE_SPACE_BYTES:
        return Finding(Level.WARNING, free, "free some, or shorten how long things are kept")
    return None


def _megabytes(count: int) -> str:
    return f"{count // MEGABYTE} MB"


def _of_clocks(
    sheet: StoreReport, workers: Sequence[WorkerRow], now_us: Micros
) -> Iterator[Finding]:
    if sheet.server_us is None:
        return
    off_us = now_us - sheet.server_us
    if abs(off_us) > SKEW_US:
        side = "ahead of" if off_us > 0 else "behind"
        yield Finding(
            Level.WARNING,
            f"the clock of this machine is {span(abs(off_us))} {side} that of the server",
            "set it (NTP); ages that are shown here are off by as much",
        )
    for worker in workers:
        off_us = worker.ahead_us or 0
        if abs(off_us) > SKEW_US and is_at_work(worker, sheet.server_us):
            side = "ahead of" if off_us > 0 else "behind"
            yield Finding(
                Level.WARNING,
                f"the clock of worker {worker.id} ({worker.about}) is "
                f"{abs(off_us) / 1e6:.0f} s {side} that of the server",
                "set the clock of its machine (NTP); the hub works by the server's clock meanwhile",
            )


def _of_snapshot(sheet: StoreReport) -> Iterator[Finding]:
    if sheet.snapshot_s is None or sheet.snapshot_s < LONG_SNAPSHOT_S:
        return
    is_endless = sheet.snapshot_s >= ENDLESS_SNAPSHOT_S
    yield Finding(
        Level.ERROR if is_endless else Level.WARNING,
        f"a transaction has been open for {span(int(sheet.snapshot_s * 1e6))}: "
        f"{sheet.snapshot_holder}; nothing deleted since can be removed",
        "end it (SELECT pg_terminate_backend(…)), and keep long reports off this database",
    )


def _of_connections(sheet: StoreReport) -> Iterator[Finding]:
    used, most = sheet.connections, sheet.most_connections
    if used is None or most is None or used < FULL * most:
        return
    yield Finding(
        Level.ERROR if used >= most - 3 else Level.WARNING,
        f"{used} of the server's {most} connections are in use",
        "raise max_connections, or put a pooler in front (docs/postgres.md)",
    )


def _of_days(table: TableReport, server_us: Micros | None) -> Iterator[Finding]:
    if server_us is None:
        return
    if ends_before(table, server_us, days=DAYS_IN_HAND):
        is_late = ends_before(table, server_us, days=0)
        yield Finding(
            Level.ERROR if is_late else Level.WARNING,
            f"table {table.name} has parts only until {table.last_day}",
            MAKE_DAYS,
        )
    if table.stray_rows:
        yield Finding(
            Level.WARNING,
            f"about {table.stray_rows} rows of {table.name} fit into no day",
            "look for a machine whose clock was wrong; nothing is lost",
        )


def ends_before(table: TableReport, server_us: Micros, *, days: int) -> bool:
    """Whether the day so many days from now has no part of its own."""
    wanted = datetime.fromtimestamp(server_us / 1e6, UTC) + timedelta(days=days)
    return table.last_day is not None and table.last_day < wanted.strftime("%Y-%m-%d")


def _of_vacuum(table: TableReport) -> Iterator[Finding]:
    dead = table.dead_rows or 0
    if dead < DEAD_ROWS or dead < DEAD_SHARE * table.rows:
        return
    last = "never" if table.vacuumed_us is None else "too rarely"
    yield Finding(
        Level.WARNING,
        f"table {table.name} has {dead} dead rows beside {table.rows} live ones: autovacuum came "
        f"{last}",
        "see that autovacuum is on and no transaction stays open; VACUUM it once by hand",
    )


def _of_versions(sheet: StoreReport, workers: Sequence[WorkerRow]) -> Iterator[Finding]:
    newest = max((worker.beat_us for worker in workers), default=0)
    alive = [worker for worker in workers if is_at_work(worker, newest)]
    versions = sorted({worker.version or "unknown" for worker in alive})
    if len(versions) > 1:
        yield Finding(
            Level.NOTE,
            f"workers of several versions are running: {', '.join(versions)}",
            "as it should be during a rolling restart; else restart the older ones",
        )
