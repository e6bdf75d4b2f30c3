"""Guard: what a connection whose credential was refused lets go, and when."""

from tieline import Hub
from tieline.connectors import acme_books
from tieline.model.base.failure import FailureKind
from tieline.model.base.secret import Secret
from tieline.model.calls.call import HttpAnswer
from tieline.model.calls.outcome import SUCCEEDED, CredentialRefused, TryAgain
from tieline.pipeline.limits.guard import Guard

START = 1_000_000_000_000
SECOND = 1_000_000
REFUSED = HttpAnswer(401, (), b"")
OK = HttpAnswer(200, (), b"{}")
BROKE = TryAgain(FailureKind.BROKEN, "reset")
OLD = (Secret.of("old"),)


def refused_guard(*, in_flight: int = 0) -> Guard:
    """A guard that has just learnt of a refusal, with other calls still out."""
    hub = Hub("acme")
    guard = Guard(hub.connect("books", acme_books).spec)
    for _ in range(1 + in_flight):
        assert guard.ask(START, repeat=False) is None
    guard.saw_refused(OLD)
    guard.saw(CredentialRefused("401"), REFUSED, started_us=START, now_us=START + 1)
    return guard


def waits_s(guard: Guard, now_us: int) -> float | None:
    """How long a call is told to wait; None: it may go."""
    no = guard.ask(now_us, repeat=False)
    if no is None:
        return None
    assert no.until_us is not None
    return (no.until_us - now_us) / SECOND


def test_one_call_finds_out_and_the_others_wait_for_it() -> None:
    guard = refused_guard()
    assert waits_s(guard, START + 1) == 30
    later = START + 1 + 30 * SECOND
    assert waits_s(guard, later) is None
    assert waits_s(guard, later) == 60

    guard.saw(SUCCEEDED, OK, started_us=later, now_us=later + 1)

    assert waits_s(guard, later + 1) is None
    assert guard.state == "closed"


def test_a_new_credential_is_tried_at_once_by_one_call() -> None:
    guard = refused_guard()
    now = START + 2 * SECOND
    guard.saw_new_secrets(now)

    assert guard.refused is None
    assert waits_s(guard, now) is None
    assert waits_s(guard, now) == 60


def test_a_call_that_finds_out_nothing_is_followed_by_another_soon() -> None:
    guard = refused_guard()
    later = START + 1 + 30 * SECOND
    assert waits_s(guard, later) is None

    guard.saw(BROKE, None, started_us=later, now_us=later + 1)

    assert waits_s(guard, later + 1) == 1
    assert waits_s(guard, later + 1 + SECOND) is None


def test_a_call_that_was_out_before_the_refusal_does_not_shorten_the_pause() -> None:
    guard = refused_guard(in_flight=1)

    guard.saw(BROKE, None, started_us=START, now_us=START + SECOND)

    assert waits_s(guard, START + SECOND) == 29 + 1e-6
