"""Discreet: how a call ended and its secrets come in; the same end without them goes out."""

from collections.abc import Sequence

from tieline.model.call import HttpAnswer
from tieline.model.errors import CallFailed
from tieline.model.secret import Secret
from tieline.rules.redact import KnownSecrets, redact_text


def discreet(ending: HttpAnswer | CallFailed, secrets: Sequence[Secret]) -> HttpAnswer | CallFailed:
    """What may be remembered, logged and shown. Some systems repeat a credential in their answer.

    Hot path: an answer that holds no secret costs one search of its body for each.
    """
    if isinstance(ending, CallFailed):
        ending.detail = redact_text(ending.detail, _known(secrets))
        return ending
    for secret in secrets:
        if secret and secret.reveal() in ending.body:
            return _redacted(ending, secrets)
    return ending


def _redacted(ending: HttpAnswer, secrets: Sequence[Secret]) -> HttpAnswer:
    body = redact_text(ending.body.decode("latin-1"), _known(secrets)).encode("latin-1")
    return HttpAnswer(ending.status, ending.headers, body)


def _known(secrets: Sequence[Secret]) -> KnownSecrets:
    return KnownSecrets.of(secrets)
