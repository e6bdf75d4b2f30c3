"""Redactor: a text comes in; the same without any secret that this hub knows goes out.

Every secret that the hub's declarations name is looked for, in every form in which it travels. The
vault is asked again once a second, so that a secret that was just replaced is known as well.
"""

from collections.abc import Iterable

from tieline.model.base.secret import Secret
from tieline.model.hub.flow import HubSpec
from tieline.ports.clock import Clock
from tieline.ports.vault import Vault
from tieline.rules.privacy.redact import KnownSecrets, redact_text

LOOK_AGAIN_US = 1_000_000
MOST_KEPT = 100
"""Secrets that were replaced; their holders may repeat them for a while."""
SEALING = "sealing"
"""The vault's name of the keys that seal payloads in the store."""


class Redactor:
    """Takes the known secrets of one hub out of texts."""

    def __init__(
        self, hub: HubSpec, vault: Vault, clock: Clock, further: Iterable[str] = ()
    ) -> None:
        """*further* are secrets that stand in no vault, such as an address that is one."""
        self._names = secret_names(hub)
        self._vault = vault
        self._clock = clock
        self._further = tuple(Secret.of(text) for text in further)
        self._secrets: tuple[Secret, ...] = ()
        self._known = KnownSecrets.of(())
        self._looked_us = -LOOK_AGAIN_US

    def clean(self, text: str) -> str:
        """*text* without secrets. For texts that are made seldom: it is a search for each."""
        return redact_text(text, self.known())

    def known(self) -> KnownSecrets:
        """All secrets as they are now."""
        now_us = self._clock.monotonic_us()
        if now_us - self._looked_us >= LOOK_AGAIN_US:
            self._looked_us = now_us
            found = (s for name in self._names for s in self._vault.secrets(name))
            secrets = (*found, *self._further)
            if secrets != self._secrets:
                kept = tuple(old for old in self._secrets if old not in secrets)[:MOST_KEPT]
                self._secrets = secrets
                self._known = KnownSecrets.of((*secrets, *kept))
        return self._known


def secret_names(hub: HubSpec) -> tuple[str, ...]:
    """Every name under which the hub may look into the vault."""
    names = {SEALING}
    for source in hub.sources().values():
        names |= {*source.secrets}
    for door in hub.webhooks().values():
        names |= {*hub.secrets_of(door)}
    for connection in hub.connections.values():
        names.add(connection.signing)
        if connection.credential is not None:
            names.add(connection.credential)
    return tuple(sorted(names))
