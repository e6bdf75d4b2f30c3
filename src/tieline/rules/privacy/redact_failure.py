"""Redact failure: how a call ended and its secrets come in; the same end without them goes out."""

from functools import lru_cache

from tieline.model.base.errors import CallFailed
from tieline.model.base.secret import Secret
from tieline.model.calls.call import HttpAnswer
from tieline.rules.privacy.redact import KnownSecrets, redact_bytes, redact_text


def discreet(
    ending: HttpAnswer | CallFailed, secrets: tuple[Secret, ...]
) -> HttpAnswer | CallFailed:
    """What may be remembered, logged and shown. Some systems repeat a credential in their answer,
    as it is or in the form in which it was sent, such as the base64 of ``Basic``.

    Hot path: an answer that holds no secret costs one search of its body for each form.
    """
    if isinstance(ending, CallFailed):
        ending.detail = redact_text(ending.detail, known(secrets))
        return ending
    body = redact_bytes(ending.body, known(secrets))
    return ending if body is ending.body else HttpAnswer(ending.status, ending.headers, body)


@lru_cache(maxsize=512)
def known(secrets: tuple[Secret, ...]) -> KnownSecrets:
    """What is looked for, compiled once for each set of secrets."""
    return KnownSecrets.of(secrets)
