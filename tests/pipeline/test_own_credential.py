"""Own credential: a worker without one, or with another, stops nobody but itself, and says so."""

from tests.pipeline.test_shared_guard import FINE, Crew
from tests.rules.test_trade import SECOND_US, a_spec

from tieline.model.calls.call import HttpAnswer
from tieline.model.calls.outcome import SUCCEEDED, CredentialRefused, Verdict
from tieline.pipeline.limits.leased import LeasedLimits

REFUSED = CredentialRefused("HTTP 401")
NO = HttpAnswer(401, (), b"")


def refused(crew: Crew, guard: LeasedLimits) -> None:
    assert crew.may(guard) is None
    guard.saw(REFUSED, NO, started_us=crew.now_us, now_us=crew.now_us)


def settled(crew: Crew) -> None:
    for _ in range(4):
        crew.trade()


def test_another_finds_out_at_once_and_whose_trouble_it_is_is_known() -> None:
    crew = Crew()
    refused(crew, crew.one)
    settled(crew)

    crew.call(crew.two, SUCCEEDED)
    settled(crew)

    assert (crew.one.state, crew.two.state) == ("closed", "closed")
    assert crew.two.trouble == ""
    assert "the credential of this process is not accepted" in crew.one.trouble
    assert crew.one.room(crew.now_us) == 0, "its runs are left to others"
    assert crew.may(crew.one) == crew.one.trouble
    for _ in range(5):
        crew.call(crew.two, SUCCEEDED)


def test_it_finds_out_by_itself_without_stopping_the_others_again() -> None:
    crew = Crew()
    refused(crew, crew.one)
    settled(crew)
    crew.call(crew.two, SUCCEEDED)
    settled(crew)

    crew.later(31)
    refused(crew, crew.one)
    settled(crew)
    assert crew.may(crew.one) == crew.one.trouble
    crew.call(crew.two, SUCCEEDED)
    assert crew.two.state == "closed"

    crew.one.saw_new_secrets(crew.now_us)
    settled(crew)
    crew.call(crew.one, SUCCEEDED)
    assert crew.one.trouble == ""
    crew.call(crew.one, SUCCEEDED)


def test_a_credential_that_is_not_there_is_nobody_elses_trouble() -> None:
    crew = Crew()
    assert crew.may(crew.one) is None
    crew.one.saw(REFUSED, None, started_us=crew.now_us, now_us=crew.now_us)
    settled(crew)

    assert "the vault of this process has no credential" in crew.one.trouble
    assert crew.one.room(crew.now_us) == 0
    crew.call(crew.two, SUCCEEDED)
    assert (crew.two.state, crew.two.trouble) == ("closed", "")


class Three(Crew):
    """A third worker beside the two."""

    def __init__(self) -> None:
        super().__init__()
        self.three = LeasedLimits(a_spec(None, 8))
        self.all = {"one": self.one, "two": self.two, "three": self.three}
        self.calls = 0

    def round(self, verdict: Verdict, answer: HttpAnswer) -> None:
        """Each wants to call once, and asks the store for what is missing."""
        for name, guard in self.all.items():
            guard.waiting = 1
            self.store.meet(name, guard, self.now_us)
            if guard.ask(self.now_us, repeat=False) is None:
                self.calls += 1
                guard.saw(verdict, answer, started_us=self.now_us, now_us=self.now_us)
            self.store.meet(name, guard, self.now_us)


def test_one_that_is_revoked_for_all_costs_two_calls_and_not_one_a_worker() -> None:
    crew = Three()
    for _ in range(10):
        crew.round(REFUSED, NO)

    assert crew.calls == 2
    assert {guard.state for guard in crew.all.values()} == {"unhealthy"}
    assert {guard.trouble for guard in crew.all.values()} == {""}

    crew.now_us += 121 * SECOND_US
    for _ in range(3):
        crew.round(SUCCEEDED, FINE)
    assert {guard.state for guard in crew.all.values()} == {"closed"}
