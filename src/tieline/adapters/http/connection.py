"""Connection: the bytes of a request come in; the answer to it, or a typed failure, goes out."""

import asyncio
from typing import Protocol, cast

from tieline.adapters.http.answer import AnswerReader
from tieline.adapters.http.idle_check import IdleCheck
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import HttpAnswer


class ConnectionOwner(Protocol):
    """Where a connection goes when it is not in use."""

    def adopt(self, connection: "HttpConnection") -> None:
        """*connection* is open."""
        ...

    def park(self, connection: "HttpConnection") -> None:
        """*connection* has finished an exchange and may carry another."""
        ...

    def forget(self, connection: "HttpConnection") -> None:
        """*connection* is gone."""
        ...


class HttpConnection(asyncio.Protocol):
    """One connection to one origin, with at most one exchange at a time."""

    __slots__ = (
        "_home",
        "_lost",
        "_reader",
        "_timer",
        "_transport",
        "_waiter",
        "_watch",
        "key",
        "loop",
        "parked_at",
    )

    _transport: asyncio.Transport
    _timer: asyncio.TimerHandle
    _watch: IdleCheck

    def __init__(self, home: ConnectionOwner, key: object, loop: asyncio.AbstractEventLoop) -> None:
        self.key = key
        """What the pool keeps it under."""
        self.parked_at = 0.0
        """When it was parked, on the loop's clock."""
        self.loop = loop
        self._home = home
        self._reader = AnswerReader()
        self._waiter: asyncio.Future[HttpAnswer] | None = None
        self._lost = False

    async def exchange(
        self, wire: bytes, *, head_only: bool, limit_bytes: int, deadline: float
    ) -> HttpAnswer:
        """Write *wire* and return the answer. Raises CallFailed; cancelling closes the connection.

        ``deadline`` is on the loop's clock. Not one byte is written if the connection is unusable.
        """
        if self._lost or self._transport.is_closing():
            detail = "the connection closed before the request was written"
            raise CallFailed(FailureKind.BROKEN, Delivered.NO, detail)
        self._reader.expect(head_only=head_only, limit_bytes=limit_bytes)
        waiter: asyncio.Future[HttpAnswer] = self.loop.create_future()
        self._waiter = waiter
        self._timer = self.loop.call_at(deadline, self._expire)
        self._transport.write(wire)
        try:
            return await waiter
        except asyncio.CancelledError:
            if self._waiter is waiter:
                self._release()
                self._transport.abort()
            raise

    def is_quiet(self) -> bool:
        """Whether an idle connection is still open with nothing to read."""
        return not self._lost and not self._transport.is_closing() and self._watch.is_quiet()

    def peer(self) -> object:
        """The address that the other end really has."""
        return self._transport.get_extra_info("peername")

    def abort(self) -> None:
        """Close at once; an exchange in flight fails as BROKEN."""
        self._fail(self._broken("the client was closed"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._watch = IdleCheck(transport)
        self._home.adopt(self)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            self._transport.abort()  # nobody asked
            return
        try:
            answer = self._reader.feed(data)
        except CallFailed as failure:
            self._fail(failure)
            return
        if answer is not None:
            self._settle(answer)

    def eof_received(self) -> None:
        if self._waiter is not None:
            self._end_by_server()

    def connection_lost(self, error: Exception | None) -> None:
        self._lost = True
        self._home.forget(self)
        if self._waiter is None:
            return
        if error is None:
            self._end_by_server()
        else:
            self._fail(self._broken(_how_it_broke(error)))

    def _end_by_server(self) -> None:
        try:
            answer = self._reader.finish()
        except CallFailed as failure:
            self._fail(failure)
        else:
            self._settle(answer)

    def _settle(self, answer: HttpAnswer) -> None:
        waiter = self._release()
        if self._may_be_reused():
            self._home.park(self)
        else:
            self._transport.abort()
        if waiter is not None and not waiter.done():
            waiter.set_result(answer)

    def _fail(self, failure: CallFailed) -> None:
        failure.status = failure.status or self._reader.known_status
        waiter = self._release()
        self._transport.abort()
        if waiter is not None and not waiter.done():
            waiter.set_exception(failure)

    def _release(self) -> asyncio.Future[HttpAnswer] | None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            self._timer.cancel()
        return waiter

    def _may_be_reused(self) -> bool:
        if not self._reader.reusable or self._lost or self._transport.is_closing():
            return False
        return self._transport.get_write_buffer_size() == 0  # else it answered before it read

    def _expire(self) -> None:
        detail = "the answer was not complete when the total time was over"
        self._fail(CallFailed(FailureKind.SLOW, self._reader.delivered, detail))

    def _broken(self, detail: str) -> CallFailed:
        return CallFailed(FailureKind.BROKEN, self._reader.delivered, detail)


def _how_it_broke(error: Exception) -> str:
    """In words that need no table of error numbers."""
    if isinstance(error, ConnectionResetError):
        return "the connection was reset"
    if isinstance(error, BrokenPipeError):
        return "the other side closed the connection"
    return f"the connection broke: {(isinstance(error, OSError) and error.strerror) or error}"
