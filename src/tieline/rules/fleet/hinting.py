"""Hinting: a command that is on disk comes in; what others may want to look at goes out."""

from typing import Any

from tieline.model import commands as c
from tieline.model.base.ids import Micros, RunId
from tieline.model.command import Command, OperatorCommand
from tieline.model.fleet.hint import LOOK, NOTHING, Hint
from tieline.model.fleet.limits import LeasedQuotas, LeaseQuotas, Quota, QuotaRequest
from tieline.model.runs.run import RetryAt, Waiting

MOST_LOST = 50
"""Runs named in one hint; whoever executes a further one learns it from its next write."""
DECISIONS = (c.RetryDead, c.DiscardDead, c.EditDead, c.ResolveHeld)


def hint_of(command: Command[Any], answer: object) -> Hint:
    """What *command*, answered with *answer*, may mean for other processes."""
    match answer:
        case c.Ingested(queued=queued) | c.Settled(woke=queued) if queued:
            return merged(LOOK, _of_settle(command))
        case c.Promoted(count=count) if count:
            return LOOK
        case c.Swept(rescued=rescued, expired=expired, woken=woken) if rescued or expired or woken:
            return Hint(look=True, lost=tuple(expired[:MOST_LOST]))
        case c.Decided(done=done) if isinstance(command, c.DecideMany) and done:
            is_cancel = command.action == "cancel"
            lost = tuple(RunId(run_id) for run_id in done[:MOST_LOST])
            return Hint(look=True, lost=lost if is_cancel else ())
        case c.Counted(count=count):
            return _of_counted(command, count)
        case LeasedQuotas(shares=shares) if isinstance(command, LeaseQuotas):
            return Hint(standings=any(map(_concerns_others, command.asks, shares)))
        case Exception():
            return NOTHING
        case _:
            return _of_settle(command)


def _of_settle(command: Command[Any]) -> Hint:
    match command:
        case c.Settle(outcome=RetryAt(due_us=due_us) | Waiting(due_us=due_us)):
            return Hint(due_us=due_us)
        case _:
            return NOTHING


def _of_counted(command: Command[Any], count: int) -> Hint:
    match command:
        case OperatorCommand(pauses=True) | c.EndPauses():
            return Hint(look=True, pauses=True)
        case c.StartReplay() | c.CancelReplay():
            return Hint(look=True, replays=True)
        case c.Cancel(run_id=run_id):
            return Hint(look=True, lost=(run_id,))
        case c.ReturnClaims() | c.WakeWaiting() | c.MoveReplay() if count:
            return LOOK
        case _ if isinstance(command, DECISIONS):
            return LOOK
        case _:
            return NOTHING


def _concerns_others(ask: QuotaRequest, given: Quota) -> bool:
    """Whether other workers should not wait for their next exchange to know of this one."""
    news = ask.news
    is_news = news.opened_for_us or news.probe or news.health or news.quiet_for_us
    is_short = bool(ask.wants.slots) and not given.limits.slots
    is_short |= bool(ask.wants.rate) and not given.limits.rate
    return bool(is_news or is_short or news.throttled_at)


def merged(one: Hint, other: Hint) -> Hint:
    """What both say."""
    if one == other:
        return one
    lost = tuple(dict.fromkeys((*one.lost, *other.lost)))[:MOST_LOST]
    return Hint(
        look=one.look or other.look,
        due_us=_earlier(one.due_us, other.due_us),
        pauses=one.pauses or other.pauses,
        replays=one.replays or other.replays,
        standings=one.standings or other.standings,
        lost=lost,
    )


def _earlier(one: Micros | None, other: Micros | None) -> Micros | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)
