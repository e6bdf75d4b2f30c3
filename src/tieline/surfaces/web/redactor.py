"""Redactor: a text on its way out comes in; the same without any secret that the hub uses."""

from typing import TYPE_CHECKING

from tieline.model.flow import HubSpec
from tieline.ports.vault import Vault
from tieline.rules.redact import KnownSecrets, redact_text

if TYPE_CHECKING:
    from tieline.model.secret import Secret


class Redactor:
    """The last net over everything that is shown: knows the values in the vault as they are now."""

    def __init__(self, hub: HubSpec, vault: Vault) -> None:
        self._vault = vault
        self._names = sorted(_names(hub))
        self._secrets: tuple[Secret, ...] = ()
        self._known = KnownSecrets.of(())

    def text(self, text: str) -> str:
        """*text* with every known secret replaced."""
        secrets = tuple(one for name in self._names for one in self._vault.secrets(name))
        if secrets != self._secrets:
            self._secrets, self._known = secrets, KnownSecrets.of(secrets)
        return redact_text(text, self._known)


def _names(hub: HubSpec) -> set[str]:
    """Every secret that the hub's declarations name."""
    signing = {door.signing for door in hub.webhooks().values()}
    return signing | {c.credential for c in hub.connections.values() if c.credential}
