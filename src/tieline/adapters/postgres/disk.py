"""Disk: a link to a server comes in; what can be known of its disk from here goes out."""

import asyncio
import os
import shutil
from pathlib import Path

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.sql.statement import Statement
from tieline.model.views.engine_report import DiskReport


async def disk_of(link: PostgresConnection) -> DiskReport:
    """What the server tells us, and what we can see where it is on this machine."""
    is_allowed, folder, is_here, slots, kept = (
        await link.run(Statement("upkeep/disk_server"))
    ).rows[0]
    log, temporary = None, None
    if is_allowed:
        log, temporary = (await link.run(Statement("upkeep/disk_files"))).rows[0]
    free = await asyncio.to_thread(free_in, Path(folder)) if is_here and folder else None
    return DiskReport(log, temporary, tuple(slots), kept, free, folder)


def free_in(folder: Path) -> int | None:
    """The free bytes beside a server's files; None: it is another machine's folder, or not ours
    to read."""
    try:
        if not os.access(folder, os.R_OK) or not (folder / "PG_VERSION").is_file():
            return None
        return shutil.disk_usage(folder).free
    except OSError:
        return None
