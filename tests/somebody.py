"""Somebody: a connection to a store that is not the hub's: an older release, or a hand."""

from typing import Any

import apsw


class Somebody:
    """Who has a connection of their own to the store, and writes whatever they like."""

    def __init__(self, file: apsw.Connection | None, server: Any) -> None:
        self._file = file
        self._server = server

    async def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """One transaction; the rows of the last statement."""
        if self._file is not None:
            with self._file:
                return [self._file.execute(text).fetchall() for text in statements][-1]
        async with self._server.transaction():
            found = [await self._server.fetch(text) for text in statements]
        return [tuple(row) for row in found[-1]]

    async def script(self, text: str) -> None:
        """Several statements, as they stand in a file."""
        if self._file is not None:
            self._file.execute(text)
        else:
            await self._server.execute(text)
