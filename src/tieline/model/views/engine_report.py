"""Engine report: what an engine says of a store, for those who look after it."""

from dataclasses import dataclass

from tieline.model.base.ids import Micros


@dataclass(frozen=True, slots=True)
class TableReport:
    """One table, with its parts and indexes."""

    name: str
    rows: int
    """An estimate."""
    bytes: int | None
    """None: the engine does not know without reading all of it."""
    dead_rows: int | None = None
    """Versions that vacuum has not removed yet; None: the engine has none."""
    vacuumed_us: Micros | None = None
    partitions: int = 0
    """Days that have a part of their own; 0: the table has no parts."""
    last_day: str | None = None
    """The last day that has one, as ``2026-01-31``."""
    stray_rows: int = 0
    """About how many rows no day's part would take."""


@dataclass(frozen=True, slots=True)
class DiskReport:
    """The disk of a server, as far as it is known here."""

    log_bytes: int | None
    """The write-ahead log; None: our user may not ask."""
    temporary_bytes: int | None
    """Files of sorts and joins that run now; None: the same."""
    slots: tuple[str, ...]
    """Replication slots, in words."""
    kept_bytes: int
    """What of the log is kept for the slot that is furthest behind."""
    free_bytes: int | None
    """None: the server is on another machine, or its folder cannot be read."""
    folder: str | None = None
    """Where its files are; None: our user may not know."""


@dataclass(frozen=True, slots=True)
class StoreReport:
    """A store, by what its engine knows."""

    shown: str
    engine: str
    version: str
    applied: tuple[str, ...]
    pending: tuple[str, ...]
    """Migrations of this release that the store lacks."""
    bytes: int
    tables: tuple[TableReport, ...]
    holders: tuple[str, ...] = ()
    """Who is connected to it, in words."""
    snapshot_s: float | None = None
    """For how many seconds the oldest open transaction has kept what others delete."""
    snapshot_holder: str | None = None
    connections: int | None = None
    """In use on the whole server."""
    most_connections: int | None = None
    server_us: Micros | None = None
    """The server's clock."""
    risks: tuple[str, ...] = ()
    """Settings under which what was answered for can be lost."""
    disk: DiskReport | None = None
    """Of a server. A file's is looked at where the file is."""
    locks: tuple[str, ...] = ()
    """Who, apart from hubs, holds locks on its tables, in words."""
    shut: str | None = None
    """Why no hub may work on it."""
