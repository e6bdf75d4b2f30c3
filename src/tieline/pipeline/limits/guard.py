"""Guard: the state that one connection's calls share in this process, behind pure decisions."""

import asyncio
from datetime import timedelta

from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import Micros
from tieline.model.base.secret import Secret
from tieline.model.calls.call import HttpAnswer
from tieline.model.calls.outcome import (
    CredentialRefused,
    InDoubt,
    ProviderRefused,
    Succeeded,
    TryAgain,
    Verdict,
)
from tieline.model.fleet.limits import ConnectionState
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views.gauges import GuardGauges
from tieline.ports.guarded import NotNow
from tieline.rules.fleet import connection_state as known
from tieline.rules.outbound import breaker, bucket, headroom, health, rate_headers, retry_budget

Moved = tuple[str, str]
"""(new state, reason), when something changed that people want to know."""

FULL_US = 1_000_000
"""How long to wait at most before asking again, when all places are taken and none is returned."""
FEWEST_WAITING = 16
AS_MANY = 1_000_000
"""Runs that may start though their connection is paused: each is put down at its call, once, and
until then it may have steps at others."""
MICROSECOND = timedelta(microseconds=1)


class Guard:
    """May a call go out, and what did its end teach? Asked in the order of docs/architecture.md."""

    def __init__(self, connection: ConnectionSpec, told: asyncio.Event | None = None) -> None:
        self.connection = connection
        self.on = waits_for_connection(connection.name)
        """What runs wait for that this guard holds back."""
        self.has_news = False
        """Whether something changed that the store should know."""
        self._told = told
        self.paused: str | None = None
        """The reason of an operator's pause."""
        self.in_flight = 0
        self.is_pacing = False
        """Whether the last refusal was only for the rate or concurrency limit."""
        self.waiting = 0
        self.turn = asyncio.Lock()
        self._returned: asyncio.Future[None] | None = None
        self.refused: tuple[Secret, ...] | None = None
        """What the other side refused, and the vault still has."""
        self._breaker: breaker.State = breaker.CLOSED
        self._health = health.WELL
        self._trying_since_us: Micros = 0
        """Calls that began since then find out whether a refused credential is accepted again."""
        self._arrival_us: Micros = 0
        self._called_us: Micros = 0
        """When the call that waits for the rate was told to go."""
        self._concurrency = bucket.Concurrency.of(connection.at_once)
        self._budget = retry_budget.UNSPENT
        self._quiet_until_us: Micros = 0
        self._longest_nap = connection.longest_nap // MICROSECOND
        self._most_waiting = max(FEWEST_WAITING, _in_a_second(connection))

    @property
    def state(self) -> str:
        """One word for people: paused, unhealthy, open, probing or closed."""
        if self.paused is not None:
            return "paused"
        if self._health.refusals:
            return "unhealthy"
        return type(self._breaker).__name__.lower()

    @property
    def trouble(self) -> str:
        """What is wrong for this process alone; empty: nothing."""
        return ""

    def gauges(self, now_us: Micros) -> GuardGauges:
        """How the connection stands in this process, for whoever watches it."""
        return GuardGauges(
            self.connection.name,
            self.state,
            self.in_flight,
            self._concurrency.allowance,
            headroom.rate_use(self._arrival_us, self._own_rate(), now_us),
            headroom.retry_use(self._budget, now_us),
        )

    def _own_rate(self) -> bucket.Pace | None:
        """What of the rate this process may use."""
        return self.connection.rate

    def ask(self, now_us: Micros, *, repeat: bool) -> NotNow | None:
        """None: the call may go, and is counted as in flight."""
        self.is_pacing = False
        if self.paused is not None:
            return NotNow(None, self.on, f"the connection is paused: {self.paused}")
        if self._health.refusals and not health.may_try(self._health, now_us):
            return NotNow(self._health.again_us, self.on, "the credential is not accepted")
        if repeat:
            may, again_us = retry_budget.may_retry(self._budget, now_us)
            if not may:
                return NotNow(again_us, self.on, "the retry budget of the connection is spent")
        no = self._broken(now_us) or self._pace(now_us)  # an open breaker spends none of the rate
        if no is None:
            self._go(now_us, repeat=repeat)
        return no

    def _broken(self, now_us: Micros) -> NotNow | None:
        state = self._breaker
        if isinstance(state, breaker.Closed):
            return None
        allowed, _, again_us = breaker.may_call(state, now_us)
        if allowed:
            return None
        is_open = isinstance(state, breaker.Open)
        what = "the breaker of the connection is open" if is_open else "a probe of it is out"
        return NotNow(again_us, self.on, what)

    def _pace(self, now_us: Micros) -> NotNow | None:
        self.is_pacing = True
        if now_us < self._quiet_until_us:
            return NotNow(self._quiet_until_us, self.on, "the provider asked for a pause")
        if not bucket.may_start(self._concurrency, self.in_flight):
            return NotNow(now_us + FULL_US, self.on, f"{self.in_flight} calls are in flight")
        rate = self.connection.rate
        if rate is not None:
            return self._in_pace(rate, now_us)
        return None

    def _in_pace(self, rate: bucket.Pace, now_us: Micros) -> NotNow | None:
        before_us = self._arrival_us
        wait_us, self._arrival_us = bucket.take(before_us, rate, now_us)
        if wait_us > 0:
            self._called_us = now_us + wait_us
            return NotNow(self._called_us, self.on, "the rate limit is used up")
        if self._called_us:
            self._arrival_us = bucket.as_called(before_us, rate, self._called_us, now_us)
            self._called_us = 0
        return None

    def _go(self, now_us: Micros, *, repeat: bool) -> None:
        self.is_pacing = False
        if not isinstance(self._breaker, breaker.Closed):
            _, self._breaker, _ = breaker.may_call(self._breaker, now_us)
        count = retry_budget.saw_retry if repeat else retry_budget.saw_call
        self._budget = count(self._budget, now_us)
        self.in_flight += 1
        if self._health.refusals:  # this one finds out; the others wait for what it learns
            self._health = health.saw_refusal(self._health, now_us)

    def saw_refused(self, secrets: tuple[Secret, ...]) -> None:
        """The other side does not accept *secrets*."""
        self.refused = secrets

    def clock_was_set(self, now_us: Micros) -> None:
        """Wait for no time that only the clock of before would reach soon."""
        self._arrival_us = min(self._arrival_us, now_us)
        self._called_us = 0
        self._quiet_until_us = min(self._quiet_until_us, now_us)
        self._end_nap()

    def saw_life(self, now_us: Micros, *, is_accepted: bool) -> Moved | None:
        """A person had the other side asked, and it answered, maybe with our credential too: what
        is shut lets a call through at once, which finds out the rest."""
        before = self.state
        self._breaker = breaker.saw_life(self._breaker)
        if is_accepted:
            self._health = health.renewed(self._health, now_us)
        self._tell()
        return None if self.state == before else (self.state, "it answered when it was probed")

    def saw_new_secrets(self, now_us: Micros) -> None:
        """The vault has other secrets than those that were refused: the next call finds out."""
        self.refused = None
        self._health = health.renewed(self._health, now_us)
        self._tell()

    def _tell(self) -> None:
        self.has_news = True
        if self._told is not None:
            self._told.set()

    def standing(self, now_us: Micros) -> ConnectionState:
        """What the store should keep of it, so that it outlives this process."""
        self.has_news = False
        state = known.SharedState(
            breaker=self._breaker,
            health=self._health,
            quiet_us=self._quiet_until_us,
            allowance=self._concurrency.allowance,
        )
        return known.told(state, now_us)

    def restore(self, told: ConnectionState, now_us: Micros) -> None:
        """Go on from what an earlier process left; a probe of it is gone, and somebody may have
        mended the credential since: the first call finds out."""
        self._breaker = breaker.let_go(known.state_of(told, now_us))
        self._health = health.renewed(known.health_of(told, now_us), now_us)
        self._quiet_until_us = now_us + told.quiet_us
        if told.allowance:
            most = self._concurrency.most
            self._concurrency = bucket.Concurrency(most, min(most, told.allowance))

    def room(self, now_us: Micros) -> int:
        """How many more runs that need this connection may start: those that only would wait here
        stay in the store, and of those that are to find something out, one is enough."""
        if self.paused is not None:
            return AS_MANY
        if now_us < self._quiet_until_us:
            return 0
        if not health.may_try(self._health, now_us) or self._broken(now_us) is not None:
            return 0
        if self._health.refusals or not isinstance(self._breaker, breaker.Closed):
            return 1
        rate = self.connection.rate
        if rate is not None and self._arrival_us - rate.tolerance_us - now_us > self._longest_nap:
            return 0
        return self._most_waiting - self.waiting + self._concurrency.allowance - self.in_flight

    async def nap(self, seconds: float) -> None:
        """Wait, but no longer than until a call in flight has ended."""
        self._returned = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._returned], timeout=max(seconds, 0.0005))

    def _return_place(self) -> None:
        self.in_flight -= 1
        self._end_nap()

    def _end_nap(self) -> None:
        if self._returned is not None and not self._returned.done():
            self._returned.set_result(None)

    def let_go(self) -> None:
        """A permitted call was not sent, or was cut off by our own side."""
        self._return_place()
        self._breaker = breaker.let_go(self._breaker)

    def saw(
        self, verdict: Verdict, answer: HttpAnswer | None, *, started_us: Micros, now_us: Micros
    ) -> Moved | None:
        """Learn from the end of a permitted call."""
        self._return_place()
        before, health_before = self.state, self._health
        was_closed = isinstance(self._breaker, breaker.Closed)
        self._learn_health(verdict, answer, started_us, now_us)
        self._learn_breaker(verdict, now_us, was_reached=answer is not None)
        self._learn_pace(verdict, answer, started_us, now_us)
        # What a closed breaker counts is its own affair.
        if self._health is not health_before or not (
            was_closed and isinstance(self._breaker, breaker.Closed)
        ):
            self._tell()
        if self.state == before:
            return None
        return self.state, getattr(verdict, "reason", "a call succeeded")

    def _learn_health(
        self, verdict: Verdict, answer: HttpAnswer | None, started_us: Micros, now_us: Micros
    ) -> None:
        if isinstance(verdict, CredentialRefused):
            if health.may_try(self._health, now_us) or self._health.refusals == 0:
                self._health = health.saw_refusal(self._health, now_us)
                self._trying_since_us = now_us
        elif answer is not None and isinstance(verdict, Succeeded | ProviderRefused):
            self._health = health.WELL  # a 429 or 5xx may come from somebody who never looked
        elif started_us >= self._trying_since_us:
            self._health = health.saw_nothing(self._health, now_us)

    def _learn_breaker(self, verdict: Verdict, now_us: Micros, *, was_reached: bool) -> None:
        """What never left our side (blocked, no credential) says nothing about the other side."""
        if is_failure(verdict):
            self._breaker = breaker.saw_failure(self._breaker, now_us)
        elif was_reached:
            self._breaker = breaker.saw_success(self._breaker, now_us)
        else:
            self._breaker = breaker.let_go(self._breaker)

    def _learn_pace(
        self, verdict: Verdict, answer: HttpAnswer | None, started_us: Micros, now_us: Micros
    ) -> None:
        if isinstance(verdict, Succeeded):
            self._saw_room(bucket.saw_success(self._concurrency))
        elif isinstance(verdict, TryAgain) and verdict.kind is FailureKind.THROTTLED:
            self._saw_room(
                bucket.saw_throttling(self._concurrency, started_us=started_us, now_us=now_us)
            )
            if verdict.retry_after is not None:
                self._keep_quiet(now_us + int(verdict.retry_after.total_seconds() * 1e6))
        if answer is not None:
            headroom = rate_headers.read(answer.headers, now_us)
            if headroom is not None and headroom.remaining <= 0 and headroom.resets_at_us:
                self._keep_quiet(headroom.resets_at_us)

    def _saw_room(self, allowed: bucket.Concurrency) -> None:
        if allowed.allowance != self._concurrency.allowance:
            self._tell()
        self._concurrency = allowed

    def _keep_quiet(self, until_us: Micros) -> None:
        if until_us > self._quiet_until_us:
            self._quiet_until_us = until_us
            self._tell()


def is_failure(verdict: Verdict) -> bool:
    """Whether a call's end speaks against the other side's health."""
    return isinstance(verdict, TryAgain | InDoubt | ProviderRefused) and breaker.counts_against(
        verdict.kind
    )


def _in_a_second(connection: ConnectionSpec) -> int:
    """How many calls may be worth waiting for in memory."""
    rate = connection.rate
    return connection.at_once if rate is None else 1_000_000 // rate.interval_us
