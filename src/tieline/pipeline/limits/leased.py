"""LeasedLimits: a connection's limits by quota lease: needs and news go out, a quota comes in."""

import asyncio
from dataclasses import replace

from tieline.model.base.ids import Micros
from tieline.model.fleet.limits import ConnectionState, LimitChanges, Quota, QuotaPart, QuotaRequest
from tieline.model.hub.connection import ConnectionSpec
from tieline.pipeline.limits.guard import Moved
from tieline.pipeline.limits.local import NONE, SECOND_US, LocalChanges, LocalLimits
from tieline.rules.fleet import connection_state as known
from tieline.rules.fleet import quota as share
from tieline.rules.outbound import breaker, bucket, health
from tieline.rules.outbound import window as counting

ACTIVE_US = 2 * SECOND_US
"""How long after its last call a connection keeps its part."""
SMOOTHED_US = 2 * SECOND_US
"""Over about how long the need of a worker is averaged."""
SHORTEST_US = SECOND_US // 10
SPARE_SLOTS = 2


class LeasedLimits(LocalLimits):
    """The guard of a connection where several workers are at work on one store."""

    def __init__(self, connection: ConnectionSpec, told: asyncio.Event | None = None) -> None:
        super().__init__(connection, told)
        self._traded_us: Micros = 0
        self._need = 0.0
        """Calls in a second, averaged."""
        self._is_booked = False
        """Whether the store may have a part of ours on its books."""
        self._gave_up = False
        self._is_first = True
        self._sent = counting.EMPTY
        """The calls of all workers, as told last; what was counted since then is our own."""
        self._counted = counting.EMPTY
        """The count when we last told."""
        self._told_credit_us = 0
        self._told_retries = 0
        self._away = LocalChanges()
        """What is on its way to the store."""

    def takes_part(self, now_us: Micros) -> bool:
        """Whether it has anything to ask, to give back or to tell, or to hear of a trouble."""
        is_closed = isinstance(self._breaker, breaker.Closed) and not self._health.refusals
        return self.is_active(now_us) or self._is_booked or self.has_news or not is_closed

    def is_active(self, now_us: Micros) -> bool:
        """Whether it is in use, and so needs a part."""
        return self.in_flight > 0 or self.waiting > 0 or now_us - self._asked_us < ACTIVE_US

    # --- asking ---------------------------------------------------------------------------------

    def tell(self, now_us: Micros, *, is_ending: bool = False) -> QuotaRequest:
        """What to say at a trade. What it gives up by that, it does not use any more."""
        is_active = self.is_active(now_us) and not is_ending
        wants = self._wants(now_us) if is_active else NONE
        self._told_credit_us = self._credit(now_us)
        if not is_active:
            self._give_up()
        self._gave_up = not is_active
        self.has_news = False
        ask = QuotaRequest(
            self.connection.name,
            self.connection.at_once,
            self._interval_us,
            self._burst,
            self._holds(now_us, wants),
            wants,
            self._told_credit_us,
            wants_probe=self._wants_probe and is_active,
            is_first=self._is_first,
            news=self._news(now_us),
            doubts=self._doubts and is_active,
        )
        if ask.wants_probe:
            self._doubts = False  # it is answered by this trade, one way or the other
        self._is_booked, self._told_retries = True, self._retries
        return ask

    def _wants(self, now_us: Micros) -> QuotaPart:
        elapsed_us = min(max(now_us - self._traded_us, SHORTEST_US), SECOND_US)
        weight = min(1.0, elapsed_us / SMOOTHED_US)
        self._need += (self._used * SECOND_US / elapsed_us - self._need) * weight
        waiting = max(self.waiting, self._short)
        rate = share.wanted_rate(self._need, waiting, self._interval_us)
        slots = min(self.connection.at_once, self.in_flight + waiting + SPARE_SLOTS)
        retries = self._repeats * 5 // 4 + 1 if self._repeats else 0
        self._were_asked = retries > 0
        self._traded_us = now_us
        self._used = self._short = self._repeats = 0
        return QuotaPart(rate, slots, retries)

    def _holds(self, now_us: Micros, wants: QuotaPart) -> QuotaPart:
        """Repeats that are not needed now are given back; the rest when somebody needs it."""
        self._retries = min(self._retries, wants.retries)
        rate = self._limits.rate if now_us < self._until_us else 0
        return QuotaPart(rate, max(self._limits.slots, self.in_flight), self._retries)

    def _credit(self, now_us: Micros) -> int:
        pace = self._pace_now
        if pace is None:
            return 0
        return share.credit_of(self._arrival_us, pace, self._limits.rate, now_us)

    def _news(self, now_us: Micros) -> LimitChanges:
        learned = self._away = self._learned
        self._learned = LocalChanges()
        self._counted = self._budget
        own = counting.minus(self._budget, self._sent)
        return LimitChanges(
            max(0, learned.opened_us - now_us),
            learned.probe,
            learned.credential,
            max(0, learned.quiet_us - now_us),
            learned.throttled_at,
            learned.successes,
            known.recent_of(own, now_us),
        )

    def _give_up(self) -> None:
        self._until_us, self._need = 0, 0.0
        self._limits, self._retries, self._pace_now = NONE, 0, None
        self._used = self._short = self._repeats = 0
        self._wants_probe = self._is_starving = False
        if self._may_probe:
            self._may_probe = False
            self._learned.probe = "dropped"

    def was_not_heard(self) -> None:
        """The store could not be asked: what was told is told again."""
        away, new = self._away, self._learned
        self._learned = replace(
            new,
            opened_us=max(away.opened_us, new.opened_us),
            quiet_us=max(away.quiet_us, new.quiet_us),
            probe=new.probe or away.probe,
            credential=new.credential or away.credential,
            throttled_at=away.throttled_at or new.throttled_at,
            successes=away.successes + new.successes,
        )
        self._away = LocalChanges()
        self.has_news, self._is_starving = True, False

    # --- hearing --------------------------------------------------------------------------------

    def hear(self, given: Quota, told_us: Micros, now_us: Micros) -> Moved | None:
        """Go on with the part that was *given*; returns a change that people want to know."""
        before = self.state
        self._is_first, self._is_starving = False, False
        if self._gave_up:
            self._is_booked = False
        else:
            self._take(given, now_us)
            self._until_us = told_us + share.RATE_USED_US
        self._hear_counts(given, now_us)
        self._hear_standing(given, now_us)
        if self._limits.slots and (not self._interval_us or self._pace_now is not None):
            self._end_nap()
        return None if self.state == before else (self.state, "as the calls of all workers show")

    def _take(self, given: Quota, now_us: Micros) -> None:
        """What was told is replaced by what is given, and what was used since stays used."""
        since_us = self._credit(now_us) - self._told_credit_us
        self._limits = given.limits
        self._retries = max(0, given.limits.retries - (self._told_retries - self._retries))
        rate = given.limits.rate
        if not rate:
            self._pace_now = None
            return
        pace = self._pace_now = share.pace_of(rate, self._interval_us, self._burst)
        credit_us = max(0, given.credit_us + since_us)
        self._arrival_us = share.arrival_of(credit_us, pace, rate, now_us)

    def _hear_counts(self, given: Quota, now_us: Micros) -> None:
        since = counting.minus(self._budget, self._counted)
        self._sent = known.window_of(given.recent, now_us)
        self._budget = counting.plus(self._sent, since)

    def _hear_standing(self, given: Quota, now_us: Micros) -> None:
        """What was learned meanwhile is not forgotten for what the store knew before it."""
        told = given.standing
        if told.quiet_us:
            self._quiet_until_us = max(self._quiet_until_us, now_us + told.quiet_us)
        if told.allowance and not self._learned.throttled_at:
            most, halved_us = self._concurrency.most, self._concurrency.halved_us
            allowed = min(most, told.allowance)
            self._concurrency = bucket.Concurrency(most, allowed, 0, halved_us)
        if not self._learned.credential:
            self._hear_credential(told, now_us)
        if self._learned.opened_us or self._learned.probe:
            return
        state = known.state_of(told, now_us)
        if not (isinstance(state, breaker.Closed) and isinstance(self._breaker, breaker.Closed)):
            self._breaker = state
        self._hear_probe(given, now_us)

    def _hear_credential(self, told: ConnectionState, now_us: Micros) -> None:
        """Whose trouble it is: all workers', another one's, or ours alone."""
        was_well = not self._health.refusals
        self._health = known.health_of(told, now_us)
        if not told.refusals:
            self._doubts = False
            self._own.others_are_well()
        elif was_well and not self._own.was_refused:
            self._doubts = True

    def _hear_probe(self, given: Quota, now_us: Micros) -> None:
        if given.may_probe:
            self._may_probe = True
        if given.may_probe or (
            isinstance(self._breaker, breaker.Closed) and not self._health.refusals
        ):
            self._wants_probe = False
        if not self._health.refusals and isinstance(self._breaker, breaker.Closed):
            self._may_probe = False
        if self._is_probing or self._may_probe:
            return
        may = self._doubts or health.may_try(self._health, now_us)
        if not may or self._broken(now_us) is not None:
            self._wants_probe = False
