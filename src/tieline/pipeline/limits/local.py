"""LocalLimits: the limits of a connection as far as this worker's quota goes.

It never uses more than it was given, and nothing once that has lapsed, so it needs to ask nobody
for a single call. What it learns from calls is kept for the next trade (``SharedGuard``).
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tieline.model.base.ids import Micros
from tieline.model.calls.call import HttpAnswer
from tieline.model.calls.outcome import CredentialRefused, ProviderRefused, Succeeded, Verdict
from tieline.model.fleet.limits import WHOLE, QuotaPart
from tieline.model.hub.connection import ConnectionSpec
from tieline.pipeline.limits.guard import AS_MANY, FEWEST_WAITING, Guard, Moved, is_failure
from tieline.pipeline.limits.own_credential import OwnCredential
from tieline.ports.guarded import NotNow
from tieline.rules.outbound import breaker, bucket, health, retry_budget

if TYPE_CHECKING:
    from tieline.rules.fleet.quota import QuotaPace

SECOND_US = 1_000_000
SOON_US = 200_000
"""How soon to ask again while others have to give up something first."""
NONE = QuotaPart()


@dataclass(slots=True)
class LocalChanges:
    """What other workers should know, since the last trade."""

    opened_us: Micros = 0
    """Until when we opened the breaker."""
    quiet_us: Micros = 0
    """Until when the provider asked us for a pause."""
    probe: str = ""
    credential: str = ""
    throttled_at: int = 0
    successes: int = 0


class LocalLimits(Guard):
    """The guard of a connection of which other workers have their parts."""

    def __init__(self, connection: ConnectionSpec, told: asyncio.Event | None = None) -> None:
        super().__init__(connection, told)
        rate = connection.rate
        self._interval_us = 0 if rate is None else rate.interval_us
        self._burst = 1 if rate is None else rate.burst
        self._limits = NONE
        self._until_us: Micros = 0
        """When the share lapses."""
        self._asked_us: Micros = 0
        """When somebody last wanted to call."""
        self._pace_now: QuotaPace | None = None
        self._used = 0
        """Calls since the last trade."""
        self._short = 0
        """How often the share was too small since then."""
        self._repeats = 0
        """Repeats that went out, or were held back, since then."""
        self._retries = 0
        """Repeats that may go out."""
        self._were_asked = False
        """Whether the last trade asked for repeats."""
        self._is_starving = False
        """Whether a trade was already asked for because the share is too small."""
        self._may_probe = False
        """The next call may find out."""
        self._is_probing = False
        self._wants_probe = False
        self._learned = LocalChanges()
        self._own = OwnCredential()
        self._doubts = False
        """Another worker's credential was refused, and ours was not."""

    @property
    def trouble(self) -> str:
        return self._own.trouble

    def _own_rate(self) -> bucket.Pace | None:
        return self._pace_now

    # --- may a call go --------------------------------------------------------------------------

    def ask(self, now_us: Micros, *, repeat: bool) -> NotNow | None:
        """None: the call may go, and is counted as in flight."""
        self._asked_us = now_us
        self.is_pacing = False
        if self.paused is not None:
            return NotNow(None, self.on, f"the connection is paused: {self.paused}")
        until_us = self._own.waits_until(now_us)
        if until_us is not None:
            return NotNow(until_us, self.on, self._own.trouble)
        if now_us >= self._until_us:
            return self._starve(now_us, "its share of the connection is not known yet")
        no = self._finding_out(now_us)
        if no is None and repeat and self._retries <= 0:
            no = self._no_repeat(now_us)
        if no is None:
            no = self._pace(now_us)
        if no is None:
            self._go(now_us, repeat=repeat)
        return no

    def _starve(self, now_us: Micros, reason: str) -> NotNow:
        """Too little: a trade is due, and soon brings more, or the news that there is none."""
        self.is_pacing = True
        self._short += 1
        if not self._is_starving:
            self._is_starving = True
            self._tell()
        return NotNow(now_us + SOON_US, self.on, reason)

    def _finding_out(self, now_us: Micros) -> NotNow | None:
        """While a breaker or a credential is to be tried, one call of one worker goes."""
        if isinstance(self._breaker, breaker.Closed) and not self._health.refusals:
            return None
        if self._may_probe:
            return None
        if not self._doubts and not health.may_try(self._health, now_us):
            return NotNow(self._health.again_us, self.on, "the credential is not accepted")
        no = self._broken(now_us)
        if no is not None:
            return no
        self._wants_probe = True
        return self._starve(now_us, "a probe of the connection is asked for")

    def _no_repeat(self, now_us: Micros) -> NotNow:
        self._repeats += 1
        _, again_us = retry_budget.may_retry(self._budget, now_us)
        if again_us is not None:
            return NotNow(again_us, self.on, "the retry budget of the connection is spent")
        if self._were_asked and not self._is_starving:
            no = NotNow(now_us + SECOND_US, self.on, "other workers use up the retry budget")
            self._were_asked = False
            return no
        return self._starve(now_us, "a part of the retry budget is asked for")

    def _pace(self, now_us: Micros) -> NotNow | None:
        self.is_pacing = True
        if now_us < self._quiet_until_us:
            return NotNow(self._quiet_until_us, self.on, "the provider asked for a pause")
        if self.in_flight >= min(self._limits.slots, self._concurrency.allowance):
            if not self._limits.slots:
                return self._starve(now_us, "all slots of the connection are in use elsewhere")
            return NotNow(now_us + SECOND_US, self.on, f"{self.in_flight} calls are in flight")
        if not self._interval_us:
            return None
        pace = self._pace_now
        if pace is None:
            return self._starve(now_us, "the rate of the connection is used elsewhere")
        no = self._in_pace(pace, now_us)
        if no is not None and self._called_us - now_us > self._longest_nap:
            self._short += 1  # it will not wait here to be seen
        return no

    def _go(self, now_us: Micros, *, repeat: bool) -> None:
        self._used += 1
        self._own.goes(now_us)
        if repeat:
            self._retries -= 1
            self._repeats += 1
        if self._may_probe:
            self._may_probe, self._is_probing = False, True
        self.is_pacing = False
        count = retry_budget.saw_retry if repeat else retry_budget.saw_call
        self._budget = count(self._budget, now_us)
        self.in_flight += 1

    def room(self, now_us: Micros) -> int:
        """How many more runs that need this connection may start."""
        if self.paused is not None:
            return AS_MANY
        if now_us < self._quiet_until_us or self._own.waits_until(now_us) is not None:
            return 0
        if not isinstance(self._breaker, breaker.Closed) or self._health.refusals:
            ours = self._may_probe or not (self._is_probing or self.waiting)
            may = self._doubts or health.may_try(self._health, now_us)
            may = may and self._broken(now_us) is None
            return 1 if ours and (may or self._may_probe) else 0
        pace = self._pace_now
        if pace is not None:
            ahead_us = self._arrival_us - pace.tolerance_us - now_us
            if ahead_us > self._longest_nap and now_us < self._until_us:
                return 0
        slots = max(1, min(self._limits.slots, self._concurrency.allowance))
        most = self._most_waiting
        if pace is not None:
            most = max(FEWEST_WAITING, most * self._limits.rate // WHOLE)
        return most - self.waiting + slots - self.in_flight

    # --- what a call's end teaches --------------------------------------------------------------

    def let_go(self) -> None:
        """A permitted call was not sent, or was cut off by our own side."""
        self._return_place()
        if self._is_probing:
            self._end_probe("dropped")

    def _end_probe(self, how: str) -> None:
        self._is_probing, self._learned.probe = False, how
        self._tell()

    def _learn_breaker(self, verdict: Verdict, now_us: Micros, *, was_reached: bool) -> None:
        if isinstance(self._breaker, breaker.Closed):
            super()._learn_breaker(verdict, now_us, was_reached=was_reached)
            if isinstance(self._breaker, breaker.Open):
                self._learned.opened_us = self._breaker.until_us
            if self._is_probing:  # it was the credential that was tried
                self._end_probe("dropped")
            return
        if not self._is_probing:
            return  # late news
        if is_failure(verdict):
            self._end_probe("failed")
        else:
            self._end_probe("good" if was_reached else "dropped")

    def _learn_health(
        self, verdict: Verdict, answer: HttpAnswer | None, started_us: Micros, now_us: Micros
    ) -> None:
        before = self._health
        if isinstance(verdict, CredentialRefused):
            if not self._own.saw_refusal(now_us, was_sent=answer is not None):
                return
        elif answer is not None and isinstance(verdict, Succeeded | ProviderRefused):
            self._own.saw_acceptance()
        else:
            self._own.saw_nothing(now_us)
        super()._learn_health(verdict, answer, started_us, now_us)
        if self._health is before:
            return
        if isinstance(verdict, CredentialRefused):
            self._learned.credential = "refused"
        elif before.refusals:
            self._learned.credential = "nothing" if self._health.refusals else "well"

    def saw_life(self, now_us: Micros, *, is_accepted: bool) -> Moved | None:
        """A person had the other side asked, and it answered: all workers go by that."""
        if not self._is_probing:
            self._learned.probe = "asked"
        if is_accepted and self._health.refusals:
            self._learned.credential = "renewed"
        return super().saw_life(now_us, is_accepted=is_accepted)

    def saw_new_secrets(self, now_us: Micros) -> None:
        """The vault has other secrets than those that were refused: the next call finds out."""
        self._learned.credential = "renewed"
        self._own.renewed(now_us)
        super().saw_new_secrets(now_us)

    def _keep_quiet(self, until_us: Micros) -> None:
        if until_us > self._quiet_until_us:
            self._learned.quiet_us = until_us
        super()._keep_quiet(until_us)

    def _learn_pace(
        self, verdict: Verdict, answer: HttpAnswer | None, started_us: Micros, now_us: Micros
    ) -> None:
        before = self._concurrency
        super()._learn_pace(verdict, answer, started_us, now_us)
        if self._concurrency is before:
            return
        if isinstance(verdict, Succeeded):
            self._learned.successes += 1  # it grows for all together, at the trade
            self._concurrency = before
        elif self._concurrency.allowance < before.allowance and not self._learned.throttled_at:
            self._learned.throttled_at = before.allowance
