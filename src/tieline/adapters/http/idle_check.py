"""Idle check: an idle connection comes in; whether it still has nothing to read goes out."""

import asyncio
import select


class IdleCheck:
    """Asks the system, now, whether the other end sent or closed.

    The loop may not have come round to it yet, and a request must not be written then.
    """

    __slots__ = ("_poll",)

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._poll = None
        socket = transport.get_extra_info("socket")
        if hasattr(select, "poll") and socket is not None:  # Windows has none: trust the loop
            self._poll = select.poll()
            self._poll.register(socket.fileno(), select.POLLIN)

    def is_quiet(self) -> bool:
        """Whether there is nothing to read. Only for a transport that is not yet closing."""
        return self._poll is None or not self._poll.poll(0)
