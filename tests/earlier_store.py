"""Earlier stores: a database and a number; it has the migrations up to that one, and no more."""

import hashlib
from importlib.resources import files

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from tieline.adapters.postgres.migrations import LEDGER


async def made_up_to(number: int, url: str) -> None:
    """Make the store at *url* anew, as a release left it whose last migration was *number*."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP SCHEMA public CASCADE; CREATE SCHEMA public; {LEDGER}")
    await connection.close()
    await brought_to(number, url)


async def brought_to(number: int, url: str) -> None:
    """Apply the migrations up to *number* that the store at *url* lacks."""
    connection = await asyncpg.connect(url)
    done = {row[0] for row in await connection.fetch("SELECT number FROM migration")}
    schema = files("tieline.adapters.postgres").joinpath("schema")
    for name in sorted(file.name for file in schema.iterdir() if file.name[0].isdigit()):
        own = int(name.split("_", 1)[0])
        if own <= number and own not in done:
            text = schema.joinpath(name).read_text(encoding="utf-8")
            await connection.execute(text)
            digest = hashlib.sha256(text.encode()).hexdigest()
            await connection.execute("INSERT INTO migration VALUES ($1, $2, $3)", own, name, digest)
    await connection.close()
