"""Execution: a run comes in; its flow function is executed once, and how that ended goes out."""

import asyncio
from collections.abc import Awaitable

from tieline.model.base.errors import Retry
from tieline.model.runs.run import Dead, Held, Outcome, Returned
from tieline.pipeline.run import LiveRun
from tieline.pipeline.steps.stop import Lost, Stop
from tieline.ports.awaited import AWAITED
from tieline.ports.caller import CURRENT
from tieline.rules.runs.ending import RetryState, outcome_of, with_unsent

DONE = Returned()
_NEVER_AWAITED = (
    "the flow ended without waiting for what it had asked for: {}; write await before it, then "
    "retry this run: what was done stays done"
)


async def execute(live: LiveRun) -> Outcome:
    """Execute the flow function once, and say how this execution ended.

    Raises Lost, and CancelledError when it was called off; no effect is in flight then either.
    """
    parts, steps = live.parts, live.steps
    steps.flights.home = asyncio.current_task(parts.loop)
    CURRENT.set(live)
    AWAITED.set(live.awaited)
    ending = await _ended(live)
    is_suspended = ending is None and bool(steps.stops)
    forgotten = [] if is_suspended or ending is not None else live.awaited.forgotten()
    if is_suspended or steps.close():
        ending = await _landed(live, ending)
    if forgotten:
        await asyncio.sleep(0)  # a task of the author's that was to begin next begins, and stops
    live.awaited.drop()
    if isinstance(ending, Lost):
        raise ending
    if live.is_called_off and ending is not None:
        raise asyncio.CancelledError
    if forgotten:
        reason = _NEVER_AWAITED.format("; ".join(forgotten))
        return Dead("forgotten-await", reason, reason)
    if ending is None and not steps.stops:
        return DONE
    if isinstance(ending, Retry) and not steps.stops:
        steps.read_again()
    chance = RetryState(
        policy=live.ready.flow.retry,
        tries=live.ready.claimed.tries,
        now_us=parts.clock.now_us(),
        jitter=parts.ids.chance(),
    )
    outcome = with_unsent(outcome_of(ending, steps.stops, chance), steps.stopping.unsent)
    return live.holds.ended(outcome, ending) if isinstance(outcome, Held) else outcome


async def _ended(live: LiveRun) -> BaseException | None:
    """What the function raised; None also for Stop, whose outcome is among the steps' stops."""
    try:
        await _body(live)
    except Stop:
        return None
    except asyncio.CancelledError as cancelled:
        return _cancelled(live, cancelled)
    except BaseExceptionGroup as group:
        return _first_of(group)
    except GeneratorExit as error:
        if not live.steps.flights.is_home():
            raise  # nobody executes it any more: it is being thrown away
        return error
    except BaseException as error:  # noqa: BLE001 - whatever an author's function raises has an outcome
        return error
    return None


def _body(live: LiveRun) -> Awaitable[None]:
    return live.ready.flow.call(live.ready.typed, live)


async def _landed(live: LiveRun, ending: BaseException | None) -> BaseException | None:
    """Wait until what the function left in flight has landed, no longer than its time allows."""
    while True:
        if live.is_called_off or live.is_over_time:
            live.steps.close()
            live.steps.flights.abandon()
        try:
            await live.steps.at_rest()
        except asyncio.CancelledError as cancelled:
            ending = ending or _cancelled(live, cancelled)
        else:
            return ending


def _cancelled(live: LiveRun, cancelled: asyncio.CancelledError) -> BaseException:
    if live.is_over_time and not live.is_called_off:
        return TimeoutError(f"one execution may take {live.ready.flow.time_limit}")
    return cancelled


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a task group collected: a lost claim ends all; else its first plain error."""
    if group.subgroup(Lost) is not None:
        return Lost()
    leaf: BaseException = group
    while isinstance(leaf, BaseExceptionGroup):
        leaf = leaf.exceptions[0]
    return leaf
