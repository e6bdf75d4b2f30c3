"""LeasedLimits: workers share a connection, one trade at a time, on a clock that a test moves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rules.test_trade import NOW_US, SECOND_US, Store, a_spec

from tieline.model.base.failure import FailureKind
from tieline.model.calls.call import HttpAnswer
from tieline.model.calls.outcome import SUCCEEDED, CredentialRefused, TryAgain, Verdict
from tieline.model.fleet.limits import ConnectionState, Quota
from tieline.pipeline.limits.leased import LeasedLimits
from tieline.rules.fleet.quota import RATE_USED_US

FINE = HttpAnswer(200, (), b"")
REFUSED = HttpAnswer(401, (), b"")
BROKEN = TryAgain(FailureKind.UNAVAILABLE, "HTTP 503")
THROTTLED = TryAgain(FailureKind.THROTTLED, "HTTP 429")


class Crew:
    """Two workers with a guard each, and the store that they trade with."""

    def __init__(self) -> None:
        self.store = Store()
        self.one = LeasedLimits(a_spec(None, 8))
        self.two = LeasedLimits(a_spec(None, 8))
        self.now_us = NOW_US
        self.later(0)

    def trade(self, *guards: LeasedLimits) -> None:
        for guard in guards or (self.one, self.two):
            self.store.meet("one" if guard is self.one else "two", guard, self.now_us)

    def may(self, guard: LeasedLimits, *, repeat: bool = False) -> str | None:
        """None, and a call is out; else why not, once the store was asked for what is missing."""
        guard.has_news = False
        no = guard.ask(self.now_us, repeat=repeat)
        if no is not None and guard.has_news:
            self.trade(guard)
            no = guard.ask(self.now_us, repeat=repeat)
        return None if no is None else no.reason

    def call(self, guard: LeasedLimits, verdict: Verdict, answer: HttpAnswer | None = FINE) -> None:
        assert self.may(guard) is None
        guard.saw(verdict, answer, started_us=self.now_us, now_us=self.now_us)

    def later(self, seconds: float) -> None:
        """Time passes, and there is work for both."""
        self.now_us += int(seconds * SECOND_US)
        for guard in (self.one, self.two):
            guard.waiting = 1
        for _ in range(3):
            self.trade()

    def broken(self) -> None:
        """One opens its breaker, and both know."""
        for _ in range(5):
            self.call(self.one, BROKEN)
        self.trade()


def test_nothing_goes_before_the_first_trade() -> None:
    guard = LeasedLimits(a_spec(None))

    no = guard.ask(NOW_US, repeat=False)

    assert no is not None
    assert guard.is_pacing  # it waits in memory, for a moment
    assert guard.has_news


def test_each_uses_its_part_and_no_more() -> None:
    crew = Crew()

    outs = [sum(crew.may(guard) is None for _ in range(9)) for guard in (crew.one, crew.two)]

    assert sum(outs) == 8
    assert min(outs) >= 3


def test_a_breaker_that_one_opens_stops_the_other() -> None:
    crew = Crew()
    crew.broken()

    assert (crew.one.state, crew.two.state) == ("open", "open")
    assert crew.may(crew.two) == "the breaker of the connection is open"


def test_one_probe_goes_out_over_both_and_three_good_ones_close_for_both() -> None:
    crew = Crew()
    crew.broken()
    for _ in range(3):
        crew.later(30)
        permitted = [guard for guard in (crew.one, crew.two) if crew.may(guard) is None]
        assert len(permitted) == 1
        (prober,) = permitted
        other = crew.two if prober is crew.one else crew.one
        assert crew.may(prober) is not None
        assert crew.may(other) is not None
        prober.saw(SUCCEEDED, FINE, started_us=crew.now_us, now_us=crew.now_us)
        crew.trade()

    crew.trade()
    assert (crew.one.state, crew.two.state) == ("closed", "closed")


def test_a_probe_that_fails_keeps_it_open_twice_as_long_for_both() -> None:
    crew = Crew()
    crew.broken()
    crew.later(30)
    (prober,) = (guard for guard in (crew.one, crew.two) if crew.may(guard) is None)
    prober.saw(BROKEN, None, started_us=crew.now_us, now_us=crew.now_us)
    crew.trade()
    crew.trade()
    crew.later(59)

    assert (crew.one.state, crew.two.state) == ("open", "open")


def test_an_answer_to_a_person_at_one_half_opens_it_for_both() -> None:
    crew = Crew()
    crew.broken()

    crew.one.saw_life(crew.now_us, is_accepted=True)
    crew.trade()

    assert (crew.one.state, crew.two.state) == ("probing", "probing")
    outs = [crew.may(crew.two), crew.may(crew.one)]
    assert (outs[0], outs[1] is None) == (None, False)


def test_a_permission_to_probe_that_is_not_used_is_given_back() -> None:
    crew = Crew()
    crew.broken()
    crew.later(30)
    crew.one.ask(crew.now_us, repeat=False)
    crew.trade(crew.one)
    crew.one.waiting, crew.now_us = 0, crew.now_us + 3 * SECOND_US  # the run that asked is gone
    crew.trade(crew.one)

    assert crew.may(crew.two) is None


def test_a_refused_credential_is_found_out_by_one_and_known_to_be_well_by_both() -> None:
    crew = Crew()
    crew.call(crew.one, CredentialRefused("HTTP 401"), REFUSED)
    crew.trade()
    crew.trade()
    assert (crew.one.state, crew.two.state) == ("unhealthy", "unhealthy")
    crew.call(crew.two, CredentialRefused("HTTP 401"), REFUSED)  # a second opinion, at once
    crew.trade()
    assert crew.may(crew.two) == "the credential is not accepted"

    crew.later(61)
    permitted = [guard for guard in (crew.one, crew.two) if crew.may(guard) is None]
    assert len(permitted) == 1
    permitted[0].saw(SUCCEEDED, FINE, started_us=crew.now_us, now_us=crew.now_us)
    crew.trade()
    crew.trade()
    assert (crew.one.state, crew.two.state) == ("closed", "closed")


def test_a_new_worker_tries_a_refused_credential_at_once() -> None:
    crew = Crew()
    crew.call(crew.one, CredentialRefused("HTTP 401"), REFUSED)
    crew.trade()
    new = LeasedLimits(a_spec(None, 8))
    new.ask(crew.now_us, repeat=False)
    crew.store.meet("new", new, crew.now_us)
    first = new.ask(crew.now_us, repeat=False)

    assert first is not None  # it learns of the trouble, and asks for the probe
    crew.store.meet("new", new, crew.now_us)
    assert (new.ask(crew.now_us, repeat=False) is None) or new.state == "unhealthy"


def test_a_pause_that_a_provider_asks_of_one_is_kept_by_both() -> None:
    crew = Crew()
    crew.call(crew.one, replace(THROTTLED, retry_after=timedelta(seconds=60)))
    crew.trade()
    crew.trade()
    assert crew.may(crew.two) == "the provider asked for a pause"

    crew.later(59)
    assert crew.may(crew.two) == "the provider asked for a pause"
    crew.later(1.1)
    assert crew.may(crew.two) is None


def test_a_429_halves_what_both_may_have_out_and_answers_bring_it_back() -> None:
    crew = Crew()
    crew.call(crew.one, THROTTLED)
    crew.trade()
    crew.trade()
    out = [g for g in (crew.one, crew.two) for _ in range(9) if crew.may(g) is None]
    assert len(out) == 4

    for guard in out:
        guard.saw(SUCCEEDED, FINE, started_us=crew.now_us, now_us=crew.now_us)
    crew.trade()
    assert crew.store.known.allowance == 5


def test_repeats_of_both_together_keep_the_budget() -> None:
    crew, went = Crew(), 0
    for _ in range(30):
        crew.now_us += SECOND_US
        for guard in (crew.one, crew.two):
            if crew.may(guard, repeat=True) is None:
                went += 1
                guard.let_go()
        crew.trade()

    assert went == 10


def test_a_repeat_that_goes_while_a_trade_is_under_way_is_not_given_back() -> None:
    crew = Crew()
    assert crew.may(crew.one, repeat=True) is None
    told = crew.one.tell(crew.now_us)
    assert crew.one.ask(crew.now_us, repeat=True) is None
    given = Quota(
        "books",
        told.holds,
        told.credit_us,
        is_cut=False,
        may_probe=False,
        standing=ConnectionState(),
        recent=(),
    )
    crew.one.hear(given, crew.now_us, crew.now_us)

    went = 0
    while crew.one.ask(crew.now_us, repeat=True) is None:
        went += 1
    assert went == told.holds.retries - 1


def test_without_the_store_a_share_is_used_for_a_while_and_then_no_more() -> None:
    crew = Crew()
    crew.now_us += RATE_USED_US - 1
    assert crew.may(crew.one) is None
    crew.one.let_go()
    crew.now_us += 1
    no = crew.one.ask(crew.now_us, repeat=False)

    assert no is not None
    assert no.reason == "its share of the connection is not known yet"


def test_what_the_store_did_not_hear_is_told_again() -> None:
    crew = Crew()
    for _ in range(5):
        crew.call(crew.one, BROKEN)
    lost = crew.one.tell(crew.now_us)
    crew.one.was_not_heard()
    assert lost.news.opened_for_us > 0
    assert crew.one.has_news

    crew.trade()
    assert crew.two.state == "open"


def test_calls_between_telling_and_hearing_are_not_forgotten() -> None:
    crew = Crew()
    told = crew.one.tell(crew.now_us)
    crew.call(crew.one, SUCCEEDED)
    assert told.news.recent == ()
    crew.one.was_not_heard()
    crew.trade()
    crew.trade()

    assert crew.store.known.sent.seen == 1


@pytest.mark.parametrize("is_ending", [True, False])
def test_who_is_done_gives_all_back(is_ending: bool) -> None:
    crew = Crew()
    crew.one.waiting = 0
    if not is_ending:
        crew.now_us += 3 * SECOND_US
    crew.store.meet("one", crew.one, crew.now_us, is_ending=is_ending)
    crew.trade(crew.two)

    assert sum(crew.may(crew.two) is None for _ in range(9)) == 8
    assert not crew.one.takes_part(crew.now_us + 3 * SECOND_US)
