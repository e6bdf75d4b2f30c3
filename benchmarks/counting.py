"""Counting: from a call on, every message to a PostgreSQL server is counted by its name."""

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.sql.statement import Statement, StatementReply


def count_statements() -> dict[str, int]:
    """The counts, which grow in place; for a process that does nothing but be measured.

    The packaged server has no pg_stat_statements, so they are counted where they are sent. A
    commit counts once, with the mark that goes with it in one message.
    """
    counts: dict[str, int] = {}
    run, execute = PostgresConnection.run, PostgresConnection.execute

    async def counted_run(link: PostgresConnection, statement: Statement) -> StatementReply:
        counts[statement.name] = counts.get(statement.name, 0) + 1
        return await run(link, statement)

    async def counted_execute(link: PostgresConnection, text: str) -> str:
        name = "COMMIT" if text.endswith("COMMIT") else text.split()[0].strip(";")
        counts[name] = counts.get(name, 0) + 1
        return await execute(link, text)

    PostgresConnection.run, PostgresConnection.execute = counted_run, counted_execute  # type: ignore[method-assign, assignment]
    return counts
