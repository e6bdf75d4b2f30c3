"""ControlJournal: operators' commands come in; the hub that has the store open carries them out."""

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from tieline.adapters.control import wire
from tieline.adapters.control.socket_path import is_private, socket_path
from tieline.model.base.errors import StoreError
from tieline.model.command import Command

A = TypeVar("A")

ANSWER_S = 30.0
STATUS_S = 5.0


class ControlJournal:
    """The journal of a running hub, for operators' commands only."""

    def __init__(
        self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer

    async def commit(self, command: Command[A]) -> A:
        """Have *command* done. Raises what the hub's journal raises, CommandRefused, StoreError."""
        answer = await self._ask(wire.request_of(command))
        # True of all that travels: the type ``wire.Order`` admits no other answer.
        return cast("A", wire.read_done(answer))

    async def status(self) -> Mapping[str, Any]:
        """What the hub says of itself."""
        told: Mapping[str, Any] = await self._ask(wire.request(wire.STATUS, {}))
        return told

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _ask(self, line: bytes) -> Any:
        self._writer.write(line)
        try:
            await self._writer.drain()
            answer = await asyncio.wait_for(self._reader.readline(), ANSWER_S)
        except (ConnectionError, TimeoutError) as error:
            answer = b""
            reason = (
                f"no answer within {ANSWER_S:.0f} s" if isinstance(error, TimeoutError) else error
            )
        else:
            reason = "it hung up"
        if not answer:
            # A late answer must not be taken for that to the next question.
            self._writer.close()
            raise StoreError(
                f"the hub behind {self._path} did not answer ({reason}); whether it was done is "
                "not known: look before you repeat it"
            )
        return wire.read_answer(answer)


async def call_hub(store: Path) -> ControlJournal | None:
    """The running hub of *store*; None when none listens there."""
    path = _trusted_path(store)
    if path is None:
        return None
    try:
        reader, writer = await asyncio.open_unix_connection(
            str(path), limit=wire.LONGEST_LINE_BYTES
        )
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    except OSError as error:
        raise StoreError(f"the hub behind {path} cannot be reached: {error.strerror}") from None
    return ControlJournal(path, reader, writer)


def status_now(store: Path) -> Mapping[str, Any] | None:
    """What the running hub of *store* says of itself, without a loop; None when none answers."""
    path = _trusted_path(store)
    if path is None:
        return None
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(STATUS_S)
            line.connect(str(path))
            line.sendall(wire.request(wire.STATUS, {}))
            told: Mapping[str, Any] = wire.read_answer(line.makefile("rb").readline())
    except (OSError, ValueError):
        return None
    return told


def _trusted_path(store: Path) -> Path | None:
    """None when the socket's folder is missing, or could be somebody else's."""
    path = socket_path(store)
    is_beside = path.parent == store.resolve().parent
    if is_beside or (path.parent.is_dir() and is_private(path.parent)):
        return path
    return None
