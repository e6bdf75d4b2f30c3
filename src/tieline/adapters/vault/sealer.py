"""VaultSealer: a payload comes in; it leaves encrypted under a key that only the vault has.

AES-256-GCM (NIST SP 800-38D). Each process derives a key of its own by HKDF-SHA256 (RFC 5869) from
the vault's secret and a random salt, and counts its nonces, so that no nonce is ever used twice
however much is sealed. The salt, the count and four bytes that name the secret stand before the
ciphertext; the place where the row belongs is authenticated with it.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tieline.model.base.errors import SettingsError
from tieline.model.base.secret import Secret
from tieline.ports.sealer import SEALED
from tieline.ports.vault import Vault

NAME = "sealing"
"""The vault's name of the secrets that seal; the newest seals, all of them open."""
SHORTEST_BYTES = 16
NAME_BYTES, SALT_BYTES, COUNT_BYTES = 4, 16, 8
HEAD_BYTES = len(SEALED) + NAME_BYTES + SALT_BYTES + COUNT_BYTES
PURPOSE = b"tieline payload sealing 1"


class VaultSealer:
    """Seals with the newest secret of the name ``sealing``."""

    def __init__(self, vault: Vault, random_bytes: Callable[[int], bytes]) -> None:
        """Raises SettingsError for a secret that is too short to be one."""
        self._vault = vault
        self._salt = random_bytes(SALT_BYTES)
        self._count = 0
        self._secrets: tuple[Secret, ...] = ()
        self._named: dict[bytes, Secret] = {}
        self._look_up()

    @property
    def can_seal(self) -> bool:
        """Whether the vault has a secret for it."""
        return bool(self._look_up())

    def seal(self, place: str, payload: bytes) -> bytes:
        secrets = self._look_up()
        if not secrets:
            return payload
        self._count += 1
        count = self._count.to_bytes(COUNT_BYTES)
        cipher = _cipher(secrets[0], self._salt)
        sealed = cipher.encrypt(_nonce(count), payload, place.encode())
        return SEALED + _name(secrets[0]) + self._salt + count + sealed

    def open(self, place: str, stored: bytes) -> bytes:
        if not stored.startswith(SEALED) or len(stored) < HEAD_BYTES:
            return stored
        self._look_up()
        at = len(SEALED)
        name, at = stored[at : at + NAME_BYTES], at + NAME_BYTES
        salt, at = stored[at : at + SALT_BYTES], at + SALT_BYTES
        secret = self._named.get(name)
        if secret is None:
            return stored
        nonce = _nonce(stored[at : at + COUNT_BYTES])
        try:
            return _cipher(secret, salt).decrypt(nonce, stored[HEAD_BYTES:], place.encode())
        except InvalidTag:
            return stored

    def _look_up(self) -> tuple[Secret, ...]:
        secrets = self._vault.secrets(NAME)
        if secrets is not self._secrets and secrets != self._secrets:
            for secret in secrets:
                if len(secret.reveal()) < SHORTEST_BYTES:
                    wanted = f"use {SHORTEST_BYTES} bytes or more, such as `openssl rand -hex 32`"
                    raise SettingsError(f"secret {NAME!r}", secret, wanted)
            self._named = {_name(secret): secret for secret in secrets}
        self._secrets = secrets
        return secrets


@lru_cache(maxsize=1024)
def _cipher(secret: Secret, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, PURPOSE).derive(secret.reveal()))


@lru_cache(maxsize=64)
def _name(secret: Secret) -> bytes:
    return hashlib.sha256(PURPOSE + b" name " + secret.reveal()).digest()[:NAME_BYTES]


def _nonce(count: bytes) -> bytes:
    return bytes(12 - COUNT_BYTES) + count
