"""Outcome: how a call ended and what a repeat would do come in; what that means goes out.

Answers, by status:

- 2xx, and 304 to a GET or HEAD ("what you have is current"): succeeded.
- Other 3xx: refused; redirects that may be followed were followed before.
- 401, 403: unauthorised. But a 403 that carries Retry-After or an exhausted quota is throttling
  in another coat (GitHub answers so), and must not mark the credential as bad.
- 408, 423 (locked), 425, 429, 500, 502, 503, 504: transient. So is every 5xx without a row of its
  own, as RFC 9110 says of unknown statuses: the 52x of content networks, 507 and 508 (out of space,
  out of resources), 511 (a network's sign-in page), 529. A status above 599 counts as 5xx, a final
  1xx as a broken answer.
- 501, 505, 506, 510: refused; the server says it cannot do this at all, which no repeat changes.
- Other 4xx: refused. But a 409 to a repeat under an idempotency key, after a try that may have been
  applied, says that the first is still at work: transient.

Whether a transient failure may be repeated depends on the effect. ``read`` and ``idempotent``:
always. ``verify`` and ``once``: only if the request surely was not applied, else the outcome is
in doubt. Surely not applied: nothing was sent (``Delivered.NO``), or the server turned the
request away (408, 423, 425, 429, 503, and the throttling 403). A 500 and a gateway's 502 or 504
leave it open.

What a system says in the body of its answer (``FailedInside``) goes by the same rules: throttled
means turned away, unavailable and broken leave it open, anything else is refused.

An answer over the size limit would be so again: refused, when it is that of a read. Of a write
whose answer began and could not be read to its end, the status is known, and goes by the rows
above. With a 2xx it was applied, and only what was answered is missing: a repeat under the same key
may fetch it; else that is told, to a look-up or to a person. What our own side stopped (the egress
guard, a bad header) is refused.
"""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.base.ids import Micros
from tieline.model.calls.call import Effect, HttpAnswer
from tieline.model.calls.outcome import (
    SUCCEEDED,
    CredentialRefused,
    InDoubt,
    ProviderRefused,
    TryAgain,
    Verdict,
)
from tieline.model.hub.connection import FailedInside
from tieline.rules.formats.plain_text import inert
from tieline.rules.outbound import rate_headers
from tieline.rules.outbound.provider_reason import LONGEST_MESSAGE, provider_message
from tieline.rules.outbound.retry_after import LONGEST_WAIT, parse_retry_after

_FREELY = frozenset({Effect.READ, Effect.IDEMPOTENT})
_TRANSIENT_4XX = frozenset({408, 423, 425})
_NEVER_5XX = frozenset({501, 505, 506, 510})
_TURNED_AWAY = frozenset({403, 408, 423, 425, 429, 503})
_LEAVES_OPEN = frozenset({FailureKind.UNAVAILABLE, FailureKind.BROKEN, FailureKind.SLOW})
_PERMANENT = frozenset({FailureKind.BLOCKED, FailureKind.REJECTED, FailureKind.REDIRECTED})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def classify(
    ending: HttpAnswer | CallFailed,
    *,
    method: str,
    effect: Effect,
    now_us: Micros,
    may_be_in_work: bool = False,
) -> Verdict:
    """What *ending* means for the step that sent *method*; succeeded is the hot path.

    *may_be_in_work*: an earlier try under the same idempotency key may be at work at the provider.
    """
    if isinstance(ending, CallFailed):
        if ending.status is not None and effect is not Effect.READ:
            return _of_unread(ending, ending.status, method, effect, now_us)
        return _of_failure(ending, effect)
    if 200 <= ending.status < 300:
        return SUCCEEDED
    if ending.status == 409 and may_be_in_work and effect is Effect.IDEMPOTENT:
        return TryAgain(
            FailureKind.UNAVAILABLE,
            f"an earlier attempt may still be at work: {_told(ending)}",
            _asked_pause(ending, now_us),
        )
    return _of_status(ending, method, effect, now_us)


def classify_inside(
    said: FailedInside, answer: HttpAnswer, *, effect: Effect, now_us: Micros
) -> Verdict:
    """What a failure means that a system tells in the body of *answer*, whatever its status."""
    kind = said.kind
    reason = inert(said.reason, LONGEST_MESSAGE)
    if kind is FailureKind.UNAUTHORISED:
        return CredentialRefused(reason)
    if kind is FailureKind.THROTTLED:
        return TryAgain(kind, reason, _asked_pause(answer, now_us))
    if kind not in _LEAVES_OPEN:
        return ProviderRefused(kind, reason)
    return TryAgain(kind, reason) if effect in _FREELY else InDoubt(kind, _doubtful(reason))


def _of_failure(failed: CallFailed, effect: Effect) -> Verdict:
    reason = inert(failed.detail, LONGEST_MESSAGE)
    if failed.kind in _PERMANENT:
        return ProviderRefused(failed.kind, reason)
    if failed.kind is FailureKind.UNAUTHORISED:
        return CredentialRefused(reason)
    if effect not in _FREELY and failed.delivered is not Delivered.NO:
        return InDoubt(failed.kind, _doubtful(reason))
    if failed.kind is FailureKind.TOO_LARGE:
        return ProviderRefused(failed.kind, reason)
    return TryAgain(failed.kind, reason)


def _of_unread(
    failed: CallFailed, status: int, method: str, effect: Effect, now_us: Micros
) -> Verdict:
    """A write whose answer began, and said whether it was applied, before it could not be read."""
    if not 200 <= status < 300:
        return _of_status(HttpAnswer(status, (), b""), method, effect, now_us)
    if effect is Effect.IDEMPOTENT and failed.kind is not FailureKind.TOO_LARGE:
        return TryAgain(failed.kind, inert(failed.detail, LONGEST_MESSAGE))
    reason = (
        f"it was applied, the answer is {_named(status)}, and could not be read: {failed.detail}; "
        "resolve this run with --done and --result '<JSON>'"
    )
    return InDoubt(failed.kind, inert(reason, LONGEST_MESSAGE))


def _of_status(answer: HttpAnswer, method: str, effect: Effect, now_us: Micros) -> Verdict:
    status = answer.status
    if status == 304 and method.upper() in {"GET", "HEAD"}:
        return SUCCEEDED
    if 300 <= status < 400:
        return ProviderRefused(FailureKind.REDIRECTED, _redirected(answer))
    pause = _asked_pause(answer, now_us)
    if status == 401 or (status == 403 and pause is None):
        return CredentialRefused(_told(answer))
    kind = _transient_kind(status)
    if kind is None:
        return ProviderRefused(FailureKind.REJECTED, provider_message(answer) or _told(answer))
    if effect in _FREELY or status in _TURNED_AWAY:
        return TryAgain(kind, _told(answer), pause)
    return InDoubt(kind, _doubtful(_told(answer)))


def _transient_kind(status: int) -> FailureKind | None:
    """The kind of a transient status other than 401; None if a repeat cannot help."""
    if status in {403, 429}:
        return FailureKind.THROTTLED
    if status < 200:
        return FailureKind.BROKEN
    if status in _TRANSIENT_4XX or (status >= 500 and status not in _NEVER_5XX):
        return FailureKind.UNAVAILABLE
    return None


def _asked_pause(answer: HttpAnswer, now_us: Micros) -> timedelta | None:
    """What Retry-After asks for; without it, the time until an exhausted quota is full again."""
    asked = answer.header("retry-after")
    if asked is not None:
        wait = parse_retry_after(asked, _EPOCH + timedelta(microseconds=now_us))
        if wait is not None:
            return wait
    headroom = rate_headers.read(answer.headers, now_us)
    if headroom is None or headroom.remaining > 0:
        return None
    if headroom.resets_at_us is None:
        return timedelta()
    return min(timedelta(microseconds=headroom.resets_at_us - now_us), LONGEST_WAIT)


def _told(answer: HttpAnswer) -> str:
    return inert(
        f"{_named(answer.status)}: {provider_message(answer)}".rstrip(": "), LONGEST_MESSAGE
    )


def _named(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _doubtful(reason: str) -> str:
    return inert(f"whether it was applied is unknown: {reason}", LONGEST_MESSAGE)


def _redirected(answer: HttpAnswer) -> str:
    """Where it wants to go, without the query: that part may carry a credential."""
    target = answer.header("location") or ""
    try:
        parts = urlsplit(target)
        place = f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else parts.path
    except ValueError:
        place = ""
    to = f" to {place}" if place else ""
    return inert(f"{_named(answer.status)}{to}; redirects are not followed", LONGEST_MESSAGE)
