"""Verify: bytes come in; the same bytes, vouched for or refused, go out."""

from datetime import UTC, datetime, timedelta

from tieline.model.base.ids import Micros
from tieline.model.base.secret import Secret
from tieline.model.hub.flow import WebhookSource
from tieline.model.inbound.signature import SignedDelivery, Verification, Verified
from tieline.ports.vault import Vault
from tieline.rules.inbound.signature import prepare

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Verifier:
    """Judges the deliveries of one source with every secret that is valid at the time."""

    def __init__(self, door: WebhookSource, vault: Vault) -> None:
        self._door = door
        self._vault = vault
        self._secrets: tuple[Secret, ...] = ()
        self._check = prepare(door.scheme, ())

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Those that the latest delivery was judged with."""
        return self._secrets

    def verify(self, delivery: SignedDelivery, decoded: bytes, now_us: Micros) -> Verification:
        """Vouch for *delivery* or refuse it; a compressed one may be signed in either form."""
        self._look_up()
        if self._door.unverified and not (self._secrets and self._door.scheme.schemes):
            return Verified(delivery, secret=-1, sent_at_us=None)
        now = EPOCH + timedelta(microseconds=now_us)
        verdict = self._check(delivery, now)
        if decoded is delivery.body or isinstance(verdict, Verified):
            return verdict
        plain = SignedDelivery(delivery.method, delivery.url, delivery.headers, decoded)
        second = self._check(plain, now)
        return second if isinstance(second, Verified) else verdict

    def _look_up(self) -> None:
        """A change in the vault is seen at once."""
        secrets = self._vault.secrets(self._door.signing)
        if secrets is not self._secrets and secrets != self._secrets:
            self._check = prepare(self._door.scheme, secrets)
        self._secrets = secrets
