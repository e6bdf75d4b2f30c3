"""Child: a command comes in; a process of ours goes out, tied to this one by a socket.

The socket is the child's stdin. The child says on it that it is ready; when its other end closes,
the child knows that whoever started it is gone, and stops.
"""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from tieline.model.base.errors import SettingsError

READY = b"ready\n"
BEAT = b"."
BEAT_S = 5.0
"""How often a child's loop says that it still turns."""
MOST_MISSED = 12
"""So many beats may be missed in a row. Counted in looks of ours instead of by a clock, so that a
machine that was asleep is not taken for a child that hangs."""


class ChildProcess:
    """A process that was started here."""

    def __init__(self, process: asyncio.subprocess.Process, line: socket.socket) -> None:
        self.pid = process.pid
        self._process = process
        self._line = line

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: Mapping[str, str], keep: Sequence[int] = ()
    ) -> "ChildProcess":
        """Start *command*, which also gets the open files *keep*.

        It has a session of its own, so that a terminal's Ctrl-C and hang-up come to us alone.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 - its name says it
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=theirs.fileno(),
                env=dict(environment),
                pass_fds=tuple(keep),
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(process, ours)

    async def is_ready(self, seconds: float) -> bool:
        """Wait until it says so; False: it has ended without, or not said so in *seconds*."""
        said = asyncio.create_task(self._says_so())
        ended = asyncio.create_task(self._process.wait())
        done, _ = await asyncio.wait(
            [said, ended], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        said.cancel()
        ended.cancel()
        await asyncio.gather(said, ended, return_exceptions=True)
        return said in done and said.result()

    async def _says_so(self) -> bool:
        heard = b""
        with suppress(ConnectionError):
            while chunk := await asyncio.get_running_loop().sock_recv(self._line, len(READY)):
                heard += chunk
                if READY in heard:
                    return True
        return False

    async def falls_silent(self, look_s: float = BEAT_S) -> bool:
        """Wait until its loop turns no more; False: it has hung up, which the dead do.

        One that never beats (of an earlier release) is not judged.
        """
        missed, has_beaten = 0, False
        # One wait goes on over all looks: a beat that comes in the turn in which a look ends is
        # heard by the next, where a wait that is given up with its look would take it along.
        heard = self._hear()
        try:
            while missed < MOST_MISSED:
                await asyncio.wait([heard], timeout=look_s)
                if not heard.done():
                    missed += has_beaten
                    continue
                if not await heard:
                    return False
                missed, has_beaten = 0, True
                heard = self._hear()
        finally:
            heard.cancel()
            await asyncio.wait([heard])
        return True

    def _hear(self) -> "asyncio.Task[bytes]":
        return asyncio.create_task(self._heard())

    async def _heard(self) -> bytes:
        """What it said since it was last heard; empty: it has hung up."""
        try:
            return await asyncio.get_running_loop().sock_recv(self._line, 1024)
        except OSError:
            return b""

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal, if it lives."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def ended(self) -> int:
        """Its exit code, once it has ended; negative: the number of the signal that ended it."""
        return await self._process.wait()

    def hang_up(self) -> None:
        """Close the socket to it; nobody may be waiting to hear from it then."""
        self._line.close()


class ChildSocket:
    """The child's end of the socket."""

    def __init__(self, number: int) -> None:
        """Take it from stdin, which processes that this one starts must not have.

        Raises SettingsError unless a supervisor started this process.
        """
        try:
            self._line = socket.socket(fileno=os.dup(0))
        except OSError:
            wanted = "only a supervisor sets it (tieline serve --processes)"
            raise SettingsError("child", number, wanted) from None
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def say_ready(self) -> None:
        """Tell the supervisor that this process is at work."""
        with suppress(OSError):
            self._line.sendall(READY)

    async def beat(self) -> None:
        """Say again and again that the loop turns; ends by being cancelled."""
        while True:
            with suppress(OSError):
                self._line.send(BEAT, socket.MSG_DONTWAIT)
            await asyncio.sleep(BEAT_S)

    def watch(self, on_end: Callable[[], None]) -> None:
        """Call *on_end*, on a thread of its own, once the supervisor is gone."""
        watcher = threading.Thread(
            target=self._watch, args=(on_end,), name="tieline-lifeline", daemon=True
        )
        watcher.start()

    def _watch(self, on_end: Callable[[], None]) -> None:
        with suppress(OSError):
            while self._line.recv(1):
                pass
        on_end()
