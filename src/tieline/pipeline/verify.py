"""Verify: bytes come in; the same bytes, vouched for or refused, go out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tieline.model.flow import WebhookSource
from tieline.model.ids import Micros
from tieline.model.secret import Secret
from tieline.model.signature import (
    RefusalReason,
    Refused,
    SignedDelivery,
    Verification,
    Verified,
)
from tieline.ports.vault import Vault
from tieline.rules.signature import prepare
from tieline.rules.signature_check import Check

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Verifier:
    """Judges the deliveries of one source with every secret that is valid at the time."""

    def __init__(self, door: WebhookSource, vault: Vault) -> None:
        self._door = door
        self._vault = vault
        self._secrets: Sequence[Secret] = ()
        self._check: Check = prepare(door.scheme, ())

    def secrets(self) -> Sequence[Secret]:
        """The secrets that are valid now; a change in the vault is seen at once."""
        secrets = self._vault.secrets(self._door.signing)
        if secrets is not self._secrets and secrets != self._secrets:
            self._check = prepare(self._door.scheme, secrets)
        self._secrets = secrets
        return secrets

    def verify(self, delivery: SignedDelivery, decoded: bytes, now_us: Micros) -> Verification:
        """Vouch for *delivery* or refuse it; a compressed one may be signed in either form."""
        secrets = self.secrets()
        if self._door.unverified and not secrets:
            return Verified(delivery, secret=-1, sent_at_us=None)
        now = EPOCH + timedelta(microseconds=now_us)
        verdict = self._check(delivery, now)
        if isinstance(verdict, Refused) and decoded is not delivery.body and _may_differ(verdict):
            plain = SignedDelivery(delivery.method, delivery.url, delivery.headers, decoded)
            return self._check(plain, now)
        return verdict


def _may_differ(refused: Refused) -> bool:
    return refused.reason is RefusalReason.BAD_SIGNATURE
