"""Ending: how a flow function ended comes in; the outcome of this execution goes out."""

import traceback
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from tieline.model.base.errors import ArgumentRefused, CallFailed, CallRefused, Hold, Reject, Retry
from tieline.model.base.ids import Micros
from tieline.model.base.reason_text import plain_text, storable
from tieline.model.base.value import value
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.runs.run import Dead, Held, Outcome, RetryAt, Returned, Waiting
from tieline.model.runs.waits import WaitKind
from tieline.rules.outbound.retry import NoRetry, decide

MISTAKES = (
    TypeError,
    NameError,
    AttributeError,
    ImportError,
    SyntaxError,
    NotImplementedError,
    AssertionError,
)
"""Errors of an author's step that no repeat cures: the code is wrong, and the run is dead at once.
Any other may pass (the network, a file, what a system said) and is tried again as ``retry=`` says.
"""
_OURS = str(Path(__file__).parents[2])
"""The folder of this package."""
SWALLOWED = (
    "the flow catches what stops it, and goes on to ask for {}: write `except Exception` instead "
    "of `except:` or `except BaseException`, then resolve this run with --retry, or with --give-up"
)
LONGEST_EVIDENCE = 8_000
LONGEST_REASON = 1_000


@value
class RetryState:
    """What a decision about another try needs to know."""

    policy: RetryPolicy
    tries: int
    """Tries used before this one."""
    now_us: Micros
    jitter: float


def outcome_of(ending: BaseException | None, stops: list[Outcome], chance: RetryState) -> Outcome:
    """One outcome for one execution.

    A step that stopped the run wins over what the function made of it: it may have swallowed
    the signal. Of several stops (parallel steps) the gravest wins.
    """
    if stops:
        return _gravest(stops)
    return Returned() if ending is None else _of_error(ending, chance)


def _of_error(ending: BaseException, chance: RetryState) -> Outcome:
    match ending:
        case Reject():
            return Dead("rejected", _reason_of(ending))
        case Hold():
            return Held(_reason_of(ending))
        case Retry():
            return _again(ending, _reason_of(ending), chance)
        case CallRefused(status=status):
            return Dead(f"refused-{status or ending.kind}", _shown(plain_text(ending)))
        case CallFailed():
            return Dead(ending.kind, _shown(plain_text(ending)))
        case OSError():
            return _again(ending, words(ending), chance)
        case _:
            return dead_of(type(ending).__name__, words(ending), ending)


def dead_of(kind: str, reason: str, error: BaseException) -> Dead:
    """The end of a run for *error*, with its evidence."""
    return Dead(kind, _shown(reason), evidence(error))


def _reason_of(signal: Reject | Hold | Retry) -> str:
    """Why an author ends the execution, also by a class of their own that sets nothing of ours."""
    reason = plain_text(signal.reason)
    if not reason:
        name, said = type(signal).__name__, plain_text(signal)
        reason = f"{name}, without a reason" if said == name else f"{name}: {said}"
    return _shown(reason)


def _again(ending: BaseException, reason: str, chance: RetryState) -> Outcome:
    after = ending.after if isinstance(ending, Retry) else None
    next_try = decide(
        chance.policy,
        attempt=chance.tries + 1,
        now_us=chance.now_us,
        jitter=chance.jitter,
        retry_after=after,
    )
    reason = _shown(reason)
    if isinstance(next_try, NoRetry):
        return Dead("retries-used-up", f"{next_try.reason}: {reason}", evidence(ending))
    return RetryAt(next_try.when_us, reason, counts=True)


def _gravest(stops: list[Outcome]) -> Outcome:
    """Parallel waits become one: whatever comes first lets the run look at all of them again."""
    gravest = max(stops, key=_gravity)
    if not isinstance(gravest, Waiting):
        return gravest
    waits = [stop for stop in stops if isinstance(stop, Waiting)]
    due = min((wait.due_us for wait in waits if wait.due_us is not None), default=None)
    # A connection comes back by itself; what came meanwhile is found when it is looked for then.
    named = sorted(waits, key=lambda wait: wait.on is None or wait.on.kind != WaitKind.CONNECTION)
    one = next((wait for wait in named if wait.on is not None), gravest)
    return Waiting(due, one.on, one.reason, one.unless)


def _gravity(outcome: Outcome) -> tuple[int, int]:
    """Held before dead before a later time: what needs a person must not be slept away.

    Of several retries the latest wins, so that each gets the pause that it was promised.
    """
    match outcome:
        case Held():
            return (4, 0)
        case Dead():
            return (3, 0)
        case RetryAt(due_us=due_us):
            return (2, due_us)
        case Waiting(due_us=due_us):
            return (1, -(due_us or 0))
        case Returned():
            return (0, 0)
        case _:
            assert_never(outcome)


def with_unsent(outcome: Outcome, unsent: Collection[str]) -> Outcome:
    """*outcome* with what was asked for after it; where the run goes on, it is asked for again."""
    if not unsent or not isinstance(outcome, Dead | Held):
        return outcome
    reason = f"{outcome.reason}; asked for after that, and not sent: {', '.join(unsent)}"
    return replace(outcome, reason=_shown(reason))


def discreet_outcome(outcome: Outcome, clean: Callable[[str], str]) -> Outcome:
    """*outcome* in words that may be stored and told."""
    match outcome:
        case Returned():
            return outcome
        case Dead(kind=kind, reason=reason, evidence=evidence):
            return Dead(kind, storable(clean(reason)), storable(clean(evidence)))
        case _:
            return replace(outcome, reason=storable(clean(outcome.reason)))


def words(error: BaseException) -> str:
    """What kind of error it is, and what it says."""
    said = plain_text(error)
    name = type(error).__name__
    return name if said == name else f"{name}: {said}"


def evidence(error: BaseException) -> str:
    """The traceback's end, for whoever mends the flow."""
    try:
        told = traceback.TracebackException.from_exception(error)
        if isinstance(error, ArgumentRefused):
            while told.stack and told.stack[-1].filename.startswith(_OURS):
                del told.stack[-1]  # the mistake stands in the author's line, not in ours
        lines = list(told.format())
    except Exception:  # noqa: BLE001 - it asks the error, and its causes, for their words
        return words(error)
    return storable("".join(lines)[-LONGEST_EVIDENCE:])


def _shown(text: str) -> str:
    return storable(text, LONGEST_REASON)
