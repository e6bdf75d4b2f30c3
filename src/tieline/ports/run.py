"""Run: what a flow is given beside its payload; names, time, memory and the way to other flows."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, overload
from uuid import UUID

from tieline.model.inbound.event import Event
from tieline.model.runs.let_through import LetThrough

T = TypeVar("T")


class StartedRun(Protocol):
    """A run that another has started."""

    @property
    def id(self) -> str:
        """``run_…``."""
        ...

    async def end(self) -> None:
        """Go on once it is done; the run leaves memory meanwhile. Raises RunFailed when it is dead
        or was cancelled."""
        ...


class Run(Protocol):
    """The role of a run, as its flow sees it.

    Promises: a step that returned once is never executed again in this run, whatever crashes;
    ``now`` and ``uuid`` give the same values when the run is executed again.
    Not promised: that a step which was interrupted did not happen; that is what effect keys,
    ``confirm`` and held runs are for.
    """

    @property
    def id(self) -> str:
        """``run_…``, as shown by ``tieline runs``."""
        ...

    @property
    def event(self) -> Event:
        """The event that caused the run."""
        ...

    @property
    def payload(self) -> Any:
        """The event's data as parsed JSON."""
        ...

    @overload
    async def step(
        self, name: str, fn: Callable[..., Awaitable[T]], *args: Any, key: str | None = None
    ) -> T: ...
    @overload
    async def step(self, name: str, fn: Callable[..., T], *args: Any, key: str | None = None) -> T:
        """Run ``fn(*args)`` once and remember its result, which must be JSON.

        ``key`` distinguishes uses of one name in a loop; without it, they are numbered.
        A plain function runs in a thread. When it raises, the step is tried again by the flow's
        ``retry``, and the run is dead when that is used up; Retry, Reject and Hold decide at once.
        """
        ...

    async def hold(self, reason: object, *, key: object = None) -> LetThrough:
        """Go on once a person has let it pass (``tieline held resolve RUN --continue``).

        The run leaves memory meanwhile. Returns who let it through, when and with which words; the
        same after a crash or a retry. A yes counts for one hold and its reason: the same reason
        once more, or with other words, asks again, and so does a replay. ``key`` tells uses in a
        loop apart; without it, they are numbered.
        """
        ...

    def let_through(self, reason: object, *, key: object = None) -> LetThrough | None:
        """The yes to the next hold of this reason and key, or None, which holds nothing.

        Then the flow may do something else before it awaits ``hold``, or raises ``Hold``, with the
        same reason and key."""
        ...

    async def sleep(self, duration: timedelta, *, key: str | None = None) -> None:
        """Go on after *duration*; the run leaves memory meanwhile and survives restarts."""
        ...

    async def wait_for(
        self,
        type: str,  # noqa: A002
        *,
        key: object,
        within: timedelta | None = None,
    ) -> Any:
        """Go on when an event of *type* that carries the business key *key* is recorded, and return
        its payload; one that came since the run's own event counts, however late this is called.

        The run leaves memory meanwhile, and is woken in the commit of that event. Raises
        WaitTimeout when none came *within* this time. Asked for again, it waits for a later event.
        The type stands as a text in the flow, so that the hub sees what it waits for; some flow
        takes such events with a contract that has a key.
        """
        ...

    async def start(
        self, flow: Callable[..., Any] | str, payload: object, *, key: str | None = None
    ) -> StartedRun:
        """Start a run of *flow*, which listens to a topic, by an event with *payload*; once,
        however often this run is executed, and durable with its next commit."""
        ...

    async def emit(
        self,
        type: str,  # noqa: A002
        data: object,
        *,
        key: str | None = None,
        optional: bool = False,
    ) -> None:
        """Publish an event to ``hub.topic(type)``; durable with the run's next commit.

        Where nobody takes it, ``tieline doctor`` and a test say so, unless it is *optional*.
        """
        ...

    def log(self, words: object) -> None:
        """Write a line into the run's page and story; durable with the run's next commit.

        The same line is not written again when the run is executed again. Secrets and values of
        ``Sensitive`` fields are taken out; a line has 300 characters, a run 200 lines.
        """
        ...

    def say(self, words: str) -> None:
        """Say how it stands, in words for whom it is about: *your refund is on its way*.

        ``GET /api/v1/status/<kind>/<key>`` answers the latest of them, by any business name that
        the run or its event carries. Kept as a line of ``log`` is.
        """
        ...

    def refer(self, **names: object) -> None:
        """Attach business names (``order=84219``), so that a story finds this run by them."""
        ...

    def now(self) -> datetime:
        """The time, remembered: an execution after a crash sees the same values."""
        ...

    def uuid(self) -> UUID:
        """A UUID that is the same when the run is executed again."""
        ...
