"""Lease quota: a worker asks for its quota of a connection; the new state and what it gets."""

from collections.abc import Sequence
from typing import NamedTuple

from tieline.model.base.ids import Micros
from tieline.model.fleet.limits import WHOLE, Quota, QuotaPart, QuotaRequest
from tieline.rules.fleet import quota as sharing
from tieline.rules.fleet.connection_state import (
    SharedState,
    heard,
    probing,
    recent_of,
    retries_left,
    told,
)
from tieline.rules.fleet.quota import HeldQuota, OpenQuota, live


class ConnectionRecord(NamedTuple):
    """All that is stored of one connection."""

    common: SharedState
    pool: OpenQuota | None
    """None: nobody has asked yet, so all of the burst is there."""
    held: tuple[HeldQuota, ...]


class QuotaDecision(NamedTuple):
    """What to store, and what to answer."""

    common: SharedState
    pool: OpenQuota
    own: HeldQuota
    share: Quota
    gone: tuple[str, ...]
    """Workers of which nothing counts any more."""


def trade(
    account: ConnectionRecord, worker: str, ask: QuotaRequest, now_us: Micros
) -> QuotaDecision:
    """Decide one ask; the caller holds the connection's row, so that nobody decides beside it."""
    known = {held.worker: live(held, now_us) for held in account.held}
    others = [held for name, held in known.items() if held is not None and name != worker]
    pool = _pool(account, known.get(worker), others, ask, now_us)
    common = heard(account.common, worker, ask, now_us)
    may_probe = False
    if ask.wants_probe:
        common, may_probe = probing(
            common, worker, now_us, is_first=ask.is_first, doubts=ask.doubts
        )
    own = HeldQuota(worker, _still_its_own(known.get(worker), ask.holds), ask.wants, now_us)
    holds, limits = _amounts(common, own, others, ask, now_us)
    credit_us = min(pool.credit_us, sharing.cap_us(limits.rate, ask.interval_us, ask.burst))
    if limits.rate == 0:
        credit_us = 0
    share = Quota(
        ask.connection,
        limits,
        credit_us,
        is_cut=limits != holds,
        may_probe=may_probe,
        standing=told(common, now_us),
        recent=recent_of(common.sent, now_us),
    )
    left_us = min(pool.credit_us - credit_us, ask.burst * ask.interval_us)
    gone = tuple(name for name, held in known.items() if held is None and name != worker)
    return QuotaDecision(common, OpenQuota(left_us, now_us), own._replace(holds=holds), share, gone)


def _still_its_own(booked: HeldQuota | None, told: QuotaPart) -> QuotaPart:
    """A worker that fell silent for too long says what it had; others may have it by now."""
    if booked is None:
        return QuotaPart()
    return QuotaPart._make(min(pair) for pair in zip(booked.holds, told, strict=True))


def _pool(
    account: ConnectionRecord,
    own: HeldQuota | None,
    others: Sequence[HeldQuota],
    ask: QuotaRequest,
    now_us: Micros,
) -> OpenQuota:
    """What nobody held until now, with what the worker brings along."""
    most_us = ask.burst * ask.interval_us
    if account.pool is None:
        return OpenQuota(most_us, now_us)
    held = sum(one.holds.rate for one in others) + (own.holds.rate if own else 0)
    pool = sharing.pool_at(account.pool, now_us, held=held, most_us=most_us)
    return pool._replace(credit_us=pool.credit_us + max(0, ask.credit_us))


def _amounts(
    common: SharedState,
    own: HeldQuota,
    others: Sequence[HeldQuota],
    ask: QuotaRequest,
    now_us: Micros,
) -> tuple[QuotaPart, QuotaPart]:
    """(what the worker holds, what of it it may use).

    Slots first: the rate is for those who have one. What silent workers still hold, and those who
    only end their calls, is not there to be divided.
    """
    everyone = sorted([own, *others])
    place = everyone.index(own)
    turn = sharing.turn_of(ask.interval_us, now_us)
    idle = sum(one.holds.slots for one in others if not one.wants.slots)
    fair_slots = sharing.divide(
        max(0, common.allowance - idle), [one.wants.slots for one in everyone], turn
    )
    slot = sharing.next_hold(
        own.holds.slots,
        fair_slots[place],
        common.allowance,
        sum(one.holds.slots for one in others),
    )
    wants = [
        one.wants.rate if slots else 0 for one, slots in zip(everyone, fair_slots, strict=True)
    ]
    rates = sharing.parts_of_rate(wants, ask.interval_us, now_us)
    rate = sharing.next_hold(
        own.holds.rate,
        rates[place] if slot[1] else 0,
        WHOLE,
        sum(one.holds.rate for one in others),
    )
    left = retries_left(common.sent, now_us)
    retries = sharing.divide(left, [one.wants.retries for one in everyone], turn)
    retry = sharing.next_hold(
        own.holds.retries, retries[place], left, sum(one.holds.retries for one in others)
    )
    return QuotaPart(rate[0], slot[0], retry[0]), QuotaPart(rate[1], slot[1], retry[1])
