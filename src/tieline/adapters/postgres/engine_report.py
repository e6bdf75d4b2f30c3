"""Engine report: a link to a store comes in; what the server says of it goes out."""

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.dialling import dial
from tieline.adapters.postgres.disk import disk_of
from tieline.adapters.postgres.locks import holders as lock_holders
from tieline.adapters.postgres.migrations import standing
from tieline.adapters.postgres.risks import risks
from tieline.adapters.postgres.url import parse
from tieline.adapters.sql.statement import Statement
from tieline.model.views.engine_report import StoreReport, TableReport
from tieline.model.views.transfer import COPY
from tieline.rules.store.copying import why_shut

PATIENCE_S = 5.0


async def sheet_of(url: str) -> StoreReport:
    """The sheet of the store at *url*, of whatever release. Raises SettingsError, StoreError."""
    place = parse(url)
    link = await dial(place, patience_s=PATIENCE_S)
    try:
        await link.begin("READ ONLY")
        sheet = await fill(link, place.shown)
        await link.execute("COMMIT")
        return sheet
    finally:
        await link.close()


async def fill(link: PostgresConnection, shown: str) -> StoreReport:
    """The same over a link in a transaction."""
    applied, pending = await standing(link, shown)
    server = (await link.run(Statement("upkeep/sheet_server"))).rows[0]
    durability = (await link.run(Statement("upkeep/durability"))).rows[0]
    tables = (await link.run(Statement("upkeep/sheet_tables"))).rows
    holders = (await link.run(Statement("upkeep/sheet_holders"))).rows
    locked = await lock_holders(link)
    noted = (await link.run(Statement("mark_get", one={"name": COPY}))).rows
    return StoreReport(
        shown=shown,
        engine="PostgreSQL",
        version=server[0],
        applied=tuple(applied),
        pending=tuple(pending),
        bytes=server[1],
        tables=tuple(_table(*row) for row in tables),
        holders=tuple(row[0] for row in holders),
        snapshot_s=server[5],
        snapshot_holder=server[6],
        connections=server[3],
        most_connections=server[4],
        server_us=server[2],
        risks=tuple(risks(shown, *durability[:3])),
        disk=await disk_of(link),
        locks=locked,
        shut=why_shut(noted[0][0] if noted else None, shown),
    )


def _table(  # noqa: PLR0913 - the columns of one row
    name: str,
    rows: int,
    size: int,
    dead: int,
    vacuumed_us: int | None,
    partitions: int,
    last: str | None,
    stray: int,
) -> TableReport:
    day = last.rpartition("_")[2] if last else None
    last_day = f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else None
    return TableReport(name, rows, size, dead, vacuumed_us, partitions, last_day, stray)
