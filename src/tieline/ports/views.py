"""Views: a question goes in, and its answer comes back from one short read."""

from typing import Protocol, TypeVar

from tieline.model.question import Question

R = TypeVar("R")


class Views(Protocol):
    """The role of whoever reads the store for people.

    Promises: an answer is consistent in itself (one snapshot); every question but
    ``CheckStore(pages=True)`` looks at a bounded number of rows, so that no read delays the
    writer's log for long; works beside a running hub, in its process or another, and on the store
    of a stopped one; never writes.
    Not promised: that two answers are of the same moment.
    Raises: NotFound for a question about one thing, StoreError for the store's own trouble.
    """

    async def read(self, question: Question[R]) -> R:
        """Answer *question*."""
        ...

    async def close(self) -> None:
        """Let go of the store."""
        ...
