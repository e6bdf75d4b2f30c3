"""Failed inside: what answers say in their bodies, where the status misleads."""

import pytest

from tieline.connectors import linear, shopify, slack, stripe
from tieline.model.base.failure import FailureKind
from tieline.model.calls.call import HttpAnswer
from tieline.model.hub.connection import Connector, FailedInside

JSON = (("content-type", "application/json; charset=utf-8"),)


def said(connector: Connector, status: int, body: str) -> FailedInside | None:
    assert connector.failed_inside is not None
    return connector.failed_inside(HttpAnswer(status, JSON, body.encode()))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"ok":true,"ts":"1.2"}', None),
        ('{"ok":false,"error":"channel_not_found"}', FailureKind.REJECTED),
        ('{"ok":false,"error":"token_expired"}', FailureKind.UNAUTHORISED),
        ('{"ok":false,"error":"ratelimited"}', FailureKind.THROTTLED),
        ('{"ok":false,"error":"internal_error"}', FailureKind.UNAVAILABLE),
        ('{"ok":false}', FailureKind.REJECTED),
        ('{"ok":"true"}', FailureKind.REJECTED),
        ("<html>proxy</html>", FailureKind.BROKEN),
        ("[]", FailureKind.BROKEN),
        ("", FailureKind.BROKEN),
    ],
)
def test_slack_says_in_the_body_how_it_went(body: str, kind: FailureKind | None) -> None:
    found = said(slack, 200, body)
    assert (found.kind if found else None) is kind


def test_slack_gives_its_own_word_as_the_reason() -> None:
    found = said(slack, 200, '{"ok":false,"error":"is_archived"}')
    assert found == FailedInside(FailureKind.REJECTED, "is_archived")


@pytest.mark.parametrize("connector", [slack, shopify, stripe])
def test_what_the_status_says_already_is_left_to_it(connector: Connector) -> None:
    for status in (401, 429, 500, 503):
        assert said(connector, status, '{"ok":false,"error":"x"}') is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, '{"data":{"shop":{}}}', None),
        (200, '{"data":{},"errors":[]}', None),
        (
            200,
            '{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}',
            FailureKind.THROTTLED,
        ),
        (
            400,
            '{"errors":[{"message":"slow down","extensions":{"code":"RATELIMITED"}}]}',
            FailureKind.THROTTLED,
        ),
        (
            200,
            '{"errors":[{"message":"oh","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}',
            FailureKind.UNAVAILABLE,
        ),
        (200, '{"errors":[{"message":"no field x"}]}', FailureKind.REJECTED),
        (200, '{"errors":"no such shop"}', FailureKind.REJECTED),
        (200, "not json", FailureKind.BROKEN),
        (400, "not json", None),
    ],
)
def test_graphql_says_in_the_body_how_it_went(
    status: int, body: str, kind: FailureKind | None
) -> None:
    for connector in (shopify, linear):
        found = said(connector, status, body)
        assert (found.kind if found else None) is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"id":"ch_1"}', None),
        ("", None),
        ('{"id":"ch_1"', FailureKind.BROKEN),
        ("\x00<html>", FailureKind.BROKEN),
    ],
)
def test_a_success_whose_json_is_cut_or_replaced_is_broken(
    body: str, kind: FailureKind | None
) -> None:
    found = said(stripe, 201, body)
    assert (found.kind if found else None) is kind


def test_a_body_that_does_not_claim_to_be_json_may_be_anything() -> None:
    assert stripe.failed_inside is not None
    assert stripe.failed_inside(HttpAnswer(200, (("content-type", "text/csv"),), b"a,b")) is None
