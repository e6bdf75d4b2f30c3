"""ControlServer: operators' commands come in on a local socket; the hub does and answers them."""

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tieline.adapters.control import wire
from tieline.adapters.control.socket_path import make_private, socket_path
from tieline.model.base.errors import SettingsError
from tieline.model.command import OperatorCommand
from tieline.ports.journal import Journal

PRIVATE_UMASK = 0o177
After = Callable[[OperatorCommand[Any]], None]
"""Called with a command that is on disk, so that the hub reacts at once; must not raise."""
Status = Callable[[], Mapping[str, Any]]


class ControlServer:
    """Serves one hub's socket. Only its user can connect; requests are done one by one a client."""

    def __init__(self, store: Path, journal: Journal, *, after: After, status: Status) -> None:
        self.path = socket_path(store)
        self._is_beside = self.path.parent == store.resolve().parent
        self._journal = journal
        self._after = after
        self._status = status
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen. Whoever holds the store's lock may replace a socket that a crash left behind."""
        if not self._is_beside:
            make_private(self.path.parent)
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(PRIVATE_UMASK)
        try:
            listener.bind(str(self.path))
        except OSError as error:
            listener.close()
            raise SettingsError("the control socket", str(self.path), str(error)) from None
        finally:
            os.umask(before)
        listener.settimeout(0)
        self._server = await asyncio.start_unix_server(
            self._serve, sock=listener, limit=wire.LONGEST_LINE_BYTES
        )

    async def close(self) -> None:
        """Take no further request and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        self.path.unlink(missing_ok=True)
        for task in list(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._clients.add(task)
            task.add_done_callback(self._clients.discard)
        try:
            while line := await reader.readline():
                writer.write(await self._answer(line))
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass  # gone, or a line beyond the limit: nothing to say to it any more
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, line: bytes) -> bytes:
        try:
            asked = wire.read_request(line)
            if asked.do == wire.STATUS:
                return wire.ok(dict(self._status()))
            return wire.ok(await self._do(wire.read_command(asked)))
        except Exception as error:  # noqa: BLE001 - every problem is the client's to be told
            return wire.problem(error)

    async def _do(self, command: wire.Order) -> dict[str, object]:
        answer = await self._journal.commit(command)
        self._after(command)
        return wire.answer_of(answer)
