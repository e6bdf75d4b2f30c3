"""Stop: how a step that cannot go on now leaves the flow function, and carries the outcome out."""

import asyncio
from typing import Any

from tieline.model.runs.run import Outcome

_LEFT_ALONE: set[asyncio.Task[Any]] = set()


class Stop(BaseException):
    """Unwinds a flow function; the run ends this execution with *outcome*.

    Not an Exception, so that an author's ``except Exception`` does not see it.
    """

    def __init__(self, outcome: Outcome, words: str = "") -> None:
        super().__init__(words or str(outcome))
        self.outcome = outcome


class Lost(BaseException):
    """Unwinds a flow function whose run belongs to somebody else now; nothing more is written."""


def leave_alone(task: asyncio.Task[Any]) -> None:
    """*task* catches whatever ends it, and is executed no more.

    It is kept, since Python would let it go on once more before it throws it away; and whoever
    ends the loop does not wait for it.
    """
    if task not in _LEFT_ALONE:
        _LEFT_ALONE.add(task)
        asyncio._unregister_task(task)  # noqa: SLF001 - documented for those who extend asyncio
