"""Locks: a link to a server comes in; who holds locks on our tables goes out, in words."""

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.sql.statement import Statement
from tieline.model.base.errors import StoreBlocked, StoreError


async def holders(link: PostgresConnection) -> tuple[str, ...]:
    """Who holds locks for longer than a moment, apart from hubs, over a link in a transaction."""
    rows = (await link.run(Statement("upkeep/sheet_locks"))).rows
    return tuple(_words(*row) for row in rows)


async def with_holders(link: PostgresConnection, blocked: StoreBlocked) -> StoreBlocked:
    """*blocked* with the names of those who hold locks; over a link without a transaction."""
    try:
        await link.begin("READ ONLY")
        found = await holders(link)
        await link.execute("COMMIT")
    except StoreError:
        return blocked
    return StoreBlocked("; ".join((str(blocked), *found)))


def _words(  # noqa: PLR0913 - the columns of one row
    pid: int,
    user: str,
    program: str | None,
    address: str | None,
    state: str | None,
    seconds: float,
    tables: str,
) -> str:
    who = f"{user} with {program or 'a program without a name'}"
    where = f" from {address}" if address else ""
    return (
        f"{who}{where} ({state}, pid {pid}) has held locks on {tables} for {seconds:.0f} s: "
        f"end that transaction there, or here with SELECT pg_terminate_backend({pid})"
    )
