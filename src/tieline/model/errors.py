"""Errors that Tieline raises itself; every message names the thing, its value and what would be right.

TielineError
├── SettingsError            the operator wrote something that cannot run
├── DeclarationError         the author declared something that cannot run; lists every mistake
├── IllegalTransition        a bug: a run was asked to move where it may not go
├── NotFound                 an id named nothing
├── Conflict                 the thing exists, but its state does not allow this action
├── StaleClaim               another worker owns the run now: this one must stop
├── Overloaded               too much waits to be committed; try again later
├── StoreError               the store could not do it
│   ├── StoreLocked          another process has the file
│   ├── StoreFull            no space left: nothing was accepted, nothing was lost
│   └── StoreCorrupt         the file is damaged; says where the backup steps are
├── CallFailed               a call ended without a usable answer; ``kind`` and ``delivered`` say how
└── Outcome signals an author may raise inside a flow
    ├── Retry                try the run again, after a delay
    ├── Reject               dead at once, with a reason
    └── Hold                 wait for a person, with a reason
"""

from collections.abc import Sequence
from datetime import timedelta

from tieline.model.call import Delivered, FailureKind


class TielineError(Exception):
    """The root of every error that Tieline raises."""


class SettingsError(TielineError):
    """A setting has a value that cannot be used."""

    def __init__(self, name: str, value: object, wanted: str) -> None:
        super().__init__(f"{name} is {value!r}; {wanted}")
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


class IllegalTransition(TielineError):
    """A run was asked to move along an edge that the state table does not have."""

    def __init__(self, now: str, to: str) -> None:
        super().__init__(f"a run that is {now} cannot become {to}")
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


class StaleClaim(TielineError):
    """The claim (run, epoch) is no longer valid: another worker owns the run, or it ended."""

    def __init__(self, run_id: str, epoch: int) -> None:
        super().__init__(f"claim {epoch} on {run_id} is no longer valid")
        self.run_id = run_id
        self.epoch = epoch


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


class StoreCorrupt(StoreError):
    """The store's file is damaged."""


class CallFailed(TielineError):
    """A call ended without a usable answer.

    ``delivered`` says whether the other side can have seen the request; whoever decides about
    a repeat must look at it.
    """

    def __init__(self, kind: FailureKind, delivered: Delivered, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.delivered = delivered
        self.detail = detail


class Retry(TielineError):
    """Raised in a flow: try this run again, after *after* or by the flow's backoff."""

    def __init__(
        self, reason: str = "the flow asked for a retry", *, after: timedelta | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Reject(TielineError):
    """Raised in a flow: this run can never succeed; it is dead at once, with *reason*."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Hold(TielineError):
    """Raised in a flow: a person must decide before this run goes on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
