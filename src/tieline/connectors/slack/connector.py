"""Slack connector: nothing comes in; how Slack's Web API is called, and says no, goes out."""

from tieline.connectors.answer_failures import document_of
from tieline.connectors.slack.webhook import SLACK
from tieline.model.base.failure import FailureKind
from tieline.model.calls.call import Effect, HttpAnswer
from tieline.model.hub.connection import Connector, FailedInside

# Checked 2026-11-21. Of the last group Slack says that part of the work may have been done.
KINDS = {
    "ratelimited": FailureKind.THROTTLED,
    "rate_limited": FailureKind.THROTTLED,
    "not_authed": FailureKind.UNAUTHORISED,
    "invalid_auth": FailureKind.UNAUTHORISED,
    "token_expired": FailureKind.UNAUTHORISED,
    "token_revoked": FailureKind.UNAUTHORISED,
    "account_inactive": FailureKind.UNAUTHORISED,
    "internal_error": FailureKind.UNAVAILABLE,
    "fatal_error": FailureKind.UNAVAILABLE,
    "service_unavailable": FailureKind.UNAVAILABLE,
    "request_timeout": FailureKind.UNAVAILABLE,
}


def failed_inside(answer: HttpAnswer) -> FailedInside | None:
    """Nearly every answer is a 200; whether it went well stands in ``ok``."""
    if not 200 <= answer.status < 300:
        return None
    document = document_of(answer)
    if not isinstance(document, dict) or "ok" not in document:
        return FailedInside(FailureKind.BROKEN, "the answer is not one of Slack's: it has no `ok`")
    if document["ok"] is True:
        return None
    error = str(document.get("error") or "it gave no reason")
    return FailedInside(KINDS.get(error, FailureKind.REJECTED), error)


# Checked 2026-11-21. Limits are per method and workspace; chat.postMessage takes about one
# message a second and channel, so no single rate fits. 429 comes with Retry-After.
slack = Connector(
    name="slack",
    base_url="https://slack.com/api",
    at_once=10,
    effects={
        "POST /*.list": Effect.READ,
        "POST /*.info": Effect.READ,
        "POST /*.history": Effect.READ,
        "POST /*.replies": Effect.READ,
        "POST /auth.test": Effect.READ,
        "POST /chat.update": Effect.IDEMPOTENT,
    },
    failed_inside=failed_inside,
    webhook=SLACK,
    docs="https://docs.slack.dev/apis/web-api/",
)
