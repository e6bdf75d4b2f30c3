"""Errors that Tieline raises itself; a message names the thing, its value and what would be right.

TielineError
├── SettingsError            the operator wrote something that cannot run
│   └── SettingsMistakes     several of them; lists every one
├── ScheduleError            a cron expression or time zone cannot be used
├── DeclarationError         the author declared something that cannot run; lists every mistake
├── TransitionRefused        a bug: a run was asked to move where it may not go
├── NotFound                 an id named nothing
├── Conflict                 the thing exists, but its state does not allow this action
├── CommandRefused           an operator's command makes no sense as given; nothing was changed
├── StaleClaim               another worker owns the run now: this one must stop
├── PayloadRejected          a body is not a JSON document within the limits; ``fault`` says why
├── Overloaded               too much waits to be committed; try again later
├── StoreError               the store could not do it
│   ├── StoreLocked          another process has the file
│   ├── StoreFull            no space left: nothing was accepted, nothing was lost
│   ├── StoreInterrupted     nothing of a transaction was stored, and it may be run again at once
│   │   └── StoreBlocked     somebody holds a lock for too long
│   ├── StoreLost            the connection to the store is gone
│   ├── StoreMoved           what it has is elsewhere now: no hub may work on it
│   ├── StoreCorrupt         the file is damaged; says where the backup steps are
│   └── StoreClosed          this process is stopping: whoever opens the store next goes on
├── CopyFailed               one store cannot be copied into the other, as they are
├── CallFailed               a call had no usable answer; ``kind`` and ``delivered`` say how
│   └── CallRefused          the provider said no for good; ``status`` and its own words
├── NoCaller                 a connection was called where nobody can carry it out
├── ArgumentRefused          a flow gave an argument that cannot be carried out faithfully
└── Outcome signals an author may raise inside a flow
    ├── Retry                try the run again, after a delay
    ├── Reject               dead at once, with a reason
    └── Hold                 wait for a person, with a reason
"""

from collections.abc import Sequence
from datetime import timedelta

from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.base.payload import PayloadFault
from tieline.model.base.reason_text import plain_text
from tieline.model.base.wait_limit import wait_of


class TielineError(Exception):
    """The root of every error that Tieline raises."""


class SettingsError(TielineError):
    """A setting has a value that cannot be used."""

    def __init__(self, name: str, value: object, wanted: str) -> None:
        shown = "not set" if value is None else repr(value)
        super().__init__(f"{name} is {shown}; {wanted}")
        self.name = name
        self.value = value
        self.wanted = wanted


class SettingsMistakes(SettingsError):
    """Several settings cannot be used; ``mistakes`` has all of them."""

    def __init__(self, mistakes: Sequence[SettingsError]) -> None:
        first = mistakes[0]
        super().__init__(first.name, first.value, first.wanted)
        lines = "\n".join(f"  - {mistake}" for mistake in mistakes)
        self.args = (f"{len(mistakes)} settings cannot be used:\n{lines}",)
        self.mistakes = tuple(mistakes)


class ScheduleError(TielineError, ValueError):
    """A schedule that cannot be followed; the message is fit for a DeclarationError's list."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"schedule {name} {value!r} cannot be used: {wanted}")
        self.name = name
        self.value = value
        self.wanted = wanted


class DeclarationError(TielineError):
    """The hub's declarations contain mistakes; ``mistakes`` has all of them, not only the first."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        count = len(mistakes)
        head = "1 mistake" if count == 1 else f"{count} mistakes"
        super().__init__(f"the hub has {head}:\n" + "\n".join(f"  - {text}" for text in mistakes))
        self.mistakes = tuple(mistakes)


class TransitionRefused(TielineError):
    """A run was asked to move along an edge that the state table does not have.

    ``now`` and ``to`` are None where a store refused the move, and does not say which it was.
    """

    def __init__(self, now: str | None = None, to: str | None = None) -> None:
        super().__init__(
            "a run cannot move from the state that it is in to the one that was asked for"
            if now is None
            else f"a run that is {now} cannot become {to}"
        )
        self.now = now
        self.to = to


class NotFound(TielineError):
    """No row has this id."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"there is no {kind} {key!r}")
        self.kind = kind
        self.key = key


class Conflict(TielineError):
    """The thing exists, but not in a state in which this can be done."""


class CommandRefused(TielineError):
    """An operator's command cannot be carried out as it was given; nothing was changed."""


class StaleClaim(TielineError):
    """The claim (run, epoch) is no longer valid: another worker owns the run, or it ended."""

    def __init__(self, run_id: str, epoch: int) -> None:
        super().__init__(f"claim {epoch} on {run_id} is no longer valid")
        self.run_id = run_id
        self.epoch = epoch


class PayloadRejected(TielineError, ValueError):
    """A body is not a JSON document within the limits. ``detail`` carries no value of it."""

    def __init__(self, fault: PayloadFault, detail: str) -> None:
        super().__init__(f"the payload was rejected ({fault}): {detail}")
        self.fault = fault
        self.detail = detail


class Overloaded(TielineError):
    """Too many commands wait to be committed; nothing was stored, the sender should try again."""

    def __init__(self, waiting: int, limit: int) -> None:
        super().__init__(f"{waiting} commands wait to be committed; the limit is {limit}")
        self.waiting = waiting
        self.limit = limit


class StoreError(TielineError):
    """The store could not do what was asked."""


class StoreLocked(StoreError):
    """Another process has the file open."""


class StoreFull(StoreError):
    """There is no space left for the store; what was accepted stays, nothing new is taken."""


class StoreInterrupted(StoreError):
    """Nothing of the transaction was stored; the same one may be run again at once."""


class StoreBlocked(StoreInterrupted):
    """Somebody holds a lock for too long; nothing was stored, the caller may wait on."""


class StoreLost(StoreError):
    """The connection to the store is gone; what was sent last may or may not have arrived."""


class StoreMoved(StoreError):
    """All of the store is, or is being copied, elsewhere: working on it would do things twice."""


class CopyFailed(TielineError):
    """One store cannot be copied into the other, as they are."""


class StoreCorrupt(StoreError):
    """The store's file is damaged."""


class StoreClosed(StoreError):
    """The process is stopping and has let go of the store: trying again is of no use."""


class CallFailed(TielineError):
    """A call ended without a usable answer.

    ``delivered`` says whether the other side can have seen the request; whoever decides about
    a repeat must look at it.
    """

    status: int | None = None
    """Of an answer that began and could not be read to its end."""

    def __init__(self, kind: FailureKind, delivered: Delivered, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.delivered = delivered
        self.detail = detail


class CallRefused(CallFailed):
    """The provider will not take this call however often it is sent; a flow may catch it."""

    def __init__(self, kind: FailureKind, detail: str, status: int | None) -> None:
        super().__init__(kind, Delivered.YES, detail)
        self.status = status


class NoCaller(TielineError):
    """A connection was called outside a run, a test and a session."""

    def __init__(self, connection: str) -> None:
        super().__init__(
            f"connection {connection!r} was called outside a flow; "
            "in a test, enter tieline.testing.plain(hub); in a script, tieline.session(hub)"
        )


class ArgumentRefused(TielineError, TypeError, ValueError):
    """What a flow, a script or a test gave cannot be carried out as it stands: nothing was done."""


class WaitTimeout(TielineError):
    """What a flow waited for did not come in time; caught, the flow goes on without it."""

    def __init__(self, what: str, within: object) -> None:
        super().__init__(f"no {what} came within {within}")
        self.what = what


class RunFailed(TielineError):
    """A run that was started ended without success; caught, the flow goes on."""

    def __init__(self, run_id: str, flow: str, state: str, reason: str) -> None:
        super().__init__(f"{run_id} of {flow} is {state}: {reason}")
        self.run_id = run_id
        self.state = state
        """dead, cancelled or forgotten."""
        self.reason = reason


class Retry(TielineError):
    """Raised in a flow: try this run again, after *after* or by the flow's backoff.

    *after* is a time span, or a number of seconds. The reason of this and its like may be anything,
    an error that was caught too: it is put into words. One that says nothing is ``""``.
    """

    reason: str = ""
    after: timedelta | None = None

    def __init__(
        self,
        reason: object = "the flow asked for a retry",
        *,
        after: timedelta | float | None = None,
    ) -> None:
        self.reason = plain_text(reason)
        span = _time_span(after)
        self.after = None if span is None else wait_of("after", span)
        super().__init__(self.reason)


def _time_span(after: timedelta | float | None) -> timedelta | None:
    if after is None or isinstance(after, timedelta):
        return after
    try:
        return timedelta(seconds=after)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"Retry(after={after!r}) is no time to wait; give seconds, as in after=60, "
            "or a timedelta"
        ) from None


class Reject(TielineError):
    """Raised in a flow: this run can never succeed; it is dead at once, with *reason*."""

    reason: str = ""

    def __init__(self, reason: object) -> None:
        self.reason = plain_text(reason)
        super().__init__(self.reason)


class Hold(TielineError):
    """Raised in a flow: a person must decide before this run goes on.

    Nothing goes on behind a raise: a flow that shall pass once somebody lets it awaits
    ``run.hold``, or asks ``run.let_through`` before it raises. ``key`` tells like reasons of one
    run apart.
    """

    reason: str = ""
    key: str | None = None

    def __init__(self, reason: object, *, key: object = None) -> None:
        self.reason = plain_text(reason)
        self.key = None if key is None else plain_text(key)
        super().__init__(self.reason)
