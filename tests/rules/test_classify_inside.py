"""Classify inside: a failure told in a body has the consequences that its kind and effect say."""

from datetime import timedelta

import pytest

from tieline.model.base.failure import FailureKind
from tieline.model.calls.call import Effect, HttpAnswer
from tieline.model.calls.outcome import (
    CredentialRefused,
    InDoubt,
    ProviderRefused,
    TryAgain,
    Verdict,
)
from tieline.model.hub.connection import FailedInside
from tieline.rules.outbound.outcome import classify_inside

OK = HttpAnswer(200, (), b"{}")
FREELY = (Effect.READ, Effect.IDEMPOTENT)
CAREFULLY = (Effect.VERIFY, Effect.ONCE)


def verdict(kind: FailureKind, effect: Effect, answer: HttpAnswer = OK) -> Verdict:
    return classify_inside(FailedInside(kind, "said so"), answer, effect=effect, now_us=0)


@pytest.mark.parametrize("effect", list(Effect))
def test_a_refused_credential_holds_work_back_whatever_the_effect(effect: Effect) -> None:
    assert verdict(FailureKind.UNAUTHORISED, effect) == CredentialRefused("said so")


@pytest.mark.parametrize("effect", list(Effect))
def test_throttled_was_turned_away_so_a_repeat_is_safe(effect: Effect) -> None:
    answer = HttpAnswer(200, (("retry-after", "3"),), b"{}")
    found = verdict(FailureKind.THROTTLED, effect, answer)
    assert found == TryAgain(FailureKind.THROTTLED, "said so", timedelta(seconds=3))


@pytest.mark.parametrize("kind", [FailureKind.UNAVAILABLE, FailureKind.BROKEN])
def test_trouble_inside_leaves_open_whether_it_was_applied(kind: FailureKind) -> None:
    for effect in FREELY:
        assert verdict(kind, effect) == TryAgain(kind, "said so")
    for effect in CAREFULLY:
        assert isinstance(verdict(kind, effect), InDoubt)


@pytest.mark.parametrize("effect", list(Effect))
def test_anything_else_is_refused(effect: Effect) -> None:
    assert verdict(FailureKind.REJECTED, effect) == ProviderRefused(FailureKind.REJECTED, "said so")
