"""Verify: bytes come in; the same bytes, vouched for or refused, go out."""

from datetime import UTC, datetime, timedelta

from tieline.model.base.ids import Micros, TenantId
from tieline.model.base.secret import Secret
from tieline.model.hub.flow import WebhookSource
from tieline.model.hub.tenant_rule import PathTenant, SecretTenant, labelled
from tieline.model.inbound.request import Inbound
from tieline.model.inbound.signature import SignedDelivery, Verification, Verified
from tieline.ports.tenants import EVERYBODY, TenantBook
from tieline.ports.vault import Vault
from tieline.rules.inbound.signature import prepare
from tieline.rules.inbound.tenant import NO_PROOF, TenantProof

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


LOOK_AGAIN_US = 1_000_000
"""How old the list of tenants' own secrets may be."""


class Verifier:
    """Judges deliveries with the secrets of one name, as they are at the time."""

    def __init__(self, door: WebhookSource, vault: Vault, signing: str | None = None) -> None:
        self._door = door
        self._vault = vault
        self._signing = signing or door.signing
        self._secrets: tuple[Secret, ...] = ()
        self._check = prepare(door.scheme, ())

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Those that the latest delivery was judged with."""
        return self._secrets

    def proof_of(self, delivery: Inbound, verdict: Verified) -> TenantProof:
        """What tells whose *delivery* is, beside what is in it."""
        return NO_PROOF

    def verify(self, delivery: Inbound, decoded: bytes, now_us: Micros) -> Verification:
        """Vouch for *delivery* or refuse it; a compressed one may be signed in either form."""
        self._look_up(now_us)
        if self._door.unverified and not (self._secrets and self._door.scheme.schemes):
            return Verified(delivery, secret=-1, sent_at_us=None)
        now = EPOCH + timedelta(microseconds=now_us)
        verdict = self._check(delivery, now)
        if decoded is delivery.body or isinstance(verdict, Verified):
            return verdict
        plain = SignedDelivery(delivery.method, delivery.url, delivery.headers, decoded)
        second = self._check(plain, now)
        return second if isinstance(second, Verified) else verdict

    def _look_up(self, now_us: Micros) -> None:
        """A change in the vault is seen at once."""
        self._use(self._vault.secrets(self._signing))

    def _use(self, secrets: tuple[Secret, ...]) -> None:
        if secrets is not self._secrets and secrets != self._secrets:
            self._check = prepare(self._door.scheme, secrets)
        self._secrets = secrets


class SecretVerifier(Verifier):
    """Judges with the secrets of all tenants, and says whose fitted.

    Each of them is tried: for some dozens of tenants. Where there are more, the path says it.
    """

    def __init__(self, door: WebhookSource, vault: Vault, book: TenantBook) -> None:
        super().__init__(door, vault)
        self._book = book
        self._owners: tuple[TenantId | None, ...] = ()
        self._looked_us = -LOOK_AGAIN_US

    def proof_of(self, delivery: Inbound, verdict: Verified) -> TenantProof:
        owners = self._owners
        known = 0 <= verdict.secret < len(owners)
        return TenantProof(secret=owners[verdict.secret] if known else None)

    def _look_up(self, now_us: Micros) -> None:
        if abs(now_us - self._looked_us) < LOOK_AGAIN_US:
            return
        self._looked_us = now_us
        owners: dict[Secret, TenantId | None] = dict.fromkeys(self._vault.secrets(self._signing))
        for tenant in self._book.known():
            for secret in self._vault.secrets(labelled(self._signing, tenant)):
                # A secret that stands under two names proves nothing about whose it is.
                owners[secret] = tenant if owners.get(secret, tenant) == tenant else None
        self._owners = tuple(owners.values())
        self._use(tuple(owners))


class PathVerifier(Verifier):
    """Judges with the own secrets of the tenant that the path names, where it has some."""

    def __init__(self, door: WebhookSource, vault: Vault, book: TenantBook) -> None:
        super().__init__(door, vault)
        self._book = book
        self._own: dict[TenantId, Verifier] = {}
        self._latest: tuple[Secret, ...] = ()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (*self._secrets, *self._latest)

    def verify(self, delivery: Inbound, decoded: bytes, now_us: Micros) -> Verification:
        tenant = TenantId(delivery.tail)
        own = self._own.get(tenant) or self._made(tenant)
        if own is None:
            return super().verify(delivery, decoded, now_us)
        verdict = own.verify(delivery, decoded, now_us)
        self._latest = own.secrets
        return verdict if self._latest else super().verify(delivery, decoded, now_us)

    def proof_of(self, delivery: Inbound, verdict: Verified) -> TenantProof:
        return TenantProof(path=delivery.tail)

    def _made(self, tenant: TenantId) -> Verifier | None:
        """Only of those that are known: strangers choose the path."""
        if not tenant or not self._book.knows(tenant):
            return None
        signing = labelled(self._signing, tenant)
        own = self._own[tenant] = Verifier(self._door, self._vault, signing)
        return own


def verifier_of(door: WebhookSource, vault: Vault, book: TenantBook = EVERYBODY) -> Verifier:
    """Who judges the deliveries of a source."""
    match door.tenant:
        case SecretTenant():
            return SecretVerifier(door, vault, book)
        case PathTenant():
            return PathVerifier(door, vault, book)
        case _:
            return Verifier(door, vault)
