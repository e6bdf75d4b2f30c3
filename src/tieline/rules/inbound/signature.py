"""Signature: a scheme, a delivery and the live secrets come in; vouched for or refused goes out."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    Ed25519Scheme,
    FormHmacScheme,
    HmacScheme,
    RefusalReason,
    Refused,
    SecretPrefixScheme,
    SignatureScheme,
    SignedDelivery,
    TokenScheme,
    Verification,
    Verified,
    WebhookScheme,
)
from tieline.rules.inbound.signature_check import (
    Check,
    ed25519_check,
    hmac_check,
    secret_prefix_check,
    token_check,
)
from tieline.rules.inbound.signature_form import form_check

NOT_TRIED = frozenset({RefusalReason.NO_SECRET, RefusalReason.MISSING_SIGNATURE})
NOTHING_TO_TRY = Refused(RefusalReason.NO_SECRET, "the source has no signature scheme")


def verify(
    scheme: WebhookScheme | SignatureScheme,
    delivery: SignedDelivery,
    secrets: Sequence[Secret],
    now: datetime,
) -> Verification:
    """Judge one delivery. Whoever judges many keeps the function that :func:`prepare` returns."""
    return prepare(scheme, secrets)(delivery, now)


def prepare(scheme: WebhookScheme | SignatureScheme, secrets: Sequence[Secret]) -> Check:
    """Work out all that can be known before a delivery comes; again when the secrets change."""
    if not isinstance(scheme, WebhookScheme):
        return _prepare_one(scheme, secrets)
    checks = tuple(_prepare_one(one, secrets) for one in scheme.schemes)
    return checks[0] if len(checks) == 1 else _first_that_vouches(checks)


def _prepare_one(scheme: SignatureScheme, secrets: Sequence[Secret]) -> Check:
    match scheme:
        case HmacScheme():
            return hmac_check(scheme, secrets)
        case Ed25519Scheme():
            return ed25519_check(scheme, secrets)
        case SecretPrefixScheme():
            return secret_prefix_check(scheme, secrets)
        case TokenScheme():
            return token_check(scheme, secrets)
        case FormHmacScheme():
            return form_check(scheme, secrets)
        case _:
            assert_never(scheme)


def _first_that_vouches(checks: tuple[Check, ...]) -> Check:
    """One scheme is enough; of several refusals the one that got furthest is told."""

    def check(delivery: SignedDelivery, now: datetime) -> Verification:
        refusals = []
        for one in checks:
            verdict = one(delivery, now)
            if isinstance(verdict, Verified):
                return verdict
            refusals.append(verdict)
        tried = [refused for refused in refusals if refused.reason not in NOT_TRIED]
        return next(iter(tried or refusals), NOTHING_TO_TRY)

    return check
