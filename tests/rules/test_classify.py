"""What the end of a call means for the step that made it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Effect, HttpAnswer
from tieline.model.calls.outcome import (
    SUCCEEDED,
    CredentialRefused,
    InDoubt,
    ProviderRefused,
    Succeeded,
    TryAgain,
    Verdict,
)
from tieline.rules.outbound.outcome import classify

NOW_US = 1_795_262_400_000_000
FREELY = [Effect.READ, Effect.IDEMPOTENT]
WITH_CARE = [Effect.VERIFY, Effect.ONCE]
TRANSIENT = [
    408,
    423,
    425,
    429,
    500,
    502,
    503,
    504,
    507,
    508,
    511,
    520,
    522,
    524,
    529,
    599,
    600,
    999,
]
TURNED_AWAY = [408, 423, 425, 429, 503]


def verdict_on(
    status: int,
    *headers: tuple[str, str],
    body: bytes = b"",
    method: str = "POST",
    effect: Effect = Effect.IDEMPOTENT,
) -> Verdict:
    answer = HttpAnswer(status, headers, body)
    return classify(answer, method=method, effect=effect, now_us=NOW_US)


def verdict_on_failure(
    kind: FailureKind, delivered: Delivered, effect: Effect = Effect.IDEMPOTENT
) -> Verdict:
    failed = CallFailed(kind, delivered, "what happened")
    return classify(failed, method="POST", effect=effect, now_us=NOW_US)


def kind_of(verdict: Verdict) -> FailureKind | None:
    return None if isinstance(verdict, Succeeded) else verdict.kind


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("status", [200, 201, 202, 204, 207, 299])
def test_any_2xx_succeeded(status: int, effect: Effect) -> None:
    assert verdict_on(status, effect=effect) == SUCCEEDED


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
def test_a_redirect_is_refused_and_says_where_it_points(status: int, effect: Effect) -> None:
    verdict = verdict_on(
        status, ("location", "https://u:p@new.vendor.example/v2?token=abc"), effect=effect
    )

    assert isinstance(verdict, ProviderRefused)
    assert verdict.kind is FailureKind.REDIRECTED
    assert "https://new.vendor.example/v2" in verdict.reason
    assert "abc" not in verdict.reason
    assert "u:p" not in verdict.reason


def test_not_modified_is_success_for_a_read_only() -> None:
    assert verdict_on(304, method="get", effect=Effect.READ) == SUCCEEDED
    assert verdict_on(304, method="HEAD", effect=Effect.READ) == SUCCEEDED
    assert kind_of(verdict_on(304, method="PUT")) is FailureKind.REDIRECTED


@pytest.mark.parametrize("location", ["", "http://[", "/relative", "\x1b[2J"])
def test_no_location_makes_it_raise(location: str) -> None:
    assert kind_of(verdict_on(302, ("location", location))) is FailureKind.REDIRECTED


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("status", [401, 403])
def test_a_credential_that_is_not_accepted_is_neither_retried_nor_refused(
    status: int, effect: Effect
) -> None:
    verdict = verdict_on(status, body=b'{"message": "bad key"}', effect=effect)

    assert isinstance(verdict, CredentialRefused)
    assert verdict.kind is FailureKind.UNAUTHORISED
    assert "bad key" in verdict.reason


@pytest.mark.parametrize("effect", list(Effect))
def test_a_403_with_a_pause_in_it_is_throttling(effect: Effect) -> None:
    reset = ("x-ratelimit-reset", str(NOW_US // 1_000_000 + 90))

    asked = verdict_on(403, ("retry-after", "60"), effect=effect)
    spent = verdict_on(403, ("x-ratelimit-remaining", "0"), reset, effect=effect)
    left = verdict_on(403, ("x-ratelimit-remaining", "9"), reset, effect=effect)

    assert kind_of(asked) is kind_of(spent) is FailureKind.THROTTLED
    assert isinstance(asked, TryAgain)
    assert asked.retry_after == timedelta(seconds=60)
    assert isinstance(spent, TryAgain)
    assert spent.retry_after == timedelta(seconds=90)
    assert isinstance(left, CredentialRefused)


@pytest.mark.parametrize("effect", FREELY)
@pytest.mark.parametrize("status", TRANSIENT)
def test_a_transient_status_is_tried_again_where_a_repeat_is_safe(
    status: int, effect: Effect
) -> None:
    verdict = verdict_on(status, effect=effect)

    assert isinstance(verdict, TryAgain)
    assert kind_of(verdict) is (FailureKind.THROTTLED if status == 429 else FailureKind.UNAVAILABLE)
    assert str(status) in verdict.reason


@pytest.mark.parametrize("effect", WITH_CARE)
@pytest.mark.parametrize("status", TRANSIENT)
def test_an_unsafe_write_is_repeated_only_if_it_was_turned_away(
    status: int, effect: Effect
) -> None:
    verdict = verdict_on(status, effect=effect)

    assert isinstance(verdict, TryAgain if status in TURNED_AWAY else InDoubt)


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize(
    "status", [400, 402, 404, 405, 407, 409, 410, 418, 422, 451, 499, 501, 505, 506, 510]
)
def test_what_no_repeat_can_change_is_refused_in_the_providers_own_words(
    status: int, effect: Effect
) -> None:
    verdict = verdict_on(status, body=b'{"error": {"message": "No such plan"}}', effect=effect)

    assert verdict == ProviderRefused(FailureKind.REJECTED, "No such plan")


def test_a_refusal_without_words_names_the_status() -> None:
    assert verdict_on(404) == ProviderRefused(FailureKind.REJECTED, "HTTP 404 Not Found")
    assert verdict_on(499) == ProviderRefused(FailureKind.REJECTED, "HTTP 499")


@pytest.mark.parametrize(("effect", "verdict"), [(Effect.READ, TryAgain), (Effect.ONCE, InDoubt)])
def test_an_interim_answer_as_the_last_word_is_a_broken_answer(
    effect: Effect, verdict: type[Verdict]
) -> None:
    found = verdict_on(101, effect=effect)

    assert isinstance(found, verdict)
    assert kind_of(found) is FailureKind.BROKEN


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None),
        ([("retry-after", "40")], 40),
        ([("retry-after", "Sat, 21 Nov 2026 12:00:40 GMT")], 40),
        ([("retry-after", "99999999")], 86400),
        ([("retry-after", "whenever")], None),
        ([("ratelimit", '"default";r=0;t=70')], 70),
        ([("ratelimit", '"default";r=5;t=70')], None),
        ([("retry-after", "40"), ("ratelimit", '"default";r=0;t=70')], 40),
        ([("retry-after", "whenever"), ("ratelimit", '"default";r=0;t=70')], 70),
    ],
)
def test_the_pause_the_provider_asks_for_comes_along(
    headers: list[tuple[str, str]], seconds: int | None
) -> None:
    verdict = verdict_on(429, *headers)

    assert isinstance(verdict, TryAgain)
    assert verdict.retry_after == (None if seconds is None else timedelta(seconds=seconds))


BROKEN_OFF = [FailureKind.UNREACHABLE, FailureKind.SLOW, FailureKind.BROKEN]


@pytest.mark.parametrize("delivered", list(Delivered))
@pytest.mark.parametrize("kind", BROKEN_OFF)
def test_a_call_that_broke_off_is_repeated_where_that_is_safe(
    kind: FailureKind, delivered: Delivered
) -> None:
    for effect in FREELY:
        assert verdict_on_failure(kind, delivered, effect) == TryAgain(kind, "what happened")
    for effect in WITH_CARE:
        verdict = verdict_on_failure(kind, delivered, effect)
        assert isinstance(verdict, TryAgain if delivered is Delivered.NO else InDoubt)
        assert kind_of(verdict) is kind


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize(
    "kind", [FailureKind.BLOCKED, FailureKind.REJECTED, FailureKind.REDIRECTED]
)
def test_what_our_own_side_stopped_is_refused(kind: FailureKind, effect: Effect) -> None:
    assert verdict_on_failure(kind, Delivered.NO, effect) == ProviderRefused(kind, "what happened")


def test_a_call_without_a_credential_is_unauthorised() -> None:
    verdict = verdict_on_failure(FailureKind.UNAUTHORISED, Delivered.NO)

    assert verdict == CredentialRefused("what happened")


def test_an_answer_over_the_limit_is_refused_or_leaves_an_unsafe_write_in_doubt() -> None:
    for effect in FREELY:
        verdict = verdict_on_failure(FailureKind.TOO_LARGE, Delivered.YES, effect)
        assert isinstance(verdict, ProviderRefused)
    for effect in WITH_CARE:
        verdict = verdict_on_failure(FailureKind.TOO_LARGE, Delivered.YES, effect)
        assert isinstance(verdict, InDoubt)


answers = st.builds(
    HttpAnswer,
    status=st.integers(100, 999),
    headers=st.lists(
        st.tuples(
            st.sampled_from(["retry-after", "ratelimit", "location", "x-ratelimit-remaining"]),
            st.text(max_size=30),
        ),
        max_size=3,
    ).map(tuple),
    body=st.binary(max_size=80),
)
failures = st.builds(
    CallFailed, st.sampled_from(FailureKind), st.sampled_from(Delivered), st.text(max_size=900)
)


@given(answers | failures, st.sampled_from(Effect), st.sampled_from(["GET", "POST", "DELETE"]))
def test_every_ending_has_a_verdict_with_a_bounded_harmless_reason(
    ending: HttpAnswer | CallFailed, effect: Effect, method: str
) -> None:
    verdict = classify(ending, method=method, effect=effect, now_us=NOW_US)

    if not isinstance(verdict, Succeeded):
        assert len(verdict.reason) <= 500
        assert verdict.reason.isprintable() or not {"\n", "\r", "\x1b"} & set(verdict.reason)
    if isinstance(verdict, TryAgain) and verdict.retry_after is not None:
        assert timedelta() <= verdict.retry_after <= timedelta(hours=24)
    assert not (isinstance(verdict, InDoubt) and effect in FREELY)


@given(failures, st.sampled_from(WITH_CARE))
def test_an_unsafe_write_that_may_have_arrived_is_never_repeated(
    failed: CallFailed, effect: Effect
) -> None:
    verdict = classify(failed, method="POST", effect=effect, now_us=NOW_US)

    assert not isinstance(verdict, TryAgain) or failed.delivered is Delivered.NO
